"""The task `lesion`: its cases, criteria and hints."""

import copy
from typing import Any

import numpy as np

from coursekit.autograders.residual_networks_at_work.draws import FORBIDDEN, chain
from coursekit.autograders.residual_networks_at_work.lesion_mistakes import MISTAKES
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import residual_networks_at_work as probes

#: Five small layers in float64 give numbers up to about 100, good to about 1e-13. A
#: block left out or in moves them by 1e-3 at least.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

LEFT = "the number of blocks"
AGAIN = probes.AGAIN
UNTOUCHED = {
    "the given model's blocks afterwards": Reason.MUTATED_INPUT,
    "the given model's output afterwards": Reason.MUTATED_INPUT,
    "the given model's mode afterwards": Reason.MUTATED_INPUT,
    probes.ITSELF: Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}


def lesion(model: Any, i: int) -> Any:
    """Return a copy of the model without its block i."""
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[i]
    return lesioned


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw models of three pre-activation blocks, and one of a single block."""

    def case(i: int, blocks: int = 3, *, norm: bool = False, **inputs: object) -> Case:
        axes = {name: "N d_out" for name in ("out", [*UNTOUCHED][1])}
        given = {"i": i, **chain(rng, blocks, norm=norm), "training": False, **inputs}
        return Case(given, axes=axes, **ROUNDING)

    idle = case(1)
    for name in ("W", "b"):
        idle.inputs[name][1] = 0
    return {
        "block 1 of 0 to 2": case(1, twice=True),
        "the first block": case(0),
        "the last block": case(2),
        "the only block": case(0, 1),
        "i = -1": case(-1),
        "a block whose branch gives 0": idle,
        "a model in training mode": case(1, norm=True, training=True, twice=True),
    }


LESION = Task(
    name="lesion",
    exercise="03_residual_networks_at_work",
    signature="lesion(model, i)",
    summary="Take a block out of a model, and leave the model as it was.",
    draw=draw,
    probe=probes.lesion,
    reference=lesion,
    criteria=[
        Criterion(
            "A model comes back that has blocks and can be called.",
            ["block 1 of 0 to 2", "the only block"],
            ["out", LEFT],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Block i is gone; all others are there, in their order.",
            [
                "block 1 of 0 to 2",
                "the first block",
                "the last block",
                "the only block",
            ],
            ["out", LEFT],
            points=2,
            advice="Blocks are counted from 0, as in every Python list.",
        ),
        Criterion(
            "A negative i counts from the end.",
            ["i = -1"],
            ["out", LEFT],
            points=1,
            advice="`del blocks[i]` and `blocks.pop(i)` understand that by themselves; "
            "a comparison such as `j != i` does not.",
        ),
        Criterion(
            "Deleting a block whose branch gives 0 does not change the output.",
            ["a block whose branch gives 0"],
            ["out"],
            points=1,
            advice="Without the block its input goes on to the next one as it is: the "
            "skip stays.",
        ),
        Criterion(
            "The given model is left as it was, its mode too; the new one is another "
            "object, in the same mode.",
            ["block 1 of 0 to 2", "a model in training mode"],
            [*UNTOUCHED, "out"],
            points=2,
            reasons=UNTOUCHED,
            advice="Work on `copy.deepcopy(model)`.",
        ),
    ],
    mistakes=MISTAKES,
    forbidden=FORBIDDEN,
    hints=(
        "You want to compare the net with and without the block. What would happen to "
        "that comparison if `del` worked on the net that you were given?",
        "`copy.deepcopy` makes a model with blocks of its own; `copy.copy` makes one "
        "that shares its list of blocks with the old one. An `nn.ModuleList` takes "
        "`del` and `pop` like a list, with negative numbers too.",
        "Fill in the gaps.\n"
        "    lesioned = copy....(model)\n"
        "    del lesioned....\n"
        "    return ...",
    ),
    minutes=5,
    difficulty=1,
    importance=2,
    torch=True,
)
