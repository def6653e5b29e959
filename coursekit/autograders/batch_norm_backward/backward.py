"""The task `batch_norm_backward`: its cases, criteria, laws and hints."""

import numpy as np

from coursekit.autograders.batch_norm_backward.backward_mistakes import MISTAKES
from coursekit.autograders.batch_norm_backward.backward_slips import SLIPS
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
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm_backward as probes
from coursekit.reference import batch_norm_backward
from coursekit.reference.batch_norm_steps import batch_norm_forward_steps

UNCHANGED = [f"{name} afterwards" for name in ("dy", *probes.CACHE)]
SIDE_EFFECTS = {
    **dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
GRADIENTS = ["dx", "dgamma", "dbeta"]
AXES = {"dx": "N D", "dgamma": "D", "dbeta": "D"}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw upstream gradients and the caches of the reference's forward pass.

    dy is random: a gradient such as y itself is one that a norm mostly takes away.
    """
    n, d = 5, 3
    gamma = scales(rng, d)

    def case(x: np.ndarray, gamma: np.ndarray = gamma, **inputs: object) -> Case:
        _, steps = batch_norm_forward_steps(x, gamma, np.zeros_like(gamma), EPS)
        cache = {name: getattr(steps, name) for name in probes.CACHE}
        dy = rng.normal(size=x.shape)
        return Case({"dy": dy, **cache, **inputs}, axes=AXES, **ROUNDING)

    return {
        "samples": case(features(rng, n, d), twice=True),
        "as many samples as features": case(features(rng, 4, 4), scales(rng, 4)),
        "another batch size": case(features(rng, 8, d)),
        "a pair of samples": case(features(rng, 2, d)),
        "a constant feature": case(constant_feature(rng, n, d)),
        "one feature": case(features(rng, 4, 1), scales(rng, 1)),
        "dy is a transposed view": case(features(rng, n, d), layout="transposed"),
    }


BATCH_NORM_BACKWARD = Task(
    name="batch_norm_backward",
    exercise=EXERCISE,
    signature="batch_norm_backward(dy, cache)",
    summary="Carry the gradient of y back to x, gamma and beta, in one line for dx.",
    draw=draw,
    probe=probes.backward,
    reference=batch_norm_backward,
    criteria=[
        Criterion(
            "`dx` has the shape of `dy`; `dgamma` and `dbeta` have the shape of gamma, "
            "`(D,)`.",
            ["samples"],
            [name + probes.RETURNED for name in GRADIENTS],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`dx` equals the last of the ten steps: the gradient through x itself, "
            "through its mean and through its variance.",
            ["samples", "as many samples as features", "another batch size"],
            ["dx"],
            points=5,
            advice="Print your dx beside the dx of task 2: which of the three terms is "
            "missing?",
        ),
        Criterion(
            "`dgamma` and `dbeta` are summed over the samples.",
            ["samples", "as many samples as features", "another batch size"],
            ["dgamma", "dbeta"],
            points=2,
            advice="dgamma is the sum of dy * x_hat over the samples, dbeta that of "
            "dy.",
        ),
        Criterion(
            "Hard inputs work: a pair of samples, a constant feature, a single "
            "feature, and a view for `dy`.",
            [
                "a pair of samples",
                "a constant feature",
                "one feature",
                "dy is a transposed view",
            ],
            GRADIENTS,
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `dy` and the cache stay as they were, and a "
            "second call gives the same `dx`.",
            ["samples"],
            [*UNCHANGED, AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`dy *= gamma` changes the caller's array: write "
            "`dx_hat = dy * gamma`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Every column of dx should sum to 0",
            lambda inputs, values: values["dx"].sum(0),
        ),
        Invariant(
            "The sum of dx * x_hat over a feature should be the small part eps leaves",
            lambda inputs, values: (values["dx"] * inputs["x_hat"]).sum(0),
        ),
        Invariant(
            "All of dbeta should add up to all of dy",
            lambda inputs, values: values["dbeta"].sum(),
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "If you add 1 to a feature in every sample of the batch, by how much does y "
        "change? What does that say about the sum of dx over the batch? And if you "
        "stretch the feature about its mean?",
        "Put the ten steps into one another. What came through the variance reaches "
        "sample n in proportion to x_hat[n], times a mean over the batch. What came "
        "through the mean is another mean over the batch, the same for all samples. "
        "Both are taken away from what goes straight through. gamma is one number for "
        "each feature, so it may stand inside or outside.",
        "Fill in the gaps.\n"
        "    dx_hat = dy * ...\n"
        "    through_mean = ...          # one number for each feature\n"
        "    through_var = x_hat * ...   # x_hat times one number for each feature\n"
        "    dx = ... * (dx_hat - through_mean - through_var)\n"
        "    return dx, ..., ...",
    ),
    minutes=30,
    difficulty=4,
    importance=5,
)
