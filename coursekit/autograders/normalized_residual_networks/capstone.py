"""The task `repair`: a net of 24 blocks with four faults; its cases and criteria."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from coursekit.autograders.normalized_residual_networks.capstone_mistakes import (
    ALONE,
    BIASES,
    BLOCKS,
    CLOSED,
    COMPANY,
    COUNT,
    LOGITS,
    MISTAKES,
    PAST,
    REACHED,
    STEM,
    STEM_BIAS,
    repaired_by,
)
from coursekit.data import load_digits
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import repaired as probes
from coursekit.probes.outcome import Observed, Outcome

#: Float64 through 49 batch norms of 20 samples. Rounding grows by the gain of each
#: block, to about 1e-13 in outputs and gradients; the faults change them by 1e-2 and
#: more. (test_normalized_residual_networks_answers measures both.)
ROUNDING = {"rtol": 1e-7, "atol": 1e-8}
#: What is counted is exact.
EXACT = {"rtol": 0.0, "atol": 0.0}
#: Steps of gradient descent (momentum 0.9), samples in each, and the rate.
STEPS, BATCH, RATE = 44, 256, 0.05
#: Right nets reach 0.87 and more over 41 seeds, nineteen in twenty of them 0.88. With a
#: block in 24 places, or evaluated on the batch, they stay near 0.1; with constant
#: statistics they stay below 0.8; with the skip unmasked nothing shows.
ASKED = 0.8

THERE, AWAY = "training mode", "evaluation mode"
MASKED, FREE = "branches that close some ReLUs", "branches that close no ReLU"
LEARNED = "learning the digits"
ACCURACY = "the accuracy on the test digits"
BACK = "the gradient at the first block"
AXES = {
    "the logits": "N digit",
    "what the stem gives": "N width",
    "what the blocks give": "N width",
    BACK: "N width",
    BIASES[1]: "block layer",
}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw weights, samples and the order of training; the faults stay where they are.

    Each case sees one fault at most, whatever the others do to the net.
    """
    n, width = 20, 32

    def case(look: str, room: Mapping = ROUNDING, **inputs: object) -> Case:
        seeds = {name: int(rng.integers(2**31)) for name in ("seed", "numbers")}
        return Case({"look": look, **seeds, **inputs}, axes=AXES, **room)

    x, a = rng.normal(size=(n, 64)), rng.normal(size=(n, width))
    dout = rng.normal(size=(n, width))
    branch = rng.uniform(0.05, 0.3, width)
    signs = rng.permutation(np.where(np.arange(width) % 2, 1.0, -1.0))
    digits = load_digits()
    by_class = digits.y_test.argsort(kind="stable")
    return {
        THERE: case("training mode", x=x, dout=rng.normal(size=(n, 10)) / n),
        AWAY: case("evaluation mode", x=x, a=a, few=5),
        MASKED: case("skip", a=a, branch=signs * branch, dout=dout),
        FREE: case("skip", a=np.abs(a), branch=branch, dout=dout),
        LEARNED: replace(
            case(
                "learning",
                EXACT,
                x=digits.x_train,
                y=digits.y_train,
                x_test=digits.x_test[by_class],
                y_test=digits.y_test[by_class],
                steps=STEPS,
                batch=BATCH,
                rate=RATE,
                asked=ASKED,
            ),
            # the reference need not be trained to know what is asked for
            expected={ACCURACY: f"at least {ASKED:.0%}"},
        ),
    }


def how_many(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on how many of the four faults are gone, while some are left."""
    seen = {
        (case, name): value
        for case, outcome in outcomes.items()
        if isinstance(outcome, Observed)
        for name, value in outcome.values.items()
    }
    if not {ALONE, BIASES, PAST, COMPANY} <= set(seen):
        return ""
    room = ROUNDING["atol"]
    gone = [
        seen[ALONE] == 24,
        max(np.abs(seen[BIASES]).max(), abs(seen[STEM_BIAS])) < room,
        seen[PAST] < room,
        np.all(np.abs(seen[COMPANY]) < room),
    ]
    return "" if all(gone) else f"{sum(map(bool, gone))} of 4 faults are repaired."


REPAIR = Task(
    name="repair",
    exercise="08_normalized_residual_networks",
    signature="repair(net)",
    summary="Free a net of 24 blocks from four faults.",
    draw=draw,
    probe=probes.repaired,
    reference=repaired_by("sound"),
    criteria=[
        Criterion(
            "`repair` gives a net with a stem, 24 blocks and a head, and its logits "
            "have shape `(N, 10)`.",
            [THERE],
            ["the logits"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "The net has 24 blocks of its own: the count on paper, nothing shared, and "
            "each computes with its own weights.",
            [THERE],
            [COUNT[1], ALONE[1], LOGITS[1], REACHED[1]],
            points=3,
            advice="Count again, then give every block other weights and look at what "
            "the net gives.",
        ),
        Criterion(
            "In training mode the gradient of every bias before a batch norm is 0.",
            [THERE],
            [STEM_BIAS[1], BIASES[1]],
            points=3,
            advice="The norm takes mean and variance from the batch, and the gradient "
            "goes through both.",
        ),
        Criterion(
            "The gradient comes back along the skip, through the mask of every ReLU "
            "and nothing else.",
            [MASKED, FREE],
            [CLOSED[1], BACK, PAST[1]],
            points=3,
            advice="Each block is relu(branch(a) + a).",
        ),
        Criterion(
            "In evaluation mode a sample gives the same in every company, by the "
            "running statistics.",
            [AWAY],
            [STEM[1], BLOCKS[1], COMPANY[1]],
            points=3,
            advice="After `net.eval()` look at `training` of every module.",
        ),
        Criterion(
            f"Trained for {STEPS} steps, the net knows {ASKED:.0%} of the test digits, "
            "in batches sorted by class.",
            [LEARNED],
            [ACCURACY],
            points=2,
            advice="The repairs do not yet make a net that learns.",
        ),
    ],
    mistakes=MISTAKES,
    remarks=[how_many],
    forbidden=("coursekit.nets", "coursekit.reference", "coursekit.experiments"),
    hints=(
        "On paper the net has 56,234 numbers to train. How many does "
        "`net.parameters()` give, and which part of the net would explain the "
        "difference?",
        "One instrument for each fault: count the parameters; look at the gradient of "
        "a bias before a batch norm; hold a block's gradient against a difference "
        "quotient, or look at it where ReLU is closed; call `net.eval()` and give the "
        "net a batch and half of it. Two of the faults sit in the norms, one in the "
        "blocks' `forward`, one in the list of blocks.",
        "Fill in the gaps.\n"
        "    net.blocks = nn.ModuleList(... for block in net.blocks)\n"
        "    for parent in list(...):                 # whatever may hold a norm\n"
        "        for name, child in list(...):\n"
        "            if ...:\n"
        "                setattr(parent, name, ...)   # a norm without faults\n"
        "    for block in ...:\n"
        "        block.forward = ...                  # the sum, then ReLU\n"
        "    return ...",
    ),
    minutes=45,
    difficulty=5,
    importance=5,
    torch=True,
)
