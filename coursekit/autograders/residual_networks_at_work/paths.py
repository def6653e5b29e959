"""The task `gradient_by_path_length`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.residual_networks_at_work.path_mistakes import MISTAKES
from coursekit.autograders.residual_networks_at_work.path_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import residual_networks_at_work as probes
from coursekit.probes.outcome import Observed, Outcome
from coursekit.reference import gradient_by_path_length

#: A row is a sum of at most 20 paths, each a product of at most 6 matrices whose
#: entries are about 1: numbers up to about 100, good to about 1e-13 in float64 in any
#: order of summing. The smallest mistake moves a row by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

FORBIDDEN = ("coursekit.reference", "coursekit.experiments")
AGAIN = probes.AGAIN
BY_HAND = ["one block", "two blocks"]
SIDE_EFFECTS = {
    "g afterwards": Reason.MUTATED_INPUT,
    "jacobians afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}


def branches(rng: np.random.Generator, blocks: int, d: int) -> np.ndarray:
    """Draw Jacobians of gain about 1, so that no row is small beside the others."""
    return rng.normal(size=(blocks, d, d)) / np.sqrt(d)


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw branches whose Jacobians neither commute nor are symmetric (but for d = 1).

    The number of rows, L + 1, is not d, but in one case, where rows and columns can be
    exchanged without a trace in the shape.
    """

    def case(jacobians: np.ndarray, **inputs: object) -> Case:
        g = rng.uniform(0.5, 2, jacobians.shape[-1]) * rng.choice([-1, 1])
        given = {"jacobians": jacobians, "g": g, **inputs}
        return Case(given, axes={"terms": "k d"}, **ROUNDING)

    shut = branches(rng, 4, 3)
    shut[1] = 0
    return {
        "one block": case(branches(rng, 1, 3)),
        "two blocks": case(branches(rng, 2, 4)),
        "five blocks": case(branches(rng, 5, 4), twice=True),
        "as many rows as features": case(branches(rng, 3, 4)),
        "every Jacobian the identity": case(np.array([np.eye(3)] * 6)),
        "one feature": case(branches(rng, 4, 1)),
        "a branch whose Jacobian is 0": case(shut),
        "the arrays are views": case(branches(rng, 3, 5), views=True),
    }


def a_list(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on rows in a list: understood, and not the array of the card."""
    kinds = {
        outcome.values["returned"]
        for outcome in outcomes.values()
        if isinstance(outcome, Observed)
    } & {"list", "tuple"}
    if not kinds:
        return ""
    return (
        f"Your rows came as a {' and a '.join(sorted(kinds))}. That is understood "
        "here; `np.array(rows)` makes the array that the card asks for."
    )


GRADIENT_BY_PATH_LENGTH = Task(
    name="gradient_by_path_length",
    exercise="03_residual_networks_at_work",
    signature="gradient_by_path_length(jacobians, g)",
    summary="Sort a residual net's gradient by how many branches it came through.",
    draw=draw,
    probe=probes.gradient,
    reference=gradient_by_path_length,
    criteria=[
        Criterion(
            "`terms` has shape `(L + 1, d)` and the dtype of g: a row for each "
            "length from 0 to L.",
            ["five blocks", "one block"],
            ["terms"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "One block and two blocks give the terms that you can write down by hand.",
            BY_HAND,
            ["terms"],
            points=2,
            advice="With one block the rows are g and J1.T @ g. With two they are g, "
            "then J1.T @ g + J2.T @ g, then J1.T @ J2.T @ g.",
        ),
        Criterion(
            "Row k is the sum over all paths that take exactly k branches.",
            ["five blocks", "as many rows as features"],
            ["terms"],
            points=4,
            advice="Walk back from the last block to the first, and update every row "
            "at each block.",
        ),
        Criterion(
            "If every Jacobian is the identity, row k is g times the number of paths "
            "of length k.",
            ["every Jacobian the identity"],
            ["terms"],
            points=1,
            advice="Six blocks have 1, 6, 15, 20, 15, 6 and 1 paths.",
        ),
        Criterion(
            "Hard inputs work: d = 1, a Jacobian of zeros, and views.",
            ["one feature", "a branch whose Jacobian is 0", "the arrays are views"],
            ["terms"],
            points=1,
            advice="L is `len(jacobians)` and d is `len(g)`. Nothing else about the "
            "arrays should matter.",
        ),
        Criterion(
            "A call leaves no trace: `g` and the list of Jacobians stay as they were, "
            "and a second call gives the same.",
            ["five blocks"],
            [*SIDE_EFFECTS],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`reversed(jacobians)` and `jacobians[::-1]` leave the list alone; "
            "`jacobians.reverse()` and `pop` do not.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Row 0, the path of skips alone, should be g",
            lambda inputs, values: values["terms"][0],
        ),
        Invariant(
            "The rows should add up to (I + J1.T) (I + J2.T) ... g",
            lambda inputs, values: values["terms"].sum(axis=0),
        ),
        Invariant(
            "The last row, the path of branches alone, should be J1.T @ J2.T @ ... g",
            lambda inputs, values: values["terms"][-1],
        ),
    ],
    remarks=[a_list],
    forbidden=FORBIDDEN,
    hints=(
        "Take two blocks and multiply (I + J1.T) (I + J2.T) g out on paper. Which of "
        "the four terms have one branch in them? And which block does g meet first?",
        "Let P[k] be the sum over all paths of length k through the blocks you have "
        "passed so far. Before the last block P[0] is g and the rest is 0. Going back "
        "through one more block, a path of length k comes from two places: which two? "
        "Make sure that you read the rows as they were before this block.",
        "Fill in the gaps.\n"
        "    terms = np.zeros((..., ...))\n"
        "    terms[0] = ...\n"
        "    for J in ...:                # which block first?\n"
        "        for k in range(..., ..., -1):\n"
        "            terms[k] += ... @ terms[...]\n"
        "    return ...",
    ),
    minutes=25,
    difficulty=4,
    importance=3,
)
