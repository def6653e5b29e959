"""The task `variance_after`: how fast the variance grows with depth, in closed form."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.initialization_and_scaling.variance_mistakes import MISTAKES
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import initialization_and_scaling as probes
from coursekit.reference import variance_after

KINDS = ("plain-he", "residual", "pre-norm", "scaled", "zero-init")
#: A power by 900 multiplications, or by exp and log, is good to 900 roundings of 1e-16,
#: about 1e-13 of the result. The smallest mistake, e for (1 + 1/900)^900, is 5e-4.
ROUNDING = {"rtol": 1e-9, "atol": 0.0}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw depths: 1, 2, 3, ... up to somewhere past 10, none, and some hundreds."""
    depths = {
        "": np.arange(1, rng.integers(11, 15)),
        ", no block": np.zeros(1, dtype=np.int64),
        ", many blocks": rng.integers(200, 900, size=1),
    }
    return {
        f"{kind}{case}": Case(
            {"kind": kind, "depths": numbers},
            axes={probes.VARIANCE: "block"},
            **ROUNDING,
        )
        for kind in KINDS
        for case, numbers in depths.items()
    }


def by_block(values: Mapping) -> np.ndarray:
    """Return the variances after 0, 1, 2, ... blocks.

    Raises
    ------
    ValueError
        For a case of one number of blocks.
    """
    found = np.asarray(values[probes.VARIANCE])
    if found.ndim != 1:
        raise ValueError("by_block: there must be several numbers of blocks; got one.")
    return found


def _criterion(sentence: str, points: int, *kinds: str, cases: str = "") -> Criterion:
    return Criterion(
        sentence,
        [f"{kind}{cases}" for kind in kinds],
        [probes.VARIANCE],
        points,
        advice="Entry [3] belongs to 3 blocks. Ask what one block does to the "
        "variance, then put the blocks one behind the other.",
    )


VARIANCE_AFTER = Task(
    name="variance_after",
    exercise="04_initialization_and_scaling",
    signature="variance_after(depth, kind)",
    summary="Say how large the variance is after so many blocks of one kind.",
    draw=draw,
    probe=probes.variances,
    reference=variance_after,
    criteria=[
        Criterion(
            "One number comes back, for each of the five kinds.",
            KINDS,
            [probes.VARIANCE],
            points=1,
            form_only=True,
        ),
        _criterion(
            'The variance of "plain-he" and "zero-init" after 1, 2, 3, ... blocks.',
            1,
            "plain-he",
            "zero-init",
        ),
        _criterion(
            'The variance of "residual" after 1, 2, 3, ... blocks.', 1, "residual"
        ),
        _criterion(
            'The variance of "pre-norm" after 1, 2, 3, ... blocks.', 1, "pre-norm"
        ),
        _criterion(
            'The variance at the end of "scaled" nets of 1, 2, 3, ... blocks.',
            2,
            "scaled",
        ),
        Criterion(
            "The formulas hold for no blocks at all and for some hundreds.",
            [f"{k}, {case}" for case in ("no block", "many blocks") for k in KINDS],
            [probes.VARIANCE],
            points=1,
            advice="With no block the variance is that of the input, 1. With many, "
            "look for whole numbers that end at 2 to the 63.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "The variance after one block",
            lambda inputs, values: by_block(values)[1],
        ),
        Invariant(
            "The factor of the second block",
            lambda inputs, values: by_block(values)[2] / by_block(values)[1],
        ),
    ],
    forbidden=("coursekit.reference",),
    hints=(
        "The input has variance 1. In each kind, what is the variance after one "
        "block, and what does the branch of the second block get to see?",
        "Branch and skip path are uncorrelated, so their variances add. A branch with "
        "He's weights gives the variance that it is fed; behind a norm it is fed 1. A "
        "number in front of the branch counts squared. If each block multiplies by "
        "the same factor, the closed form is a power; if each adds the same, it is a "
        "line.",
        "Fill in the gaps.\n"
        "    if ...:                     # residual: the same factor in each block\n"
        "        return ... ** ...\n"
        "    if ...:                     # pre-norm: each block adds the same\n"
        "        return ... + ...\n"
        "    if ... and ...:             # scaled: a factor for L, if there is an L\n"
        "        return (1 + ...) ** ...\n"
        "    return ...                  # all that is left",
    ),
    minutes=10,
    difficulty=2,
    importance=4,
)
