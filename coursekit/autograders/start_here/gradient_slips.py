"""A right formula, wrongly led through the array: entries, copies, dtypes, views."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.start_here.gradient_marks import (
    CENTRE,
    CUBIC,
    QUADRATIC,
    VECTOR,
)
from coursekit.autograders.start_here.gradient_mistakes import (
    by_entry,
    moved,
    usual_steps,
)

SLIPS = Catalogue()


def shift_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which entry of x was left elsewhere, and by how much."""
    shift = np.asarray(got["x left behind"]) - inputs["x"]
    if not shift.any():
        return ""
    at = tuple(map(int, np.unravel_index(np.abs(shift).argmax(), shift.shape)))
    place = ", ".join(map(str, at))
    return f"after the call x[{place}] is off by {shift[at]:.3g}"


@SLIPS.add(
    "all entries moved at once",
    "`f(x + h)` moves every entry of x, so all their effects come out mixed. Each "
    "entry has a slope of its own: move one, leave the others, and repeat.",
)
def _all_at_once(f, x, df, h=None):
    step = usual_steps(np.asarray(x, float), h)
    return df * (f(x + step) - f(x - step)) / (2 * step.flat[0])


@SLIPS.add(
    "one slope for all of x",
    "You move all entries of x together and return one number, the slope in that "
    "direction. The gradient has one number for each entry: move one at a time.",
)
def _one_slope(f, x, df, h=None):
    step = usual_steps(np.asarray(x, float), h)
    return np.sum(df * (f(x + step) - f(x - step))) / (2 * step.flat[0])


@SLIPS.add(
    "whole rows moved at once",
    "`x[i]` with one index is a whole row where x has two axes, so all of its entries "
    "move together. Go through every entry, with one index for each axis: "
    "`np.ndindex(x.shape)` gives them.",
)
def _by_rows(f, x, df, h=None):
    x = np.array(x, dtype=np.float64)
    gradient, step = np.empty(x.shape), usual_steps(x, h)
    for i in range(len(x)):
        above, below = moved(x, i, step[i]), moved(x, i, -step[i])
        width = 2 * np.ravel(step[i])[0]
        gradient[i] = np.sum(df * (f(above) - f(below))) / width
    return gradient


@SLIPS.add(
    "only the output in the same place",
    "You look at the change of one output, the one in the place of the entry you "
    "moved. An entry may act on every output: weigh all changes with df and sum them.",
)
def _diagonal(f, x, df, h=None):
    x = np.array(x, dtype=np.float64)
    gradient, step = np.empty(x.shape), usual_steps(x, h)
    for i in np.ndindex(x.shape):
        change = f(moved(x, i, step[i])) - f(moved(x, i, -step[i]))
        gradient[i] = df[i] * change[i] / (2 * step[i])
    return gradient


@SLIPS.add(
    "f given one entry",
    "You call f with a number, one entry of x. f is a function of the whole array: "
    "change the entry in a copy of x, and pass the copy.",
)
def _one_entry(f, x, df, h=None):
    step = usual_steps(np.asarray(x, float), h)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        difference = f(x[i] + step[i]) - f(x[i] - step[i])
        gradient[i] = np.sum(df * difference) / (2 * step[i])
    return gradient


@SLIPS.add(
    "f given one row",
    "You call f with `x[i]`, which is a row where x has two axes. f is a function of "
    "the whole array: change one entry in a copy of x, and pass the copy.",
)
def _one_row(f, x, df, h=None):
    step = usual_steps(np.asarray(x, float), h)
    gradient = np.empty(x.shape)
    for i in range(len(x)):
        difference = f(x[i] + step[i]) - f(x[i] - step[i])
        gradient[i] = np.sum(df * difference) / (2 * step[i])
    return gradient


@SLIPS.add(
    "f given a flat x",
    "You flatten x, and pass it to f like that. f expects the shape of x: bring it "
    "back with `reshape(x.shape)` before each call.",
)
def _flat(f, x, df, h=None):
    return by_entry(f, np.ravel(x), df, h).reshape(x.shape)


@SLIPS.add(
    "a gradient left flat",
    "The numbers are right, but they come in one row. A gradient has the shape of x, "
    "so that it can be subtracted from it: end with `reshape(x.shape)`.",
)
def _left_flat(f, x, df, h=None):
    return by_entry(f, x, df, h).reshape(-1)


@SLIPS.add(
    "outputs not summed",
    "You return df * (difference of f) for each entry of x and each output: a whole "
    "table. The gradient has the shape of x. Sum over the outputs.",
)
def _not_summed(f, x, df, h=None):
    x = np.array(x, dtype=np.float64)
    step = usual_steps(x, h)
    table = [
        df * (f(moved(x, i, step[i])) - f(moved(x, i, -step[i]))) / (2 * step[i])
        for i in np.ndindex(x.shape)
    ]
    return np.array(table).reshape(x.shape + np.shape(df))


@SLIPS.add(
    "for an f that returns a number only",
    "Where f returns a number all is right; where it returns an array your function "
    "raises. The difference of f is then an array too: multiply it by df and sum, and "
    "one number is left for each entry of x.",
    shows=lambda wrong: (
        {case for case, _ in wrong} >= {VECTOR, CENTRE}
        and not {case for case, _ in wrong} & {QUADRATIC, CUBIC}
    ),
)
def _number_only(f, x, df, h=None):
    x = np.array(x, dtype=np.float64)
    gradient, step = np.empty(x.shape), usual_steps(x, h)
    for i in np.ndindex(x.shape):
        difference = f(moved(x, i, step[i])) - f(moved(x, i, -step[i]))
        gradient[i] = df * difference / (2 * step[i])
    return gradient


@SLIPS.add(
    "entries not moved back",
    "The entry you moved stays where it is while the next ones have their turn, so all "
    "but the first slope are taken at another place. Keep the old value, "
    "`old = x[i]`, and put it back, or change a new copy for each entry.",
    evidence=shift_shown,
)
def _not_back(f, x, df, h=None):
    x = x if x.dtype == np.float64 else x.astype(np.float64)
    gradient, step = np.empty(x.shape), usual_steps(x, h)
    for i in np.ndindex(x.shape):
        x[i] += step[i]
        above = f(x)
        x[i] -= 2 * step[i]
        gradient[i] = np.sum(df * (above - f(x))) / (2 * step[i])
    return gradient


@SLIPS.add(
    "copies made once",
    "The copies are made before the loop, and every entry that was moved stays moved "
    "in them: more and more of x is elsewhere. Make new copies for each entry, inside "
    "the loop.",
)
def _copies_once(f, x, df, h=None):
    above = np.array(x, dtype=np.float64)
    below, step = above.copy(), usual_steps(above, h)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        above[i] += step[i]
        below[i] -= step[i]
        gradient[i] = np.sum(df * (f(above) - f(below))) / (2 * step[i])
    return gradient


@SLIPS.add(
    "a change that f never sees",
    "Your gradient is 0 everywhere, because f gets the same x both times. `flatten` "
    "makes a copy, and what you change there does not reach x; `above = x` makes none, "
    "and what goes up in one name comes down again in the other. Pass f a copy made by "
    "`x.copy()`, with one entry changed.",
)
def _never_seen(f, x, df, h=None):
    x = np.array(x, dtype=np.float64)
    flat, step = x.flatten(), usual_steps(x, h).flatten()
    gradient = np.empty(x.size)
    for i in range(x.size):
        flat[i] += step[i]
        above = f(x)
        flat[i] -= 2 * step[i]
        gradient[i] = np.sum(df * (above - f(x))) / (2 * step[i])
    return gradient.reshape(x.shape)
