"""Other rulers than the card's, and what they fail to see."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

Pairs = frozenset[tuple[str, str]]

MISTAKES = Catalogue()
TWO_ARRAYS, TWO_NUMBERS = "a and b are arrays", "a and b are numbers"
TWO_ZEROS, TINY = "two zeros among the entries", "entries near 1e-30"
WITH_NAN, TWO_SHAPES = "a NaN in a", "shapes (3,) and (3, 1)"
#: The number goes by several names, so that a slip at zeros or at a NaN does not hide
#: what is wrong with the formula.
ERROR, SMALL, AT_NAN = "error", "error of small entries", "error beside a NaN"
REFUSED = "what comes of two shapes"


def at_an_edge(case: str, value: str, absent: str = "") -> Callable[[Pairs], bool]:
    """Return the mark of a slip in one case, all being right with ordinary entries."""
    return lambda wrong: (
        (case, value) in wrong
        and not any(name in (ERROR, "raised") for _, name in wrong - {(case, value)})
        and absent not in {name for name, _ in wrong}
    )


def arrays(a: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays; refuse two shapes."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError("two shapes")
    return a, b


def larger(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the right divisor: the larger of the two sizes, entry by entry."""
    return np.maximum(np.abs(a), np.abs(b))


def ratios(
    a: Any,
    b: Any,
    divisor: Callable = larger,
    difference: Callable = lambda a, b: np.abs(a - b),
) -> np.ndarray:
    """Return difference over divisor, entry by entry, and 0 for 0 / 0."""
    a, b = arrays(a, b)
    over, under = difference(a, b), divisor(a, b)
    return np.where((over == 0) & (under == 0), 0.0, over / under)


def divisor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how an answer relates to the right one."""
    own, right = (float(seen[inputs["reported"]]) for seen in (got, expected))
    return f"you get {own:.4g} where the card's ruler gives {right:.4g}"


def worst_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Name the entry that is furthest off, relative to its size."""
    a, b = (np.asarray(inputs[name]) for name in "ab")
    with np.errstate(all="ignore"):
        each = np.nan_to_num(np.abs(a - b) / larger(a, b))
    at = np.unravel_index(each.argmax(), each.shape)
    own = float(got[inputs["reported"]])
    return (
        f"the worst pair is {a[at]:.3g} and {b[at]:.3g}, off by {each[at]:.3g} of its "
        f"size; you get {own:.3g}"
    )


@MISTAKES.add(
    "divided by b alone",
    "You divide by |b|. Then it matters which of the two comes first, and a b that is "
    "0 divides by 0. Divide each difference by the larger of |a| and |b|.",
    evidence=divisor_shown,
)
def _by_b(a, b):
    return ratios(a, b, lambda a, b: np.abs(b)).max()


@MISTAKES.add(
    "divided by a alone",
    "You divide by |a|. Then it matters which of the two comes first, and an a that is "
    "0 divides by 0. Divide each difference by the larger of |a| and |b|.",
    evidence=divisor_shown,
)
def _by_a(a, b):
    return ratios(a, b, lambda a, b: np.abs(a)).max()


@MISTAKES.add(
    "divided by the smaller",
    "You divide by the smaller of |a| and |b|. The result is then without a bound, and "
    "infinite beside a 0. Divide by the larger: `np.maximum`.",
    evidence=divisor_shown,
)
def _by_smaller(a, b):
    return ratios(a, b, lambda a, b: np.minimum(np.abs(a), np.abs(b))).max()


@MISTAKES.add(
    "divided by the sum",
    "You divide by |a| + |b|, as the well-known notes of CS231n do. It is a ruler too, "
    "and where a and b nearly agree it gives half as much. The card divides by the "
    "larger of the two.",
    evidence=divisor_shown,
)
def _by_sum(a, b):
    return ratios(a, b, lambda a, b: np.abs(a) + np.abs(b)).max()


@MISTAKES.add(
    "divided by the sum, with a floor",
    "You divide by max(1e-8, |a| + |b|), as the well-known code of CS231n does. The "
    "sum gives half as much as the card's ruler, and the floor hides gradients that "
    "are wrong and small. Divide by the larger of |a| and |b|, with nothing under it.",
    evidence=divisor_shown,
)
def _cs231n(a, b):
    return ratios(a, b, lambda a, b: np.maximum(1e-8, np.abs(a) + np.abs(b))).max()


@MISTAKES.add(
    "divided by the mean size",
    "You divide by the mean of |a| and |b|. The card divides by the larger of the two, "
    "so that nothing is off by more than 1 where the signs agree.",
    evidence=divisor_shown,
)
def _by_mean(a, b):
    return ratios(a, b, lambda a, b: (np.abs(a) + np.abs(b)) / 2).max()


@MISTAKES.add(
    "a floor under the divisor",
    "You keep the divisor away from 0 by a small number, added or as a maximum. It "
    "also hides every gradient smaller than that number, right or wrong. Divide by "
    "the larger size as it is, and treat 0/0 as 0.",
    evidence=worst_shown,
    shows=at_an_edge(TINY, SMALL, absent=TWO_ZEROS),
)
def _floor(a, b):
    return ratios(a, b, lambda a, b: np.maximum(larger(a, b), 1e-8)).max()


@MISTAKES.add(
    "not divided at all",
    "You return the largest difference itself. Whether 0.01 is much depends on the "
    "entry: beside 100 it is little, beside 0.02 it is half. Divide by the larger of "
    "|a| and |b|.",
    evidence=worst_shown,
)
def _absolute(a, b):
    a, b = arrays(a, b)
    return np.abs(a - b).max()


@MISTAKES.add(
    "one divisor for all entries",
    "You divide the largest difference by the largest size. A small entry that is "
    "entirely wrong then disappears behind a large one. Divide entry by entry, and "
    "take the maximum last.",
    evidence=worst_shown,
)
def _one_divisor(a, b):
    a, b = arrays(a, b)
    return np.abs(a - b).max() / larger(a, b).max()


@MISTAKES.add(
    "a ratio of lengths",
    "You divide the length of a - b by the lengths of a and b together. That is one "
    "ratio for the whole array, and a small entry that is wrong disappears in it. "
    "Divide entry by entry, and take the maximum.",
    evidence=worst_shown,
)
def _lengths(a, b):
    a, b = arrays(a, b)
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@MISTAKES.add(
    "the mean of the ratios",
    "You average over the entries. One wrong entry among a thousand right ones would "
    "hardly show. The card asks for the worst: the maximum.",
    evidence=worst_shown,
)
def _mean(a, b):
    return ratios(a, b).mean()


@MISTAKES.add(
    "the sum of the ratios",
    "You add up the ratios, so the result grows with the number of entries. The card "
    "asks for the worst entry: the maximum.",
    evidence=worst_shown,
)
def _sum(a, b):
    return ratios(a, b).sum()


@MISTAKES.add(
    "one ratio for each entry",
    "You return the whole array of ratios. The card asks for one number, the worst: "
    "take the maximum.",
)
def _not_reduced(a, b):
    return ratios(a, b)


@MISTAKES.add(
    "the sign of the difference kept",
    "You take the maximum of (a - b) / size, without the absolute value. Where a is "
    "too small the ratio is negative and never the largest. Take |a - b|.",
    evidence=worst_shown,
)
def _signed_difference(a, b):
    return ratios(a, b, difference=lambda a, b: a - b).max()


@MISTAKES.add(
    "a divisor with a sign",
    "You divide by the larger of a and b, not of their sizes. For negative entries "
    "that is the smaller size, and the ratio is negative, so the maximum never finds "
    "it. Divide by the larger of |a| and |b|.",
    evidence=worst_shown,
)
def _signed_divisor(a, b):
    return ratios(a, b, np.maximum).max()


@MISTAKES.add(
    "absolute values compared",
    "You compare |a| with |b|. A gradient with the wrong sign would then be right. "
    "Take the difference first and its absolute value after that: |a - b|.",
    evidence=worst_shown,
)
def _sizes_compared(a, b):
    return ratios(a, b, difference=lambda a, b: np.abs(np.abs(a) - np.abs(b))).max()


@MISTAKES.add(
    "0/0 not settled",
    "Where a and b are both 0 your result is not 0: the division gives NaN, or raises. "
    "Two zeros are equal, so their error is 0. Divide only where the divisor is not 0.",
    shows=lambda wrong: any(
        at_an_edge(TWO_ZEROS, value, absent=TINY)(wrong) for value in (SMALL, "raised")
    ),
)
def _zero_by_zero(a, b):
    a, b = arrays(a, b)
    return (np.abs(a - b) / larger(a, b)).max()


@MISTAKES.add(
    "entries with a 0 passed over",
    "You leave out every entry in which a or b is 0. If only one of them is, something "
    "is missing, and the error is 1. Leave out an entry only where both are 0.",
)
def _zeros_skipped(a, b):
    a, b = arrays(a, b)
    both = (a != 0) & (b != 0)
    return np.where(both, ratios(a, b), 0.0).max()


@MISTAKES.add(
    "NaN passed over",
    "With a NaN in a or b your result is a number like any other, so a gradient full "
    "of NaN could pass a check. Comparing with NaN is always False, and `np.nanmax` "
    "leaves it out. Let NaN through: `np.max` does.",
    shows=at_an_edge(WITH_NAN, AT_NAN),
)
def _nan_hidden(a, b):
    a, b = arrays(a, b)
    size = larger(a, b)
    ratio = np.divide(np.abs(a - b), size, out=np.zeros(a.shape), where=size > 0)
    return ratio.max()


@MISTAKES.add(
    "two shapes compared",
    "Arrays of shapes (3,) and (3, 1) were compared without a word: NumPy stretches "
    "both to (3, 3), and every entry meets every other. Compare the shapes first, and "
    "`raise ValueError` if they differ.",
    shows=lambda wrong: (TWO_SHAPES, REFUSED) in wrong,
)
def _broadcast(a, b):
    a, b = np.broadcast_arrays(a, b)
    return ratios(a, b).max()


@MISTAKES.add(
    "for arrays only",
    "With arrays all is right; with two numbers it is not. Begin with "
    "`a = np.asarray(a)`, and the same for b: then a number is an array without axes.",
    shows=lambda wrong: (
        (TWO_NUMBERS, "raised") in wrong and (TWO_ARRAYS, "raised") not in wrong
    ),
)
def _arrays_only(a, b):
    if a.shape != b.shape:
        raise ValueError("two shapes")
    return ratios(a, b).max()


@MISTAKES.add(
    "for numbers only",
    "With two numbers all is right; with two arrays your function raises. Python's "
    "`max` and `if` ask for one yes or no, and an array has many. `np.maximum` "
    "compares two arrays entry by entry, and `np.max` finds the largest entry of one.",
    shows=lambda wrong: (
        (TWO_ARRAYS, "raised") in wrong
        and TWO_NUMBERS not in {name for name, _ in wrong}
    ),
)
def _numbers_only(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("two shapes")
    return abs(a - b) / max(abs(a), abs(b))


@MISTAKES.add(
    "an argument changed in place",
    "The number is right, but a or b is not what it was. `a -= b` changes the caller's "
    "array: write `difference = a - b`.",
    shows=lambda wrong: all(value.endswith(" afterwards") for _, value in wrong),
)
def _in_place(a, b):
    right = ratios(a, b).max()
    if np.ndim(a):
        a -= b
    return right
