"""Right sums in a wrong form, rows that are missing, or a trace that is left."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.residual_networks_at_work.path_mistakes import (
    paths_of,
    right,
)

SLIPS = Catalogue()


def rows_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Compare the number of rows."""
    L = len(inputs["jacobians"])
    return (
        f"for L = {L} there are {L + 1} lengths, from 0 to {L}; got {len(got['terms'])}"
    )


@SLIPS.add(
    "the path of skips alone missing",
    "Your rows begin at length 1. There is a path of length 0 too, which takes the "
    "skip in every block and brings g back as it is. It is row 0.",
    evidence=rows_shown,
)
def _no_row_zero(jacobians, g):
    return right(jacobians, g)[1:]


@SLIPS.add(
    "row 0 left empty",
    "Row 0 is 0. The path that takes every skip has length 0 and brings g back as it "
    "is: put g there before you begin.",
)
def _zero_row_zero(jacobians, g):
    terms = right(jacobians, g)
    terms[0] = 0
    return terms


@SLIPS.add(
    "no room for the longest path",
    "You have L rows, for the lengths from 0 to L - 1. The path through all L branches "
    "needs a row as well: make L + 1.",
    evidence=rows_shown,
)
def _no_last_row(jacobians, g):
    return right(jacobians, g)[:-1]


@SLIPS.add(
    "rows and columns exchanged",
    "You have the lengths along axis 1 and the features along axis 0. The card asks "
    "for (L + 1, d), one row for each length: return `terms.T`.",
)
def _transposed(jacobians, g):
    return right(jacobians, g).T


@SLIPS.add(
    "the whole gradient in one vector",
    "You return the gradient itself, the sum over all paths. That is the right sum. "
    "The task is to keep its parts apart, with a row for each length.",
)
def _whole_gradient(jacobians, g):
    return right(jacobians, g).sum(axis=0)


@SLIPS.add(
    "the lengths of the rows returned",
    "You return one number for each k, the length of a row. The card asks for the rows "
    "themselves, as vectors: only they add up to the gradient.",
)
def _norms(jacobians, g):
    return np.linalg.norm(right(jacobians, g), axis=1)


@SLIPS.add(
    "the lengths of the paths added up",
    "You add the lengths of the paths' vectors. Vectors can cancel and lengths cannot, "
    "so that is more than the gradient has. Add the vectors themselves.",
)
def _norms_of_paths(jacobians, g):
    sums = np.zeros(len(jacobians) + 1)
    for k, carried in paths_of(jacobians, g):
        sums[k] += np.linalg.norm(carried)
    return sums


@SLIPS.add(
    "g changed in place",
    "The rows are right, but g is not what it was: `g += ...`, or an update of a row "
    "that is g itself, writes into the caller's array. Begin with `g.copy()`, or write "
    "`g = g + ...`.",
    shows=lambda wrong: {value for _, value in wrong} == {"g afterwards"},
)
def _changes_g(jacobians, g):
    terms = right(jacobians, g)
    g += terms[1:].sum(axis=0)
    return terms


@SLIPS.add(
    "the list of Jacobians changed",
    "The rows are right, but the caller's list is not what it was: `reverse`, `pop` "
    "and `+=` work on the list or the arrays themselves. The net would be another one "
    "after your call. Use `reversed(jacobians)`, which only reads.",
    shows=lambda wrong: {value for _, value in wrong} == {"jacobians afterwards"},
)
def _reverses(jacobians, g):
    terms = right(jacobians, g)
    jacobians.reverse()
    return terms
