"""The task `init_residual`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.initialization_and_scaling.start_mistakes import (
    MISTAKES,
    reference,
)
from coursekit.autograders.initialization_and_scaling.start_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import initialization_and_scaling as probes

#: a + 0 is a, to the last bit and in every order of summing.
EXACT = {"rtol": 0.0, "atol": 0.0}
#: The nets are float32, as torch makes them: 14 blocks of sums over 8 products, each
#: good to 1e-7 of numbers up to 10, so 1e-5 in all. The smallest mistake, 1/sqrt(2 L)
#: for 1/sqrt(L), moves alpha by 0.07.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}
D, N = 8, 16
ZERO = ["zero-last", "rezero"]
SCALED = ["scaled", "scaled, more blocks", "scaled, one block"]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw nets of width 8 with He's weights; no number of blocks is 8."""

    def case(scheme: str, blocks: int) -> Case:
        def numbers(*shape: int, scale: float = 1.0) -> np.ndarray:
            return (scale * rng.normal(size=shape)).astype(np.float32)

        he = (2 / D) ** 0.5
        inputs = {
            "scheme": scheme,
            "linear1.weight": numbers(blocks, D, D, scale=he),
            # at 0, so that a first layer whose weight is set to 0 passes nothing
            "linear1.bias": numbers(blocks, D, scale=0.0),
            "linear2.weight": numbers(blocks, D, D, scale=he),
            "linear2.bias": numbers(blocks, D, scale=0.3),
            "a": numbers(N, D),
            "dout": numbers(N, D),
        }
        axes = {"alpha": "block", probes.OUT: "N d"}
        return Case(inputs, axes=axes, **(SINGLE if scheme == "scaled" else EXACT))

    few = rng.permutation([3, 4, 5, 6])
    return {
        "zero-last": case("zero-last", few[0]),
        "rezero": case("rezero", few[1]),
        "scaled": case("scaled", few[2]),
        "scaled, more blocks": case("scaled", rng.integers(10, 15)),
        "scaled, one block": case("scaled", 1),
    }


def grown(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return how many times the variance of the input that of the output is."""
    return np.asarray(values[probes.OUT].var() / inputs["a"].var())


INIT_RESIDUAL = Task(
    name="init_residual",
    exercise="04_initialization_and_scaling",
    signature="init_residual(model, scheme)",
    summary="Give a residual net one of three starts that keep it small.",
    draw=draw,
    probe=probes.initialized,
    reference=reference,
    criteria=[
        Criterion(
            "The net still works: every parameter keeps its name, shape and dtype.",
            [*ZERO, *SCALED],
            ["alpha", probes.OUT],
            points=1,
            form_only=True,
        ),
        Criterion(
            'With "zero-last" and "rezero" the output is the input at the start, '
            "exactly.",
            ZERO,
            [probes.OUT, "alpha"],
            points=3,
            advice="Every branch has to give exactly 0, for negative inputs too.",
        ),
        Criterion(
            "Every branch can start: the first backward pass brings a gradient to the "
            "last layer or to alpha, to exactly one of the two.",
            ZERO,
            [probes.FIRST],
            points=3,
            advice="In z = alpha * (W2 h + b2) the gradient of one factor holds the "
            "other: with two zeros none arrives.",
        ),
        Criterion(
            'With "scaled" every branch is multiplied by 1/sqrt(L), and the variance '
            "stays bounded, with 1 block, a few or a dozen.",
            SCALED,
            ["alpha", probes.OUT],
            points=3,
            advice="L is the number of blocks of this net, and every alpha is the "
            "same.",
        ),
        Criterion(
            "Only what the scheme is about has new numbers; all else is as it was "
            "drawn.",
            [*ZERO, "scaled", "scaled, more blocks"],
            [probes.CHANGED],
            points=1,
        ),
        Criterion(
            "The parameters are changed in place and can still be trained, and no "
            "random number is drawn.",
            [*ZERO, *SCALED],
            [probes.REPLACED, probes.FROZEN, probes.RANDOM],
            points=1,
            reasons={probes.RANDOM: Reason.NON_DETERMINISTIC},
            advice="Set numbers inside `with torch.no_grad():`; make no new "
            "parameters, and draw nothing.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "The variance of the output over that of the input",
            grown,
        ),
    ],
    hints=(
        "A block gives a + alpha * (W2 h + b2). Which of its parameters can you set to "
        "zero so that it gives back a? And if you set two of them to zero, what is "
        "the gradient of each?",
        '"zero-last" is about weight and bias of `linear2`, the other two about '
        "`alpha`. Go through `model.blocks` and change the numbers in place, under "
        "`torch.no_grad()`: tensors have `zero_()` and `fill_(number)`. The number of "
        "blocks is `len(model.blocks)`.",
        "Fill in the gaps.\n"
        "    with ...:               # torch records nothing here\n"
        "        for block in ...:\n"
        "            if ...:         # zero-last: two parameters\n"
        "                ...\n"
        "            elif ...:       # rezero: one\n"
        "                ...\n"
        "            else:           # scaled: from the number of blocks\n"
        "                block.alpha.fill_(...)",
    ),
    minutes=20,
    difficulty=3,
    importance=4,
    torch=True,
)
