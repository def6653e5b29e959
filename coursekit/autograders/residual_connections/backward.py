"""The task `residual_backward`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.residual_connections.backward_mistakes import MISTAKES
from coursekit.autograders.residual_connections.backward_slips import SLIPS
from coursekit.autograders.residual_connections.draws import (
    FORBIDDEN,
    block,
    layers,
    vectors,
    whole_numbers,
)
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import residual_connections as probes
from coursekit.reference import residual_backward, residual_forward

#: As in the forward task: sums over at most 6 numbers of size 100 are good to about
#: 1e-13, and the smallest mistake moves some gradient by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

AGAIN = "the change in a second call"
UNCHANGED = [f"{name} afterwards" for name in ("dout", *probes.CACHE)]
SIDE_EFFECTS = {
    **dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
GRADIENTS = list(probes.GRADIENTS)
PARAMETERS = GRADIENTS[1:]
AXES = {"da": "N d", "dW1": "d m", "db1": "m", "dW2": "m d", "db2": "d"}
EXACT_ZEROS = "sums that are exactly 0"


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw upstream gradients and the caches of the reference's forward pass."""

    def case(drawn: dict, **inputs: object) -> Case:
        _, cache = residual_forward(**drawn)
        dout = rng.normal(size=drawn["a"].shape)
        return Case({"dout": dout, **cache._asdict(), **inputs}, axes=AXES, **ROUNDING)

    usual = block(rng, 6, 4, 5)
    zeros = {name: 0 * array for name, array in layers(rng, 4, 5, 4).items()}
    # below every sum that can come: |a @ W1| and |z + a| stay far under 100
    low = np.full(5, -100.0)
    lowest = np.full(4, -100.0)
    return {
        "samples": case(usual, twice=True),
        "as many samples as features": case(block(rng, 5, 5, 5)),
        "one sample": case({**usual, "a": usual["a"][:1]}),
        "all weights 0": case({"a": vectors(rng, 6, 4), **zeros}),
        "every inner unit off": case({**usual, "b1": low}),
        "every sum negative": case({**usual, "b2": lowest}),
        EXACT_ZEROS: case(whole_numbers(rng, 6, 4, 5)),
        "dout is a transposed view": case(usual, layout="transposed"),
    }


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def carried_by_skip(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return what the skip path adds to the sum of da * a over everything."""
    branch = (values["dW1"] * inputs["W1"]).sum()
    return (values["da"] * inputs["a"]).sum() - branch


def kept_by_relu(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return what is lost between the two layers of the branch: nothing.

    ReLU(z1) is z1 times its slope, so dz1 * z1 and dh * h have one sum.
    """
    b1 = (inputs["z1"] - inputs["a"] @ inputs["W1"])[0]
    first = (values["dW1"] * inputs["W1"]).sum() + (values["db1"] * b1).sum()
    return first - (values["dW2"] * inputs["W2"]).sum()


RESIDUAL_BACKWARD = Task(
    name="residual_backward",
    exercise="02_residual_connections",
    signature="residual_backward(dout, cache)",
    summary="Carry the gradient of a block's output back through both paths.",
    draw=draw,
    probe=probes.backward,
    reference=residual_backward,
    criteria=[
        Criterion(
            "`da`, `dW1`, `db1`, `dW2` and `db2`, in this order, each have the shape "
            "of what they are the gradient of.",
            ["samples"],
            GRADIENTS,
            points=1,
            form_only=True,
        ),
        Criterion(
            "`da` collects both paths: the skip path and the branch, each behind the "
            "mask of the last ReLU.",
            ["samples", "as many samples as features"],
            ["da"],
            points=3,
            advice="Print ds, dz1 and the two parts of da, and compare each with the "
            "lesson.",
        ),
        Criterion(
            "The gradients of the weights and biases are summed over the samples.",
            ["samples", "as many samples as features"],
            PARAMETERS,
            points=2,
            advice="A weight's gradient is what went into the layer, transposed, times "
            "the gradient of what came out.",
        ),
        Criterion(
            "Where a path is shut nothing comes back through it: all weights 0, inner "
            "units that are off, negative sums.",
            ["all weights 0", "every inner unit off", "every sum negative"],
            GRADIENTS,
            points=2,
            advice="With all weights 0, `da` is dout where a > 0 and 0 elsewhere.",
        ),
        Criterion(
            "Hard inputs work: one sample, sums that are exactly 0 (slope 0, as in "
            "torch), and a view for `dout`.",
            ["one sample", EXACT_ZEROS, "dout is a transposed view"],
            GRADIENTS,
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `dout` and the cache stay as they were, and a "
            "second call gives the same `da`.",
            ["samples"],
            [*UNCHANGED, AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`dout *= mask` changes the caller's array: write "
            "`ds = dout * mask`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "The sum of da * a less that of dW1 * W1 should be what the skip path "
            "carries, dout * a where the sum is positive",
            carried_by_skip,
        ),
        Invariant(
            "The sum of dW1 * W1 and db1 * b1 should be that of dW2 * W2, with a "
            "difference of 0",
            kept_by_relu,
        ),
        Invariant(
            "db2 should be the sum of dout over the samples whose sum is positive",
            lambda inputs, values: values["db2"],
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "Which operation of the forward pass comes last, and what does it do to the "
        "gradient before that reaches the plus sign? If all weights are 0, which "
        "entries of dout come back to a?",
        "Undo the forward pass from its end. The last ReLU first: keep dout where the "
        "sum was positive. The plus sign hands the same gradient to both paths. In the "
        "branch, go back through the outer layer, the inner ReLU and the inner layer. "
        "At a the two paths add up. Biases and weights collect over all samples.",
        "Fill in the gaps.\n"
        "    ds = ...                      # dout behind the last ReLU's mask\n"
        "    dz1 = (...) * ...             # through W2, then the inner mask\n"
        "    da = ... + ...                # skip path and branch\n"
        "    dW2, db2 = ..., ...           # relu(z1) went into this layer\n"
        "    dW1, db1 = ..., ...           # and what went into this one?\n"
        "    return ...",
    ),
    minutes=25,
    difficulty=3,
    importance=5,
)
