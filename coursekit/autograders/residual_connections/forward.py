"""The task `residual_forward`: its cases, criteria, laws and hints."""

import numpy as np

from coursekit.autograders.residual_connections.draws import (
    FORBIDDEN,
    block,
    layers,
    vectors,
)
from coursekit.autograders.residual_connections.forward_mistakes import MISTAKES
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import residual_connections as probes
from coursekit.reference import residual_forward

#: Two products over at most 5 numbers of size 10 in float64 are good to about 1e-14.
#: The room up to 1e-9 is for other orders of summing; the smallest mistake moves out
#: by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

AGAIN = "the change in a second call"
UNCHANGED = [f"{name} afterwards" for name in ("a", "W1", "b1", "W2", "b2")]
SIDE_EFFECTS = {
    **dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
CACHED = [f"cache.{name}" for name in probes.CACHE]
AXES = {
    "out": "N d",
    "cache.a": "N d",
    "cache.z1": "N m",
    "cache.s": "N d",
    "cache.W1": "d m",
    "cache.W2": "m d",
}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: N = 6, d = 4 and m = 5 all differ, and all signs occur."""

    def case(drawn: dict, **inputs: object) -> Case:
        return Case({**drawn, **inputs}, axes=AXES, **ROUNDING)

    usual = block(rng, 6, 4, 5)
    zeros = {name: 0 * array for name, array in layers(rng, 4, 5, 4).items()}
    a = vectors(rng, 6, 4)
    one = {**usual, "a": usual["a"][:1]}
    return {
        "samples": case(usual, twice=True),
        "as many samples as features": case(block(rng, 5, 5, 5)),
        "one sample": case(one),
        "z = 0 and a of both signs": case({"a": a, **zeros}),
        "z = 0 and a at least 0": case({"a": np.abs(a), **zeros}),
        "a is a transposed view": case(usual, layout="transposed"),
        "a is a reversed view": case(usual, layout="reversed"),
    }


RESIDUAL_FORWARD = Task(
    name="residual_forward",
    exercise="02_residual_connections",
    signature="residual_forward(a, W1, b1, W2, b2)",
    summary="Add the input of a block to what its branch computes, then apply ReLU.",
    draw=draw,
    probe=probes.forward,
    reference=residual_forward,
    criteria=[
        Criterion(
            "`out` has the shape and the dtype of `a`, and the cache is the tuple "
            "`(a, z1, s, W1, W2)`.",
            ["samples"],
            ["out", *CACHED],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`out` is relu(z + a): for many samples and for one, and for views of "
            "other arrays.",
            [
                "samples",
                "as many samples as features",
                "one sample",
                "a is a transposed view",
                "a is a reversed view",
            ],
            ["out"],
            points=3,
            advice="Compute z1, z, s and out one after the other and compare each "
            "with the card.",
        ),
        Criterion(
            "With all weights and biases 0 the block keeps what is positive in `a` and "
            "puts 0 for the rest.",
            ["z = 0 and a at least 0", "z = 0 and a of both signs"],
            ["out"],
            points=2,
            advice="With z = 0 only the skip path and the last ReLU are left.",
        ),
        Criterion(
            "The cache holds what the backward pass needs: a, z1 and s before their "
            "ReLU, and both weights.",
            ["samples", "one sample"],
            CACHED,
            points=1,
            advice="z1 is the inner layer, s the sum z + a; ReLU comes after both.",
        ),
        Criterion(
            "A call leaves no trace: the arguments stay as they were, and a second "
            "call gives the same `out`.",
            ["samples"],
            [*UNCHANGED, AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`a += z` changes the caller's array: write `s = z + a`. Keep "
            "nothing between calls, and draw no random numbers.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "The number of negative entries of out should be 0, as ReLU leaves none",
            lambda inputs, values: (values["out"] < 0).sum(),
        ),
        Invariant(
            "cache.s less a should be z, in the first entry of all",
            lambda inputs, values: (values["cache.s"] - inputs["a"])[0, :1],
        ),
        Invariant(
            "out less relu(s), with s from the cache, should be 0",
            lambda inputs, values: values["out"] - np.maximum(values["cache.s"], 0),
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "If all weights and biases are 0, what should come out for a = [2, -3]? And "
        "can the branch make an entry of a smaller, if it is positive before the sum "
        "goes through ReLU?",
        "Go from the inside out. The inner layer gives z1, of shape (N, m), and ReLU "
        "follows. The outer layer brings that back to (N, d): this is z, and it has no "
        "activation of its own. Then a is added, and only the sum gets the last ReLU.",
        "Fill in the gaps.\n"
        "    z1 = a @ ... + ...                  # (N, m)\n"
        "    z = np.maximum(..., 0) @ ... + ...  # (N, d)\n"
        "    s = ...                             # branch and skip path meet\n"
        "    return ..., (a, z1, s, W1, W2)",
    ),
    minutes=10,
    difficulty=1,
    importance=5,
)
