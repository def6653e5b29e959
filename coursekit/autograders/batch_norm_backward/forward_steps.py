"""The task `batch_norm_forward_steps`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.batch_norm_backward.draws import (
    AGAIN,
    EPS,
    EXERCISE,
    FORBIDDEN,
    ROUNDING,
    constant_feature,
    features,
    scales,
)
from coursekit.autograders.batch_norm_backward.forward_mistakes import MISTAKES
from coursekit.autograders.batch_norm_backward.forward_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm_backward as probes
from coursekit.reference.batch_norm_steps import batch_norm_forward_steps

#: Numbers near 1e7 are 2e-9 apart in float64, so that xmu, made of differences from the
#: mean, is good to about 1e-8. A variance in one pass, E[x^2] - E[x]^2, cancels and is
#: off by about 1e14 * 1e-16 = 1e-2.
LARGE = {"rtol": 1e-6, "atol": 1e-6}

UNCHANGED = ["x afterwards", "gamma afterwards", "beta afterwards"]
SIDE_EFFECTS = {
    **dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
AXES = {name: "N D" if name in probes.WIDE else "D" for name in (*probes.NODES, "y")}
PLAIN = ["samples", "as many samples as features", "a pair of samples"]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: N = 5 is not D = 3, and eps = 0.1 is not small."""
    n, d = 5, 3
    affine = {"gamma": scales(rng, d), "beta": scales(rng, d)}
    square = {"gamma": scales(rng, 4), "beta": scales(rng, 4)}

    def case(x: np.ndarray, room: Mapping = ROUNDING, **inputs: object) -> Case:
        return Case({"x": x, **affine, "eps": EPS, **inputs}, axes=AXES, **room)

    x = features(rng, n, d)
    return {
        "samples": case(x, twice=True),
        "as many samples as features": case(features(rng, 4, 4), **square),
        "a pair of samples": case(features(rng, 2, d)),
        # variances near 1e-4, so that a default other than 1e-5 shows
        "eps left out": Case({"x": 0.01 * x, **affine}, axes=AXES, **ROUNDING),
        "a constant feature": case(constant_feature(rng, n, d)),
        "a mean of 10 million": case(1e7 + rng.normal(size=(n, d)), LARGE),
        "x is a transposed view": case(x, layout="transposed"),
    }


MEAN_AND_VARIANCE = Criterion(
    "`mu`, `xmu`, `sq` and `var`: the mean and the variance of each feature over the "
    "batch, and what lies between them.",
    PLAIN,
    ["mu", "xmu", "sq", "var"],
    points=2,
    advice="Go through them in order, and print each beside what the card says.",
)
NORMALIZED = Criterion(
    "`std`, `inv_std` and `x_hat`: the root with eps under it, one over that, and x "
    "normalized.",
    [*PLAIN, "eps left out"],
    ["std", "inv_std", "x_hat"],
    points=2,
    needs=MEAN_AND_VARIANCE,
    advice="std is made from var and eps, inv_std from std, x_hat from xmu.",
)
OUTPUT = Criterion(
    "`y` is x_hat, scaled and shifted; the steps end with gamma as it came.",
    PLAIN,
    ["y", "steps.gamma"],
    points=1,
    needs=NORMALIZED,
)

BATCH_NORM_FORWARD_STEPS = Task(
    name="batch_norm_forward_steps",
    exercise=EXERCISE,
    signature="batch_norm_forward_steps(x, gamma, beta, eps=1e-5)",
    summary="Normalize each feature over the batch, and keep every step.",
    draw=draw,
    probe=probes.forward_steps,
    reference=batch_norm_forward_steps,
    criteria=[
        Criterion(
            "`y` and all eight steps are there, each with the shape on the card: "
            "`(N, D)` or `(D,)`.",
            ["samples"],
            [*(name + probes.RETURNED for name in (*probes.NODES, "y")), "steps.gamma"],
            points=1,
            form_only=True,
        ),
        MEAN_AND_VARIANCE,
        NORMALIZED,
        OUTPUT,
        Criterion(
            "Hard inputs work: a constant feature (y is beta there), a mean of 10 "
            "million, and a view of another array.",
            ["a constant feature", "a mean of 10 million", "x is a transposed view"],
            ["var", "x_hat", "y"],
            points=1,
            needs=OUTPUT,
        ),
        Criterion(
            "A call leaves no trace: `x`, `gamma` and `beta` stay as they were, and a "
            "second call gives the same y.",
            ["samples"],
            [*UNCHANGED, AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`x -= mu` changes the caller's array: write `xmu = x - mu`. Keep "
            "nothing between calls.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Every column of xmu should sum to 0",
            lambda inputs, values: values["xmu"].sum(0),
        ),
        Invariant(
            "Every entry of sq should be the square of your xmu, so this difference "
            "should be 0",
            lambda inputs, values: values["sq"] - values["xmu"] ** 2,
        ),
        Invariant(
            "var minus the mean of your sq should be 0",
            lambda inputs, values: values["var"] - values["sq"].mean(0),
        ),
        Invariant(
            "std squared minus your var should be eps",
            lambda inputs, values: values["std"] ** 2 - values["var"],
        ),
        Invariant(
            "inv_std times your std should be 1",
            lambda inputs, values: values["inv_std"] * values["std"],
        ),
        Invariant(
            "Every column of x_hat should have the variance var / (var + eps)",
            lambda inputs, values: values["x_hat"].var(0),
        ),
        Invariant(
            "Before gamma and beta, y minus your x_hat should be 0",
            lambda inputs, values: (
                (values["y"] - inputs["beta"]) / inputs["gamma"] - values["x_hat"]
            ),
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "For x of shape (5, 3), how many means are there: 5, 3 or 1? Which of the "
        "eight steps have that many entries, and which have 15?",
        "Statistics of a feature run over the samples, along axis 0; no `keepdims` is "
        "needed, because (D,) lines up with the last axis of (N, D). Square what is "
        "centred already, average that, and only then add eps and take the root. Give "
        "each result a name of its own, and write into none of them afterwards.",
        "Fill in the gaps.\n"
        "    mu = ...             # one mean for each feature\n"
        "    xmu = ...            # x without it\n"
        "    sq = ...\n"
        "    var = ...            # from sq\n"
        "    std = np.sqrt(...)   # eps is in here\n"
        "    inv_std = ...        # from std\n"
        "    x_hat = ...          # from xmu\n"
        "    y = ...\n"
        "    return ..., (mu, xmu, sq, var, ...)",
    ),
    minutes=15,
    difficulty=2,
    importance=4,
)
