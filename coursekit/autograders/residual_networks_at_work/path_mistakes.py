"""Wrong sortings of the gradient: another product, or another sum over the paths."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.reference import gradient_by_path_length as right

MISTAKES = Catalogue()

Jacobians = Sequence[np.ndarray]


def sum_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Compare the length of the whole gradient with that of the right one."""
    ours, theirs = (
        np.linalg.norm(values["terms"].sum(axis=0)) for values in (expected, got)
    )
    return (
        f"your rows add up to a vector of length {theirs:.3g}, and the gradient at the "
        f"input has length {ours:.3g}"
    )


def row_shown(k: int) -> Callable[[Mapping, Mapping, Mapping], str]:
    """Return the evidence that compares the first entries of row k, counted from 0."""

    def shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
        at = k % len(expected["terms"])
        ours, theirs = expected["terms"][at][0], got["terms"][at][0]
        return (
            f"with L = {len(inputs['jacobians'])}, row {at} should begin with "
            f"{ours:.4g}; yours begins with {theirs:.4g}"
        )

    return shown


def paths_of(jacobians: Jacobians, g: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the length of every path and what it carries, one path at a time."""
    for taken in product((False, True), repeat=len(jacobians)):
        carried = g
        for jacobian, takes_branch in zip(jacobians[::-1], taken[::-1], strict=True):
            carried = jacobian.T @ carried if takes_branch else carried
        yield sum(taken), carried


def shifted(jacobians: Jacobians, g: np.ndarray, by: float) -> np.ndarray:
    """Return the rows for Jacobians to which ``by`` times the identity is added."""
    return right([jacobian + by * np.eye(len(g)) for jacobian in jacobians], g)


def rows_of_zeros(jacobians: Jacobians, g: np.ndarray) -> np.ndarray:
    """Return the rows as they are before the first block: g, then zeros."""
    terms = np.zeros((len(jacobians) + 1, len(g)))
    terms[0] = g
    return terms


def padded(terms: np.ndarray) -> np.ndarray:
    """Return the rows and one more of zeros."""
    return np.vstack([terms, np.zeros_like(terms[:1])])


@MISTAKES.add(
    "from the first block to the last",
    "You go through the blocks in the order of the forward pass. A gradient comes from "
    "the output and meets the last block first: use `reversed(jacobians)`. With one "
    "block, or where the Jacobians commute, the two agree.",
    evidence=row_shown(-1),
)
def _forward_order(jacobians, g):
    return right(jacobians[::-1], g)


@MISTAKES.add(
    "Jacobians not transposed",
    "You multiply by J where the gradient needs J.T. J[i, j] says how output i moves "
    "with input j, so it carries changes of the input forward; the transpose carries "
    "gradients back. Write `J.T @ v`, or `v @ J`.",
    evidence=row_shown(1),
)
def _untransposed(jacobians, g):
    return right([jacobian.T for jacobian in jacobians], g)


@MISTAKES.add(
    "a change of the input carried forward",
    "You multiply by J, not J.T, and begin with the first block. That tells how the "
    "output moves when the input moves along g. A gradient goes the other way: J.T, "
    "and the last block first.",
    evidence=row_shown(1),
)
def _pushed_forward(jacobians, g):
    return right([jacobian.T for jacobian in jacobians][::-1], g)


@MISTAKES.add(
    "rows overwritten before they are used",
    "You update the rows upwards in place, so row k - 1 is already the new one when "
    "row k reads it. A path then takes the same branch twice and more. Go downwards "
    "from k = L to 1, or read from a copy.",
    evidence=row_shown(-1),
)
def _upwards(jacobians, g):
    terms = rows_of_zeros(jacobians, g)
    for jacobian in jacobians[::-1]:
        for k in range(1, len(terms)):
            terms[k] += jacobian.T @ terms[k - 1]
    return terms


@MISTAKES.add(
    "row 0 fed from the last row",
    "Your loop goes down to k = 0, and there `terms[k - 1]` is `terms[-1]`, the last "
    "row. Nothing ever joins the path of skips alone. Stop at k = 1.",
    evidence=row_shown(0),
)
def _reaches_around(jacobians, g):
    terms = rows_of_zeros(jacobians, g)
    for jacobian in jacobians[::-1]:
        for k in range(len(jacobians), -1, -1):
            terms[k] += jacobian.T @ terms[k - 1]
    return terms


@MISTAKES.add(
    "the whole block taken for its branch",
    "Your step to the next length multiplies by I + J.T. The I is the skip, and the "
    "paths that take it are in row k already. The step from k - 1 to k goes through "
    "the branch alone: J.T.",
    evidence=sum_shown,
)
def _whole_block(jacobians, g):
    return shifted(jacobians, g, 1.0)


@MISTAKES.add(
    "the identity taken off the Jacobians",
    "You subtract the identity from each Jacobian, as if it belonged to the whole "
    "block. The card's Jacobians are those of the branches: use them as they are.",
    evidence=sum_shown,
)
def _minus_identity(jacobians, g):
    return shifted(jacobians, g, -1.0)


@MISTAKES.add(
    "the skip counted twice",
    "At each block row k keeps what it had and gets it once more. There is one skip in "
    "a block: the new row is the old one plus J.T times the row before, and nothing "
    "else.",
    evidence=row_shown(0),
)
def _skip_twice(jacobians, g):
    terms = rows_of_zeros(jacobians, g)
    for jacobian in jacobians[::-1]:
        longer = terms[:-1] @ jacobian
        terms = 2 * terms
        terms[1:] += longer
    return terms


@MISTAKES.add(
    "the skip forgotten in longer paths",
    "At each block your row k is replaced by J.T times row k - 1, and the paths that "
    "take the skip here are lost. Add to the row: `+=`, not `=`.",
    evidence=row_shown(1),
)
def _replaced(jacobians, g):
    terms = rows_of_zeros(jacobians, g)
    for jacobian in jacobians[::-1]:
        terms[1:] = terms[:-1] @ jacobian
    return terms


@MISTAKES.add(
    "one path of each length",
    "Your row k holds one path, through the last k branches in a row. Any k of the L "
    "branches make a path of length k, and row k is the sum of them all.",
    evidence=row_shown(1),
)
def _last_branches(jacobians, g):
    terms = [g]
    for jacobian in jacobians[::-1]:
        terms.append(jacobian.T @ terms[-1])
    return np.array(terms)


@MISTAKES.add(
    "sorted by block, not by length",
    "Your row k is what one block adds to the gradient, J.T times all that has come "
    "back to it. The rows do add up to the gradient, but such a row mixes paths of "
    "many lengths. Keep the lengths apart from the start.",
    evidence=row_shown(-1),
)
def _by_block(jacobians, g):
    terms, whole = [g], g
    for jacobian in jacobians[::-1]:
        terms.append(jacobian.T @ whole)
        whole = whole + terms[-1]
    return np.array(terms)


@MISTAKES.add(
    "paths of at most k branches",
    "Your row k also holds all shorter paths. Row k is for the paths of exactly k "
    "branches; only the sum over all rows is the gradient.",
    evidence=sum_shown,
)
def _at_most(jacobians, g):
    return right(jacobians, g).cumsum(axis=0)


@MISTAKES.add(
    "averaged over the paths",
    "You divide by the number of paths of each length. A gradient is the sum over all "
    "paths, not their mean. Leave the division out.",
    evidence=sum_shown,
)
def _averaged(jacobians, g):
    count = right([np.eye(1)] * len(jacobians), np.ones(1))
    return right(jacobians, g) / count


@MISTAKES.add(
    "row k for k skips",
    "Your rows are upside down: row k holds the paths that take k skips. The length of "
    "a path counts its branches. Then row 0, without any branch, is g.",
    evidence=row_shown(0),
)
def _by_skips(jacobians, g):
    return right(jacobians, g)[::-1]


@MISTAKES.add(
    "the first block left out",
    "The first block never gets its turn, so half of the paths are missing. "
    "`range(L - 1, 0, -1)` stops before 0: write `range(L - 1, -1, -1)`, or loop over "
    "`reversed(jacobians)`.",
    evidence=row_shown(-1),
)
def _without_first(jacobians, g):
    return padded(right(jacobians[1:], g))


@MISTAKES.add(
    "the last block left out",
    "The last block never gets its turn, so half of the paths are missing. g is the "
    "gradient at its output, and the way back begins with its branch and its skip.",
    evidence=row_shown(-1),
)
def _without_last(jacobians, g):
    return padded(right(jacobians[:-1], g))


@MISTAKES.add(
    "the last block's branch not counted",
    "You begin behind the last block, with g + J.T @ g in row 0. A path through the "
    "last branch has length 1 there already. Begin with g in row 0, and let the last "
    "block be the first that you go through.",
    evidence=row_shown(0),
)
def _last_not_counted(jacobians, g):
    return padded(right(jacobians[:-1], g + jacobians[-1].T @ g))
