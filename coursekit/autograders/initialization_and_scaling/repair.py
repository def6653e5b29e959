"""The task `ReZeroBlock`, a repair: its cases, criteria, laws and hints."""

import numpy as np

from coursekit.autograders.initialization_and_scaling.repair_mistakes import (
    FILLED,
    MISTAKES,
    NEW,
    made_by,
)
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import initialization_and_scaling as probes

#: Blocks are made float64. Sums of 7 products of numbers below 10 are good to 1e-14;
#: the room up to 1e-9 is for other orders, and the smallest mistake is above 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
GRADIENTS = ["the gradient of a"] + [f"the gradient of {n}" for n in probes.PARAMETERS]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw N = 12 samples of d = 7 features, and numbers for one block; alpha < 0."""
    d = 7

    def case(**inputs: object) -> Case:
        given = {
            "d": d,
            "a": rng.normal(size=(12, d)),
            "dout": rng.normal(size=(12, d)),
        }
        axes = {probes.OUT: "N d", "a afterwards": "N d", "the gradient of a": "N d"}
        return Case(given | inputs, axes=axes, **ROUNDING)

    numbers = {
        "alpha": -float(rng.uniform(0.5, 1.5)),
        "linear1.weight": rng.normal(size=(d, d)) * (2 / d) ** 0.5,
        "linear1.bias": rng.normal(size=d),
        "linear2.weight": rng.normal(size=(d, d)) * (2 / d) ** 0.5,
        "linear2.bias": rng.normal(size=d),
    }
    return {NEW: case(), FILLED: case(**numbers)}


REZERO_BLOCK = Task(
    name="ReZeroBlock",
    exercise="04_initialization_and_scaling",
    signature="ReZeroBlock(d)",
    summary="Repair a residual block whose branch never learns.",
    draw=draw,
    probe=probes.block,
    reference=made_by("Reference"),
    criteria=[
        Criterion(
            "A block has `linear1`, `linear2` and one number `alpha` to train, and its "
            "output has the shape of `a`.",
            [NEW],
            [probes.OUT, "alpha"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "A new block gives back its input, and its `alpha` is 0.",
            [NEW],
            [probes.OUT, "alpha"],
            points=2,
            advice="With alpha = 0 the output is a, for negative entries too.",
        ),
        Criterion(
            "The first backward pass of a new block brings a gradient to `alpha` and "
            "to nothing else.",
            [NEW],
            [probes.FIRST],
            points=2,
            advice="The gradient of alpha holds what the branch gives without it: "
            "that must not be 0.",
        ),
        Criterion(
            "After one step of gradient descent every parameter gets a gradient.",
            [NEW],
            [probes.SECOND],
            points=2,
            advice="Which parameter stands still, and which zero or which `detach` "
            "lies between it and the output?",
        ),
        Criterion(
            "With other numbers in it, a block gives a + alpha * linear2(relu("
            "linear1(relu(a)))) and the gradients of that.",
            [FILLED],
            [probes.OUT, *GRADIENTS],
            points=2,
            advice="Only the start was broken: `forward` stays as it stands on the "
            "card.",
        ),
        Criterion(
            "A call leaves no trace: `a` stays as it was, and another block changes "
            "nothing in this one.",
            [FILLED],
            ["a afterwards", probes.AGAIN],
            points=1,
            reasons={
                "a afterwards": Reason.MUTATED_INPUT,
                probes.AGAIN: Reason.NON_DETERMINISTIC,
            },
            advice="Make layers and alpha in `__init__`, for each block its own, and "
            "work on no tensor in place.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "The largest step from a to the output",
            lambda inputs, values: np.abs(values[probes.OUT] - inputs["a"]).max(),
        ),
    ],
    forbidden=("coursekit.nets", "coursekit.reference"),
    hints=(
        "Write the branch as alpha times z. What is the gradient of alpha made of, "
        "what that of linear2's weight? And what are they at the start?",
        "One factor at zero makes the block the identity, and the other factor then "
        "gives the zero its gradient. In ReZero the zero is alpha's. So which lines "
        "of `__init__` have to go?",
        "Fill in the gaps.\n"
        "    # in __init__\n"
        "    self.linear1 = ...\n"
        "    self.linear2 = ...\n"
        "    self.alpha = nn.Parameter(...)\n"
        "    # in forward: as on the card\n"
        "    h = ...\n"
        "    return a + ...",
    ),
    minutes=10,
    difficulty=2,
    importance=4,
    torch=True,
)
