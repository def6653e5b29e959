"""Wrong closed forms: what people write for the variance after so many blocks."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.initialization_and_scaling import VARIANCE
from coursekit.reference import variance_after

MISTAKES = Catalogue()
Formula = Callable[[int], float]


def in_kind(kind: str, formula: Formula) -> Callable[[int, str], float]:
    """Return an answer that is right but for one kind, from the first block on."""
    return lambda depth, asked: (
        formula(depth) if asked == kind and depth else variance_after(depth, asked)
    )


def growth_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say what the answer gives after a few blocks, and what it should give."""
    ours, theirs = (np.atleast_1d(seen[VARIANCE]) for seen in (expected, got))
    numbers = np.arange(ours.size) if ours.size > 1 else inputs["depths"]
    wrong = np.flatnonzero(~np.isclose(theirs, ours, rtol=1e-6))
    at = next((n for n in wrong if n >= 4), wrong[-1])
    blocks = "1 block" if numbers[at] == 1 else f"{numbers[at]} blocks"
    return (
        f'"{inputs["kind"]}": after {blocks} you have {theirs[at]:.4g}; it should be '
        f"{ours[at]:.4g}"
    )


def add(name: str, kind: str, formula: Formula, explanation: str) -> None:
    """Add a mistake in the formula of one kind."""
    MISTAKES.add(name, explanation, evidence=growth_shown)(in_kind(kind, formula))


add(
    "2 times l for 2 to the l",
    "residual",
    lambda depth: 2.0 * depth,
    "You multiply the number of blocks by 2. Each block multiplies the variance by 2, "
    "so after l blocks the factor is 2 * 2 * ... * 2, with l factors.",
)
add(
    "base and exponent exchanged",
    "residual",
    lambda depth: float(depth) ** 2,
    "You square the number of blocks. The factor of a block, 2, is multiplied by "
    "itself as often as there are blocks: it is the base, and l the exponent.",
)
add(
    "`^` for a power",
    "residual",
    lambda depth: float(2 ^ depth),
    "In Python `^` is no power: it compares bits. Write `**`.",
)
add(
    "blocks that add instead of double",
    "residual",
    lambda depth: 1.0 + depth,
    "You add 1 for each block. That holds behind a norm, where every branch sees "
    "variance 1. Here the branch sees what the skip path carries and adds as much "
    "again.",
)
add(
    "lengths added in place of variances",
    "residual",
    lambda depth: 4.0**depth,
    "You took the output of a block as twice its input, so that the variance grows "
    "four times. Skip and branch do not point the same way: they are uncorrelated, "
    "and it is their variances that add, 1 + 1 = 2.",
)
add(
    "the skip path left out",
    "residual",
    lambda depth: 1.0,
    "You have a variance that stays 1. That is the plain net: He's weights keep the "
    "variance along the branch. Here the skip path brings its own variance on top.",
)
add(
    "whole numbers that overflow",
    "residual",
    lambda depth: float(2**depth if depth < 63 else 0),
    "For many blocks your power is 0: NumPy's whole numbers end at 2 to the 63. Take "
    "a fraction as the base, `2.0 ** depth`, or Python's own whole numbers.",
)
add(
    "the trunk kept at 1 by its norm",
    "pre-norm",
    lambda depth: 1.0,
    "You have a variance of 1 at every depth. The norm stands inside the branch, and "
    "what the branch gives is added to a trunk that no norm ever sees. So it grows.",
)
add(
    "the input not counted",
    "pre-norm",
    float,
    "You count one for each branch and forget what went in. The input has variance 1 "
    "of its own: add it.",
)
add(
    "doubling behind a norm",
    "pre-norm",
    lambda depth: 2.0**depth,
    "You double in every block. The norm gives the branch an input of variance 1, "
    "however large the trunk is, so the branch adds 1 and not as much again.",
)
add(
    "shares added in place of multiplied",
    "pre-norm",
    lambda depth: 1.0 + float(sum(1 / np.arange(1, depth + 1))),
    "1/l is the share of branch l in the trunk before it: the trunk is multiplied by "
    "1 + 1/l, and you added the shares. Multiply the factors, or simply add 1 for "
    "each branch.",
)
add(
    "the branch's factor not squared",
    "scaled",
    lambda depth: (1 + depth**-0.5) ** depth,
    "You multiply by 1 + 1/sqrt(L) in each block. The branch is multiplied by "
    "1/sqrt(L), but a variance takes the square of the factor: 1/L.",
)
add(
    "the branch's factor squared twice",
    "scaled",
    lambda depth: (1 + depth**-2.0) ** depth,
    "You multiply by 1 + 1/L^2 in each block, as if the branch were multiplied by "
    "1/L. It is multiplied by 1/sqrt(L), and its variance by the square: 1/L.",
)
add(
    "the limit for every depth",
    "scaled",
    lambda depth: float(np.e),
    "You give e. That is what (1 + 1/L)^L comes close to for very many blocks; with "
    "few it is clearly less. Return the formula itself.",
)
add(
    "one block in place of all",
    "scaled",
    lambda depth: 1 + 1 / depth,
    "1 + 1/L is what a single block does to the variance. There are L of them, one "
    "behind the other: the factor counts L times.",
)
add(
    "branches added to a trunk that stays",
    "scaled",
    lambda depth: 2.0,
    "You add L times 1/L to 1 and get 2. But each branch sees the trunk as the blocks "
    "before have left it, a little larger each time. So the factors multiply.",
)
add(
    "the whole block scaled",
    "scaled",
    lambda depth: (2 / depth) ** depth,
    "You scale the sum of skip and branch. Only the branch is multiplied by 1/sqrt(L); "
    "the skip path passes as it is, and a block gives 1 + 1/L.",
)
add(
    "the growth divided once",
    "scaled",
    lambda depth: 2.0**depth / depth,
    "You take the doubling net and divide its variance by L at the end. The factor "
    "1/sqrt(L) stands on every branch, so each block multiplies by 1 + 1/L only.",
)
add(
    "`//` for a division",
    "scaled",
    lambda depth: float((1 + 1 // depth) ** depth),
    "`1 // L` drops everything behind the point and leaves 0. Write `1 / L`.",
)
add(
    "a zero branch taken for a zero output",
    "zero-init",
    lambda depth: 0.0,
    "You have 0. The branch gives 0, but the skip path still carries the input: a "
    "block gives a + 0 = a.",
)
add(
    "a zero branch that counts",
    "zero-init",
    lambda depth: 2.0**depth,
    "You count the branches as if they were drawn as usual. At the start they give 0, "
    "and nothing is added to the skip path.",
)
add(
    "ReLU's half without He's factor",
    "plain-he",
    lambda depth: 0.5**depth,
    "You halve in every layer, because ReLU cuts off one half. He's weights have "
    "variance 2/d instead of 1/d just for that: together they keep the variance.",
)
add(
    "doubling without a skip path",
    "plain-he",
    lambda depth: 2.0**depth,
    "You double in every block. The doubling comes from adding the branch to its own "
    "input, and a plain net has nothing to add to: He's weights keep the variance.",
)

add(
    "one factor too few",
    "scaled",
    lambda depth: (1 + 1 / depth) ** (depth - 1),
    "You have L - 1 factors. There are L blocks, and each gives one factor 1 + 1/L; "
    "the first block counts too.",
)
add(
    "one factor too many",
    "scaled",
    lambda depth: (1 + 1 / depth) ** (depth + 1),
    "You have L + 1 factors. There are L blocks, and each gives one factor 1 + 1/L.",
)
add(
    "one branch too many",
    "pre-norm",
    lambda depth: 2.0 + depth,
    "You count one branch more than there are. The input brings 1 and each block adds "
    "1: after one block that makes 2.",
)
add(
    "the root of 2 in each block",
    "residual",
    lambda depth: 2.0 ** (depth / 2),
    "You multiply by sqrt(2) in each block. So grow the standard deviations; the task "
    "asks for variances, and these double.",
)
add(
    "one block too few",
    "residual",
    lambda depth: 2.0 ** (depth - 1),
    "Your numbers are those of one block less, as if the first block did nothing. "
    "After 0 blocks the variance is 1, and the first block already doubles it.",
)
add(
    "one block too many",
    "residual",
    lambda depth: 2.0 ** (depth + 1),
    "Your numbers are those of one block more. After 0 blocks the variance is 1, and "
    "after the first it is 2: check the exponent there.",
)


@MISTAKES.add(
    "standard deviations in place of variances",
    "What you return is the root of the right number: a standard deviation. The task "
    "asks for variances, and those add and multiply as on the card.",
    evidence=growth_shown,
)
def _standard_deviation(depth, kind):
    return variance_after(depth, kind) ** 0.5


@MISTAKES.add(
    "0 for no blocks",
    "For no blocks you return 0. Nothing has happened to the input yet, and its "
    "variance is 1.",
    evidence=growth_shown,
)
def _nothing(depth, kind):
    return variance_after(depth, kind) if depth else 0.0


@MISTAKES.add(
    "a division by no blocks",
    '1/L does not exist for L = 0, so your formula of "scaled" raises for no blocks. '
    "The answer is 1 there, the variance of the input: return it before you divide.",
    shows=lambda wrong: wrong == {("scaled, no block", "raised")},
)
def _divided_by_zero(depth, kind):
    return (1 + 1 / depth) ** depth if kind == "scaled" else variance_after(depth, kind)
