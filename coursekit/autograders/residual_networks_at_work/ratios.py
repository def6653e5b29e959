"""The task `branch_ratio`: its cases, criteria and hints."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.residual_networks_at_work.draws import (
    FORBIDDEN,
    layers,
    samples,
    statistics,
)
from coursekit.autograders.residual_networks_at_work.ratio_mistakes import MISTAKES
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import residual_networks_at_work as probes
from coursekit.probes.outcome import Observed, Outcome

#: The blocks are float64, but `torch.tensor(ratio)` makes a float32 of a number, good
#: to 6e-8 of it. The smallest mistake moves a ratio by 1e-3.
SINGLE = {"rtol": 1e-6, "atol": 1e-9}

RATIO, IN_MODE = probes.RATIO, probes.IN_MODE
TRACES = {
    probes.AGAIN: Reason.NON_DETERMINISTIC,
    "x afterwards": Reason.MUTATED_INPUT,
}


def branch_ratio(block: Any, x: Any) -> float:
    """Return the length of the branch's output over that of the skip."""
    z, skip = block.branch(x).detach(), block.shortcut(x).detach()
    return float(z.norm() / skip.norm())


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw blocks of both forms, with N = 5 samples of different lengths."""

    def case(width: int = 4, **inputs: object) -> Case:
        given = {"x": samples(rng, 5, 4), **layers(rng, 4, 6, width), "mode": "pre"}
        given |= {"training": True, **inputs}
        return Case(given, axes={"x afterwards": "N d"}, **SINGLE)

    norm = statistics(rng, 4)
    zeros = {"W2": np.zeros((6, 4)), "b2": np.zeros(4)}
    return {
        "pre-activation": case(twice=True),
        "post-activation": case(mode="post", twice=True),
        "a projection, from 4 to 6": case(6, Ws=rng.normal(size=(4, 6))),
        "a branch that gives 0": case(**zeros),
        "batch norm, in training": case(**norm),
        "batch norm, in evaluation": case(**norm, training=False),
    }


def moved_statistics(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on running statistics that the measurement has moved."""
    outcome = outcomes["batch norm, in training"]
    if not isinstance(outcome, Observed) or outcome.values[probes.MOVED] == 0:
        return ""
    return (
        "Measured in training mode, batch norm counted your x among its data: the "
        "block's running statistics have moved. That costs no points; a "
        "`copy.deepcopy(block)` would leave the block as it was."
    )


BRANCH_RATIO = Task(
    name="branch_ratio",
    exercise="03_residual_networks_at_work",
    signature="branch_ratio(block, x)",
    summary="Measure how large a branch is beside its skip.",
    draw=draw,
    probe=probes.ratio,
    reference=branch_ratio,
    criteria=[
        Criterion(
            "The ratio is one number for the whole batch.",
            ["pre-activation", "post-activation"],
            [RATIO],
            points=1,
            form_only=True,
        ),
        Criterion(
            "It is the length of the branch's output over the length of the skip.",
            ["pre-activation", "post-activation"],
            [RATIO],
            points=2,
            advice="The length of an array is the root of the sum of the squares of "
            "all its entries: `z.norm()`.",
        ),
        Criterion(
            "Where the block projects, the skip is what comes out of the shortcut.",
            ["a projection, from 4 to 6"],
            [RATIO],
            points=1,
            advice="Divide by the length of `block.shortcut(x)`.",
        ),
        Criterion(
            "A branch that gives 0 has the ratio 0.",
            ["a branch that gives 0"],
            [RATIO],
            points=1,
            advice="The branch belongs above the line, by itself.",
        ),
        Criterion(
            "The block is measured in the mode it is in, and stays in it.",
            ["batch norm, in training", "batch norm, in evaluation"],
            [IN_MODE, "the mode afterwards"],
            points=1,
            reasons={"the mode afterwards": Reason.MUTATED_INPUT},
            advice="Call neither `train` nor `eval` on the block.",
        ),
        Criterion(
            "A call leaves no trace: x stays as it was, a second call gives the same, "
            "and no graph is kept.",
            ["pre-activation", "post-activation"],
            [probes.GRAPH, *TRACES],
            points=1,
            reasons=TRACES,
            advice="Compute under `torch.no_grad()` and return a number: `float(...)`, "
            "or `.item()`.",
        ),
    ],
    mistakes=MISTAKES,
    remarks=[moved_statistics],
    forbidden=FORBIDDEN,
    hints=(
        "A branch as strong as its skip: which ratio should it have? Does your formula "
        "give that?",
        "Call the two parts of the block, `block.branch` and `block.shortcut`, and not "
        "the block itself. The length of an array of shape (N, d) is one number: "
        "square, sum over everything, take the root. What comes back should be a plain "
        "number, not a tensor that still knows how it was computed.",
        "Fill in the gaps.\n"
        "    with torch....():            # nothing here needs a gradient\n"
        "        z = ...\n"
        "        skip = ...\n"
        "    return float(... / ...)",
    ),
    minutes=5,
    difficulty=1,
    importance=2,
    torch=True,
)
