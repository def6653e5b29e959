"""The task `fold_batch_norm`: its cases, criteria, laws and hints."""

import numpy as np

from coursekit.autograders.batch_norm.draws import FORBIDDEN, variances
from coursekit.autograders.batch_norm.fold_mistakes import MISTAKES
from coursekit.autograders.layer_norm.draws import features, scales
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm as probes
from coursekit.probes.batch_norm import AGAIN
from coursekit.reference import fold_batch_norm

#: A product and a sum or two of numbers near 10 in float64 are good to about 1e-14; the
#: smallest mistake (another default for eps) moves b by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: A feature that never varied is scaled by 1 / sqrt(1e-5), about 300: as above, times
#: 300.
SCALED = {"rtol": 1e-9, "atol": 1e-7}

AXES = {"W": "d_in D", "b": "D", "the new W": "d_in D", "the new b": "D"}
PARTS = ("W", "b", "gamma", "beta", "mean", "var")
TRACES = {
    **{f"{name} afterwards": Reason.MUTATED_INPUT for name in PARTS},
    AGAIN: Reason.NON_DETERMINISTIC,
}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw layers and norms: 5 inputs are not 3 features, and eps is 0.1."""

    def layer(d_in: int, d: int) -> dict[str, np.ndarray]:
        return {
            "W": rng.normal(size=(d_in, d)),
            "b": scales(rng, d),
            "gamma": scales(rng, d),
            "beta": scales(rng, d),
            "mean": features(rng, 2, d)[0] + 4.0,
            "var": variances(rng, d),
        }

    def case(room: dict = ROUNDING, **inputs: object) -> Case:
        return Case(inputs, axes=AXES, **room)

    def special(room: dict = ROUNDING, **inputs: object) -> Case:
        return case(room, special=True, **inputs)

    usual = layer(5, 3)
    no_bias = {name: array for name, array in usual.items() if name != "b"}
    silent = {**usual, "var": usual["var"] * [1.0, 0.0, 1.0]}
    return {
        "5 inputs, 3 features": case(**usual, eps=0.1, twice=True),
        "4 inputs, 4 features": case(**layer(4, 4), eps=0.1),
        "a layer without a bias": special(**no_bias, eps=0.1),
        # variances near 1e-4, so that a default other than 1e-5 shows
        "eps left out": case(**{**usual, "var": 1e-4 * usual["var"]}),
        "a feature that never varied": special(SCALED, **silent, eps=1e-5),
        "W is a transposed view": special(**usual, eps=0.1, layout="transposed"),
    }


def outputs(inputs: dict, values: dict) -> np.ndarray:
    """Return what the folded layer makes of two inputs."""
    a = np.linspace(-1.0, 2.0, 2 * len(inputs["W"])).reshape(2, -1)
    return a @ values["W"] + values["b"]


def shares(inputs: dict, values: dict) -> np.ndarray:
    """Return by how much each column of W became longer, with its sign."""
    old = inputs["W"]
    return (old * values["W"]).sum(0) / np.square(old).sum(0)


FOLD_BATCH_NORM = Task(
    name="fold_batch_norm",
    exercise="05_batch_norm",
    signature="fold_batch_norm(W, b, gamma, beta, running, eps=1e-5)",
    summary="Put a trained batch norm into the linear layer before it.",
    draw=draw,
    probe=probes.fold,
    reference=fold_batch_norm,
    criteria=[
        Criterion(
            "The new `W` has the shape of the old one, (d_in, D), and the new `b` has "
            "the shape (D,).",
            ["5 inputs, 3 features"],
            ["W", "b"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Each column of `W` is scaled by its own factor "
            "s = gamma / sqrt(var + eps).",
            ["5 inputs, 3 features", "4 inputs, 4 features", "eps left out"],
            ["W"],
            points=2,
            advice="One factor for each feature, and the features are the columns: "
            "`W * s` with s of shape (D,).",
        ),
        Criterion(
            "The new `b` is (b - mean) * s + beta.",
            ["5 inputs, 3 features", "4 inputs, 4 features", "eps left out"],
            ["b"],
            points=2,
            advice="Put a = 0 into both layers by hand, first the linear one, then the "
            "norm: what comes out is the new b.",
        ),
        Criterion(
            "A layer without a bias (`b` is None) works and gets one; so do a feature "
            "that never varied, and a view for `W`.",
            [
                "a layer without a bias",
                "a feature that never varied",
                "W is a transposed view",
            ],
            ["the new W", "the new b"],
            points=1,
            advice="None stands for a bias of zeros.",
        ),
        Criterion(
            "A call leaves no trace: the old layer and the norm stay as they were, and "
            "a second call gives the same.",
            ["5 inputs, 3 features"],
            list(TRACES),
            points=1,
            reasons=TRACES,
            advice="`W *= s` changes the caller's layer: write `W * s`.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "The factors by which the columns of W grow should be "
            "gamma / sqrt(var + eps)",
            shares,
        ),
        Invariant(
            "The folded layer should give what the linear layer and the norm give "
            "together",
            outputs,
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "In evaluation batch norm multiplies each feature by one number and adds "
        "another. Which number is it multiplied by? And what happens to a number that "
        "is added before a multiplication?",
        "Write down batch norm of a @ W + b and collect what stands with a: the "
        "columns of W, each times its own factor. Everything else is the new bias: the "
        "old one less the running mean, times the factor, plus beta.",
        "Fill in the gaps.\n"
        "    s = ...                 # shape (D,), eps is in here\n"
        "    old = ... if b is None else ...\n"
        "    return W * ..., (old - ...) * ... + ...",
    ),
    minutes=15,
    difficulty=2,
    importance=3,
)
