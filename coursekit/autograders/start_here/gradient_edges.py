"""A right formula that goes wrong at the edges: default step, dtypes, views, traces."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.start_here.gradient_marks import (
    FLOAT32,
    LARGEST,
    LAST_BIT,
    MILLION,
    NO_H,
    ONE_AXIS,
    OTHER,
    SMALLEST,
    THREE_AXES,
    VIEWS,
    WHOLE,
    ZEROS,
    formula_right,
    marked,
)
from coursekit.autograders.start_here.gradient_mistakes import (
    by_entry,
    reported,
    step_shown,
    usual_steps,
)
from coursekit.autograders.start_here.gradient_slips import shift_shown
from coursekit.probes.start_here import STEP

EDGES = Catalogue()


def loss_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how far off a gradient in float32 is, and where one would see it."""
    right, own = reported(inputs, expected), reported(inputs, got)
    if inputs["x"].dtype != np.float32 or own.shape != right.shape:
        return ""
    off = np.abs(own - right).max() / np.abs(right).max()
    return (
        f"your gradient is off by {off:.0e} at h = {inputs['h']:.2f}; the smaller h "
        "is, the more"
    )


def in_the_dtype_of(f, x, df, h):
    """Return the gradient computed in the precision of x, whatever that is."""
    gradient, step = np.zeros_like(x), usual_steps(x, h)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += step[i]
        below[i] -= step[i]
        gradient[i] = np.sum(df * (f(above) - f(below))) / (2 * step[i])
    return gradient


@EDGES.add(
    "a default step that is too small",
    "Without h your step is so small that f(x + h) and f(x - h) agree in most of their "
    "digits, and their difference is mostly rounding. Smaller is not more exact: near "
    "6e-6 the two errors of a central difference are balanced.",
    evidence=step_shown,
    shows=marked((NO_H, SMALLEST)),
)
def _too_small(f, x, df, h=None):
    return by_entry(f, x, df, 1e-12 if h is None else h)


@EDGES.add(
    "a default step that is too large",
    "Without h your step is so large that f bends between the two points, and the "
    "slope between them is not the slope at x. Near 6e-6 the two errors of a central "
    "difference are balanced.",
    evidence=step_shown,
    shows=marked((NO_H, LARGEST)),
)
def _too_large(f, x, df, h=None):
    return by_entry(f, x, df, 1e-2 if h is None else h)


@EDGES.add(
    "a default step that does not grow with x",
    "Where x is near a million, your default step is as small as where x is near 1. "
    "x + h then keeps few digits of h, and f changes in its last digits only. Take "
    "6e-6 times max(1, |x|), for each entry.",
    evidence=step_shown,
    shows=marked((MILLION, SMALLEST), absent=[(NO_H, SMALLEST), (NO_H, LARGEST)]),
)
def _absolute(f, x, df, h=None):
    return by_entry(f, x, df, STEP if h is None else h)


@EDGES.add(
    "a default step that vanishes with x",
    "Your default step is a fraction of x. Where x is 0 it is 0 as well, and the slope "
    "is 0 divided by 0. Take 6e-6 times max(1, |x|): no smaller than 6e-6 anywhere.",
    evidence=step_shown,
    shows=marked((ZEROS, SMALLEST), absent=[(NO_H, SMALLEST)]),
)
def _vanishing(f, x, df, h=None):
    def steps(x: np.ndarray, h: float | None) -> np.ndarray:
        return STEP * np.abs(x) if h is None else usual_steps(x, h)

    return by_entry(f, x, df, h, steps=steps)


@EDGES.add(
    "x moved back by arithmetic",
    "Adding h, taking 2h away and adding h again does not give x back: each of the "
    "three steps is rounded. Keep the old value, `old = x[i]`, and put it back, or "
    "change a copy.",
    evidence=shift_shown,
    shows=marked((LAST_BIT, "x to the last bit"), absent=[(LAST_BIT, "x afterwards")]),
)
def _back_by_arithmetic(f, x, df, h=None):
    x = x if x.dtype == np.float64 else x.astype(np.float64)
    gradient, step = np.empty(x.shape), usual_steps(x, h)
    for i in np.ndindex(x.shape):
        x[i] += step[i]
        above = f(x)
        x[i] -= 2 * step[i]
        gradient[i] = np.sum(df * (above - f(x))) / (2 * step[i])
        x[i] += step[i]
    return gradient


@EDGES.add(
    "x left changed",
    "The gradient is right, but x is not what it was: the caller's next line would "
    "work with other numbers. Put every entry back, the last one too, or work on a "
    "copy.",
    evidence=shift_shown,
    shows=marked((LAST_BIT, "x afterwards")),
)
def _last_one_left(f, x, df, h=None):
    gradient = by_entry(f, x, df, h)
    x[(-1,) * x.ndim] += 1 if h is None else h
    return gradient


@EDGES.add(
    "written for two axes only",
    "With x of two axes all is right; with one axis or three it is not. Do not go "
    "through `x.shape[0]` and `x.shape[1]` one by one: `np.ndindex(x.shape)` gives "
    "the index of every entry, whatever the number of axes.",
    shows=lambda wrong: (
        formula_right(wrong) and {ONE_AXIS, THREE_AXES} <= {case for case, _ in wrong}
    ),
)
def _two_axes_only(f, x, df, h=None):
    if x.ndim != 2:
        raise IndexError("tuple index out of range")
    return by_entry(f, x, df, h)


@EDGES.add(
    "depends on the memory layout",
    "With x laid out row by row all is right; with a view of the same numbers it is "
    "not. `ravel` and `reshape(-1)` give x itself in the first case and a copy in the "
    "second, and f never sees what you change in a copy. Use `np.ndindex(x.shape)`, or "
    "make a copy of x in the beginning.",
    shows=lambda wrong: (
        formula_right(wrong) and any((view, OTHER) in wrong for view in VIEWS)
    ),
)
def _flat_copy_of_a_view(f, x, df, h=None):
    x = np.asarray(x, dtype=np.float64)
    flat, step = x.ravel(), usual_steps(x, h).ravel()
    gradient = np.empty(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + step[i]
        above = f(x)
        flat[i] = old - step[i]
        gradient[i] = np.sum(df * (above - f(x))) / (2 * step[i])
        flat[i] = old
    return gradient.reshape(x.shape)


@EDGES.add(
    "float32 kept",
    "Given float32 you compute in float32. It holds 7 digits, and with a step of 6e-6 "
    "only one or two of them are left in the difference. Begin with "
    "`x = np.array(x, dtype=float)`.",
    evidence=loss_shown,
    shows=marked((FLOAT32, OTHER), absent=[(WHOLE, OTHER)]),
)
def _float32_kept(f, x, df, h=None):
    return in_the_dtype_of(f, x * 1.0 if x.dtype.kind == "i" else x, df, h)


@EDGES.add(
    "whole numbers kept",
    "An array of whole numbers cannot hold x + h: NumPy cuts off what is behind the "
    "point, without a word. `x.copy()` and `np.zeros_like(x)` hold whole numbers too. "
    "Begin with `x = np.array(x, dtype=float)`.",
    shows=marked((WHOLE, OTHER), absent=[(FLOAT32, OTHER)]),
)
def _whole_numbers_kept(f, x, df, h=None):
    return in_the_dtype_of(f, x if x.dtype.kind == "i" else x.astype(float), df, h)


@EDGES.add(
    "the dtype of x kept",
    "You compute in whatever x holds. Whole numbers cut off the step, and float32 "
    "keeps too few digits of the difference. `x.copy()` and `np.zeros_like(x)` have "
    "the dtype of x; begin with `x = np.array(x, dtype=float)`.",
    shows=marked((FLOAT32, OTHER), (WHOLE, OTHER)),
)
def _dtype_kept(f, x, df, h=None):
    return in_the_dtype_of(f, x, df, h)
