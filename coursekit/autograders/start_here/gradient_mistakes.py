"""Wrong slopes and wrong steps: what people put in the place of the formula."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.start_here import STEP

MISTAKES = Catalogue()

#: f along one entry of x, weighed with df and summed: a number for each distance
Along = Callable[[float], Any]


def usual_steps(x: np.ndarray, h: float | None) -> np.ndarray:
    """Return the card's step for each entry."""
    return STEP * np.maximum(1.0, np.abs(x)) if h is None else np.full(x.shape, h)


def moved(x: np.ndarray, i: tuple[int, ...], distance: float) -> np.ndarray:
    """Return a copy of x in which one entry is elsewhere."""
    z = x.copy()
    z[i] += distance
    return z


def weighed(df: Any, y: Any) -> Any:
    """Return the sum of df * y: what most answers do with the values of f."""
    return np.sum(df * y)


def central(along: Along, h: float) -> Any:
    """Return the right slope."""
    return (along(h) - along(-h)) / (2 * h)


def by_entry(
    f: Callable,
    x: np.ndarray,
    df: Any,
    h: float | None,
    *,
    slope: Callable[[Along, float], Any] = central,
    steps: Callable[[np.ndarray, float | None], np.ndarray] = usual_steps,
    total: Callable[[Any, Any], Any] = weighed,
) -> np.ndarray:
    """Return the gradient with one thing exchanged, everything else being right."""
    x = np.array(x, dtype=np.float64)
    gradient, step = np.empty(x.shape), steps(x, h)
    for i in np.ndindex(x.shape):

        def along(distance: float, i: tuple[int, ...] = i) -> Any:
            return total(df, f(moved(x, i, distance)))

        gradient[i] = slope(along, step[i])
    return gradient


def reported(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return the gradient under the name this case has for it."""
    return np.asarray(values[inputs["reported"]])


def off_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by how much an answer is off where a central difference is exact."""
    if inputs["f"] != "quadratic" or "h" not in inputs:
        return ""
    gap = reported(inputs, got) - reported(inputs, expected)
    at = tuple(map(int, np.unravel_index(np.abs(gap).argmax(), gap.shape)))
    return (
        f"on a quadratic, where a central difference is exact, yours is off by "
        f"{gap[at]:.3f} at {list(at)}"
    )


def factor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many times the right gradient came out."""
    right = reported(inputs, expected)
    at = np.unravel_index(np.abs(right).argmax(), right.shape)
    factor = reported(inputs, got)[at] / right[at]
    h = f"; h is {inputs['h']:.3f}" if "h" in inputs else ""
    return f"your gradient is {factor:.3f} times the right one{h}"


def step_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how far the first entry was moved, and how far it should be."""
    at, taken = float(inputs["x"].flat[0]), got["the step taken"]
    wanted = inputs.get("h", STEP * max(1.0, abs(at)))
    if np.isclose(taken, wanted, rtol=0.01):
        return ""
    return (
        f"where x is {at:.3g} you move it by {taken:.2g}; the card's step is "
        f"{wanted:.2g}"
    )


@MISTAKES.add(
    "one-sided difference",
    "You compare f(x + h) with f(x). The slope to one side is off by an amount that "
    "goes with h; with a point on each side that part cancels. Take f(x + h) - "
    "f(x - h), and divide by 2h.",
    evidence=off_shown,
)
def _one_sided(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(h) - at(0.0)) / h)


@MISTAKES.add(
    "one-sided difference to the left",
    "You compare f(x) with f(x - h). The slope to one side is off by an amount that "
    "goes with h; with a point on each side that part cancels. Take f(x + h) - "
    "f(x - h), and divide by 2h.",
    evidence=off_shown,
)
def _to_the_left(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(0.0) - at(-h)) / h)


@MISTAKES.add(
    "divided by h, not 2h",
    "Your two points lie 2h apart, one step to each side, but you divide by h. Every "
    "slope comes out twice as large. Divide by 2h.",
    evidence=factor_shown,
)
def _by_h(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(h) - at(-h)) / h)


@MISTAKES.add(
    "not divided by the step",
    "You return the difference of f, not its slope. How much f changes depends on how "
    "far you went: divide by the distance of the two points, 2h.",
    evidence=factor_shown,
)
def _undivided(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: at(h) - at(-h))


@MISTAKES.add(
    "a bracket missing around 2 * h",
    "Python reads `/ 2 * h` from left to right: divide by 2, then multiply by h. Put "
    "the divisor in brackets: `/ (2 * h)`.",
    evidence=factor_shown,
)
def _no_brackets(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(h) - at(-h)) / 2 * h)


@MISTAKES.add(
    "one step divided by two",
    "You go one step in all, from x to x + h, and divide by 2h. Every slope comes out "
    "about half as large. Take the second point at x - h.",
    evidence=factor_shown,
)
def _half_slope(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(h) - at(0.0)) / (2 * h))


@MISTAKES.add(
    "the two points exchanged",
    "Your gradient has the wrong sign: the value at x - h comes first. Take "
    "f(x + h) - f(x - h).",
    evidence=factor_shown,
)
def _sign(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(-h) - at(h)) / (2 * h))


@MISTAKES.add(
    "half a step to each side",
    "Your points are x + h/2 and x - h/2. That is a central difference too, with half "
    "the step. On the card h goes to each side, so that the two points lie 2h apart.",
)
def _half_step(f, x, df, h=None):
    return by_entry(f, x, df, h, slope=lambda at, h: (at(h / 2) - at(-h / 2)) / h)


@MISTAKES.add(
    "a formula of higher order",
    "You use more than two points, and on a cubic your gradient has no error at all. "
    "That is more exact than what is asked for, and takes twice as many calls of f. "
    "The card's formula has two points, x + h and x - h.",
)
def _five_points(f, x, df, h=None):
    def slope(at: Along, h: float) -> Any:
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)

    return by_entry(f, x, df, h, slope=slope)


@MISTAKES.add(
    "the given h not used",
    "With an h that is given you still take your own step. The default is for `h=None` "
    "only: use the argument when there is one.",
    evidence=step_shown,
)
def _own_step(f, x, df, h=None):
    return by_entry(f, x, df, None)


@MISTAKES.add(
    "h multiplied by x",
    "Your step is h times |x|. A given h is the step itself, in the unit of x, and the "
    "same for every entry. Only the default grows with x.",
    evidence=step_shown,
)
def _relative(f, x, df, h=None):
    def steps(x: np.ndarray, h: float | None) -> np.ndarray:
        return usual_steps(x, None) if h is None else h * np.abs(x)

    return by_entry(f, x, df, h, steps=steps)


@MISTAKES.add(
    "a given h scaled like the default",
    "You multiply the given h by max(1, |x|). That factor belongs to the default "
    "alone: a given h is the step itself, the same for every entry.",
    evidence=step_shown,
)
def _scaled(f, x, df, h=None):
    def steps(x: np.ndarray, h: float | None) -> np.ndarray:
        return (STEP if h is None else h) * np.maximum(1.0, np.abs(x))

    return by_entry(f, x, df, h, steps=steps)


@MISTAKES.add(
    "df left out",
    "You add up the differences of f without weighing them. Multiply them by df, entry "
    "by entry, before you sum: df says how much each output counts.",
)
def _no_df(f, x, df, h=None):
    return by_entry(f, x, df, h, total=lambda df, y: np.sum(y))


@MISTAKES.add(
    "averaged over the outputs",
    "You take the mean of df * (difference of f). The gradient is that of a sum, "
    "so every output counts in full: sum them.",
    evidence=factor_shown,
)
def _averaged(f, x, df, h=None):
    return by_entry(f, x, df, h, total=lambda df, y: np.mean(df * y))


@MISTAKES.add(
    "df summed by itself",
    "You sum the outputs first and multiply by the sum of df. Each output has its own "
    "weight: multiply entry by entry, then sum.",
)
def _df_summed(f, x, df, h=None):
    return by_entry(f, x, df, h, total=lambda df, y: np.sum(df) * np.sum(y))
