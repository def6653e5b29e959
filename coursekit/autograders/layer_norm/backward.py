"""The task `layer_norm_backward`: its cases, criteria, laws and hints."""

import numpy as np

from coursekit.autograders.layer_norm.backward_mistakes import MISTAKES
from coursekit.autograders.layer_norm.backward_slips import SLIPS
from coursekit.autograders.layer_norm.draws import FORBIDDEN, features, scales
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import layer_norm as probes
from coursekit.reference import layer_norm_backward, layer_norm_forward

#: As in the forward task: good to about 1e-14, and the smallest mistake is 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

EPS = 0.1
AGAIN = "the change in a second call"
UNCHANGED = ["dy afterwards", "x_hat afterwards", "inv_std afterwards"]
SIDE_EFFECTS = {
    **dict.fromkeys([*UNCHANGED, "gamma afterwards"], Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
GRADIENTS = ["dx", "dgamma", "dbeta"]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw upstream gradients and the caches of the reference's forward pass.

    dy is random: a gradient such as y itself is one that a norm mostly takes away.
    """
    d = 6
    gamma = scales(rng, d)

    def case(x: np.ndarray, gamma: np.ndarray = gamma, **inputs: object) -> Case:
        _, cache = layer_norm_forward(x, gamma, np.zeros_like(gamma), EPS)
        dy = rng.normal(size=x.shape)
        letters = {1: "d", 2: "B d", 3: "B T d"}[x.ndim]
        axes = {"dx": letters, "dgamma": "d", "dbeta": "d"}
        return Case({"dy": dy, **cache._asdict(), **inputs}, axes=axes, **ROUNDING)

    x = features(rng, 4, d)
    return {
        "vectors": case(x, twice=True),
        "as many vectors as features": case(features(rng, 5, 5), scales(rng, 5)),
        "sequences": case(features(rng, 2, 3, d)),
        "one vector": case(x[0]),
        "a batch of one": case(x[1:2]),
        "constant vectors": case(np.repeat([[0.0], [5.0]], d, axis=1)),
        "one feature": case(features(rng, 3, 1), scales(rng, 1)),
        "dy is a transposed view": case(x, layout="transposed"),
    }


LAYER_NORM_BACKWARD = Task(
    name="layer_norm_backward",
    exercise="07_layer_norm",
    signature="layer_norm_backward(dy, cache)",
    summary="Carry the gradient of y back to x, gamma and beta.",
    draw=draw,
    probe=probes.backward,
    reference=layer_norm_backward,
    criteria=[
        Criterion(
            "`dx` has the shape of `dy`; `dgamma` and `dbeta` have the shape of gamma, "
            "`(d,)`.",
            ["vectors"],
            GRADIENTS,
            points=1,
            form_only=True,
        ),
        Criterion(
            "`dx` is the gradient with respect to x: through x itself, through its "
            "mean and through its variance.",
            ["vectors", "as many vectors as features", "a batch of one"],
            ["dx"],
            points=4,
            advice="Check the three ways one at a time against the lesson.",
        ),
        Criterion(
            "`dgamma` and `dbeta` are summed over the vectors.",
            ["vectors", "as many vectors as features"],
            ["dgamma", "dbeta"],
            points=2,
            advice="dgamma is the sum of dy * x_hat over the vectors, dbeta that of "
            "dy.",
        ),
        Criterion(
            "Sequences of shape (B, T, d) and a single vector (d,) work too.",
            ["sequences", "one vector"],
            GRADIENTS,
            points=1,
            advice="Average along the last axis; sum the parameters' gradients over "
            "all others.",
        ),
        Criterion(
            "Hard inputs work: constant vectors, d = 1 (`dx` is 0), and a view for "
            "`dy`.",
            ["constant vectors", "one feature", "dy is a transposed view"],
            GRADIENTS,
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `dy` and the cache stay as they were, and a "
            "second call gives the same `dx`.",
            ["vectors"],
            [*UNCHANGED, "gamma afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`dy *= gamma` changes the caller's array: write "
            "`dx_hat = dy * gamma`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Every vector of dx should sum to 0",
            lambda inputs, values: values["dx"].sum(-1),
        ),
        Invariant(
            "The sum of dx * x_hat over a vector should be the small part eps leaves",
            lambda inputs, values: (values["dx"] * inputs["x_hat"]).sum(-1),
        ),
        Invariant(
            "All of dbeta should add up to all of dy",
            lambda inputs, values: values["dbeta"].sum(),
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "If you add 1 to every feature of one vector, by how much does its y change? "
        "What does that say about the sum of dx over that vector? And how many vectors "
        "does one entry of gamma act on?",
        "Undo the forward pass from its end. First the scaling: multiply dy by gamma, "
        "before any mean. Then x acts on x_hat in three ways: directly, through the "
        "mean, and through the variance. The last two each take a mean over the "
        "features away. "
        "gamma and beta are shared by all vectors: their gradients add up over them.",
        "Fill in the gaps.\n"
        "    dx_hat = dy * ...\n"
        "    through_mean = ...              # one number for each vector\n"
        "    through_variance = x_hat * ...  # x_hat times one number for each vector\n"
        "    dx = ... * (dx_hat - through_mean - through_variance)\n"
        "    leading = ...                   # every axis but the last\n"
        "    return dx, ..., ...",
    ),
    minutes=30,
    difficulty=4,
    importance=5,
)
