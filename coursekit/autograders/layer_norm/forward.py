"""The task `layer_norm_forward`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.layer_norm.draws import FORBIDDEN, features, scales
from coursekit.autograders.layer_norm.forward_mistakes import MISTAKES
from coursekit.autograders.layer_norm.forward_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import layer_norm as probes
from coursekit.probes.outcome import Observed, Outcome
from coursekit.reference import layer_norm_forward

#: Sums over at most 6 numbers of size 10 in float64 are good to about 1e-14. The room
#: up to 1e-9 is for other orders of summing; the smallest mistake moves y by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Numbers near 1e7 are 2e-9 apart in float64, so that y, made of differences from the
#: mean, is good to about 1e-8. A variance in one pass, E[x^2] - E[x]^2, cancels and is
#: off by about 1e14 * 1e-16 = 1e-2.
LARGE = {"rtol": 1e-6, "atol": 1e-6}
#: 6 digits in float32; only its dtype is looked at, and only for a remark.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}

AGAIN = "the change in a second call"
SIDE_EFFECTS = {
    "x afterwards": Reason.MUTATED_INPUT,
    "gamma afterwards": Reason.MUTATED_INPUT,
    "beta afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}
VECTORS = {"y": "B d", "cache.x_hat": "B d", "cache.inv_std": "B 1"}
SEQUENCES = {"y": "B T d", "cache.x_hat": "B T d", "cache.inv_std": "B T 1"}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: B = 4 is not d = 6, and eps = 0.1 is not small."""
    d = 6
    affine = {"gamma": scales(rng, d), "beta": scales(rng, d)}
    usual = {**affine, "eps": 0.1}
    x, many = features(rng, 4, d), features(rng, 64, d)
    square = {"x": features(rng, 5, 5), "gamma": scales(rng, 5), "beta": scales(rng, 5)}
    single_feature = {
        "x": features(rng, 3, 1),
        "gamma": scales(rng, 1),
        "beta": scales(rng, 1),
    }
    constant = np.repeat([[0.0], [5.0]], d, axis=1)
    float32 = {name: array.astype(np.float32) for name, array in affine.items()}

    def case(x: np.ndarray, room: Mapping = ROUNDING, **inputs: object) -> Case:
        axes = {1: {"y": "d"}, 2: VECTORS, 3: SEQUENCES}[x.ndim]
        return Case({"x": x, **usual, **inputs}, axes=axes, **room)

    return {
        "vectors": case(x, twice=True),
        "as many vectors as features": case(**square),
        "sequences": case(features(rng, 2, 3, d)),
        "3 x + 2": case(3 * x + 2),
        # variances near 1e-4, so that a default other than 1e-5 shows
        "eps left out": Case({"x": 0.01 * x, **affine}, axes=VECTORS, **ROUNDING),
        "64 vectors": case(many),
        "the first of them, B = 1": case(many[:1]),
        "the first of them, shape (d,)": case(many[0]),
        "constant vectors": case(constant),
        "one feature": case(**single_feature),
        "a mean of 10 million": case(1e7 + rng.normal(size=(4, d)), LARGE),
        "x is a transposed view": case(x, layout="transposed"),
        "x in Fortran order": case(x, layout="fortran"),
        "x is a reversed view": case(x, layout="reversed"),
        "x in float32": case(x.astype(np.float32), SINGLE, **float32),
    }


def keeps_float64(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on an answer that turns float32 into float64: right, but twice as big."""
    outcome = outcomes["x in float32"]
    y = outcome.values["y"] if isinstance(outcome, Observed) else None
    if getattr(y, "dtype", None) != np.float64:
        return ""
    return (
        "Given float32, your y is float64. That costs no points; in a network it "
        "would double the memory, and `y.astype(x.dtype)` avoids it."
    )


def standardized(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return y before gamma and beta."""
    return (values["y"] - inputs["beta"]) / inputs["gamma"]


LAYER_NORM_FORWARD = Task(
    name="layer_norm_forward",
    exercise="07_layer_norm",
    signature="layer_norm_forward(x, gamma, beta, eps=1e-5)",
    summary="Normalize each vector over its own features, then scale and shift it.",
    draw=draw,
    probe=probes.forward,
    reference=layer_norm_forward,
    criteria=[
        Criterion(
            "`y` has the shape and the dtype of `x`, and the cache is the tuple "
            "`(x_hat, inv_std, gamma)`.",
            ["vectors"],
            ["y", "cache.x_hat", "cache.inv_std", "cache.gamma"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Each vector is normalized over its own d features, then scaled by gamma "
            "and shifted by beta.",
            ["vectors", "as many vectors as features", "3 x + 2", "eps left out"],
            ["y"],
            points=4,
            advice="Compare mean, variance, eps, gamma and beta with the formula on "
            "the card, one at a time.",
        ),
        Criterion(
            "The cache holds what the backward pass needs: x_hat, 1 / sqrt(var + eps) "
            "and gamma.",
            ["vectors", "sequences"],
            ["cache.x_hat", "cache.inv_std", "cache.gamma"],
            points=1,
            advice="`x_hat` is x after normalizing, before gamma and beta; `inv_std` "
            "is one number for each vector.",
        ),
        Criterion(
            "A vector gives the same y in a sequence (B, T, d), among 64, in a batch "
            "of one, and alone as (d,).",
            [
                "sequences",
                "64 vectors",
                "the first of them, B = 1",
                "the first of them, shape (d,)",
            ],
            ["y"],
            points=1,
            advice="Nothing may depend on the other vectors or on the number of axes: "
            "take mean and variance along `axis=-1`.",
        ),
        Criterion(
            "Hard inputs work: constant vectors and d = 1 (y is beta), a mean of "
            "10 million, and views of other arrays.",
            [
                "constant vectors",
                "one feature",
                "a mean of 10 million",
                "x is a transposed view",
                "x in Fortran order",
                "x is a reversed view",
            ],
            ["y"],
            points=2,
        ),
        Criterion(
            "A call leaves no trace: `x`, `gamma` and `beta` stay as they were, and a "
            "second call gives the same y.",
            ["vectors"],
            ["x afterwards", "gamma afterwards", "beta afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`x -= mean` changes the caller's array: write `x = x - mean`. Keep "
            "nothing between calls, and draw no random numbers.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Before gamma and beta, every vector of y should have mean 0",
            lambda inputs, values: standardized(inputs, values).mean(-1),
        ),
        Invariant(
            "Before gamma and beta, every vector of y should have the variance "
            "var / (var + eps)",
            lambda inputs, values: standardized(inputs, values).var(-1),
        ),
        Invariant(
            "Each x_hat in the cache should be (y - beta) / gamma",
            lambda inputs, values: values["cache.x_hat"] - standardized(inputs, values),
        ),
    ],
    remarks=[keeps_float64],
    forbidden=FORBIDDEN,
    hints=(
        "How many means does x of shape (2, 3, 6) need: 2, 3, 6 or 36? Compare with "
        "the picture of the axes in the lesson, then think of x with 6 features and "
        "nothing else.",
        "There is one mean and one variance for each vector, so both are taken along "
        "the last axis. `keepdims=True` leaves a length of 1 there, and the result "
        "still combines with x. The variance divides by d, and eps goes under the "
        "root.",
        "Fill in the gaps.\n"
        "    mean = x.mean(axis=..., keepdims=...)\n"
        "    var = ...                       # of x around that mean, divided by d\n"
        "    inv_std = 1 / np.sqrt(...)      # eps is in here\n"
        "    x_hat = ...                     # x, moved and scaled\n"
        "    return ..., (x_hat, inv_std, gamma)",
    ),
    minutes=15,
    difficulty=2,
    importance=5,
)
