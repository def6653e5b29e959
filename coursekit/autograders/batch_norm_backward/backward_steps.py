"""The task `batch_norm_backward_steps`: its cases, criteria, laws and hints."""

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
from coursekit.autograders.batch_norm_backward.steps_mistakes import MISTAKES
from coursekit.autograders.batch_norm_backward.steps_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm_backward as probes
from coursekit.reference.batch_norm_steps import (
    batch_norm_backward_steps,
    batch_norm_forward_steps,
)

UNCHANGED = [f"{name} afterwards" for name in ("dy", *probes.STEPS)]
SIDE_EFFECTS = {
    **dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
    AGAIN: Reason.NON_DETERMINISTIC,
}
AXES = {name: "N D" if name in probes.WIDE else "D" for name in probes.GRADIENTS}
CASES = [
    "samples",
    "as many samples as features",
    "a pair of samples",
    "a constant feature",
    "dy is a transposed view",
]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw upstream gradients, and the steps of the reference's forward pass.

    dy is random: a gradient such as y itself is one that a norm mostly takes away.
    """
    n, d = 5, 3
    gamma = scales(rng, d)

    def case(x: np.ndarray, gamma: np.ndarray = gamma, **inputs: object) -> Case:
        _, steps = batch_norm_forward_steps(x, gamma, np.zeros_like(gamma), EPS)
        dy = rng.normal(size=x.shape)
        return Case({"dy": dy, **steps._asdict(), **inputs}, axes=AXES, **ROUNDING)

    drawn = [
        case(features(rng, n, d), twice=True),
        case(features(rng, 4, 4), scales(rng, 4)),
        case(features(rng, 2, d)),
        case(constant_feature(rng, n, d)),
        case(features(rng, n, d), layout="transposed"),
    ]
    return dict(zip(CASES, drawn, strict=True))


DOWN_TO_SQ = Criterion(
    "From the output down to the squares: `dx_hat`, `dinv_std`, `dstd`, `dvar` and "
    "`dsq`, in this order.",
    CASES,
    ["dx_hat", "dinv_std", "dstd", "dvar", "dsq"],
    points=3,
    advice="The gradient named first here is the first wrong one; those after it are "
    "made from it. Differentiate that one line of the forward pass.",
)
XMU = Criterion(
    "`dxmu` is the sum of what the two consumers of xmu send back.",
    CASES,
    ["dxmu"],
    points=3,
    needs=DOWN_TO_SQ,
    advice="In which two lines of the forward pass does xmu stand on the right?",
)
INPUT = Criterion(
    "`dmu` and `dx`: x too has two consumers, and what was copied to all rows comes "
    "back as a sum.",
    CASES,
    ["dmu", "dx"],
    points=2,
    needs=XMU,
    advice="In which two lines of the forward pass does x stand on the right?",
)

BATCH_NORM_BACKWARD_STEPS = Task(
    name="batch_norm_backward_steps",
    exercise=EXERCISE,
    signature="batch_norm_backward_steps(dy, steps)",
    summary="Carry the gradient of y back through every step of batch norm.",
    draw=draw,
    probe=probes.backward_steps,
    reference=batch_norm_backward_steps,
    criteria=[
        Criterion(
            "All ten gradients are there, each with the shape of the value it belongs "
            "to.",
            ["samples"],
            [name + probes.RETURNED for name in probes.GRADIENTS],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`dbeta` and `dgamma` are summed over the samples.",
            CASES,
            ["dbeta", "dgamma"],
            points=2,
            advice="beta and gamma stand in one line of the forward pass only, and "
            "serve all rows.",
        ),
        DOWN_TO_SQ,
        XMU,
        INPUT,
        Criterion(
            "A call leaves no trace: `dy` and the steps stay as they were, and a "
            "second call gives the same `dx`.",
            ["samples"],
            [*UNCHANGED, AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`dy *= gamma` changes the caller's array: write "
            "`dx_hat = gamma * dy`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    # each law holds for the answer's own numbers, so that the first one to break is the
    # line that is wrong, whatever came before it
    invariants=[
        Invariant(
            "Every column of dx_hat should add up to gamma times the sum of dy",
            lambda inputs, values: values["dx_hat"].sum(0),
        ),
        Invariant(
            "inv_std times your dinv_std should be the sum of dx_hat * x_hat, so that "
            "this difference is 0",
            lambda inputs, values: (
                values["dinv_std"] * inputs["inv_std"]
                - (values["dx_hat"] * inputs["x_hat"]).sum(0)
            ),
        ),
        Invariant(
            "Raising std by 1 % lowers inv_std by 1 %, so std * dstd plus inv_std "
            "times your dinv_std should be 0",
            lambda inputs, values: (
                values["dstd"] * inputs["std"] + values["dinv_std"] * inputs["inv_std"]
            ),
        ),
        Invariant(
            "Raising var + eps by 2 % raises std by 1 %, so 2 (var + eps) dvar minus "
            "std times your dstd should be 0",
            lambda inputs, values: (
                2 * inputs["std"] ** 2 * values["dvar"] - inputs["std"] * values["dstd"]
            ),
        ),
        Invariant(
            "The rows of dsq should add up to your dvar, so that this difference is 0",
            lambda inputs, values: values["dsq"].sum(0) - values["dvar"],
        ),
        Invariant(
            "The rows of dxmu and your dmu should add up to 0",
            lambda inputs, values: values["dxmu"].sum(0) + values["dmu"],
        ),
        Invariant(
            "Every column of dx should sum to 0",
            lambda inputs, values: values["dx"].sum(0),
        ),
        Invariant(
            "The sum of dx * x_hat over a feature should be the small part eps leaves",
            lambda inputs, values: (values["dx"] * inputs["x_hat"]).sum(0),
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "Take the last line of the forward pass, y = gamma * x_hat + beta. Move one "
        "entry of x_hat a little: by how much does y move? And one entry of gamma: "
        "which entries of y move? Now ask the same of each line above it. Which values "
        "stand on the right of two lines?",
        "One line of the forward pass gives one or two lines here; go from the last to "
        "the first. What stands on the right once gets the gradient of the left side "
        "times a derivative. xmu and x stand there twice and get a sum of two terms. "
        "Where (D,) was spread over N rows, sum over the rows; where a mean made (D,) "
        "from N rows, hand every row one N-th.",
        "Fill in the gaps.\n"
        "    mu, xmu, sq, var, std, inv_std, x_hat, gamma = ...\n"
        "    dbeta, dgamma = ..., ...     # sums over the samples\n"
        "    dx_hat = ...                 # y = gamma * x_hat + beta\n"
        "    dinv_std = ...               # x_hat = xmu * inv_std: a sum\n"
        "    dstd = ...                   # inv_std = 1 / std\n"
        "    dvar = ...                   # std = sqrt(var + eps)\n"
        "    dsq = np.ones_like(sq) * ... # var = mean of sq\n"
        "    dxmu = ... + ...             # two consumers\n"
        "    dmu = ...                    # xmu = x - mu: a sum\n"
        "    dx = ... + ...               # two consumers",
    ),
    minutes=35,
    difficulty=4,
    importance=5,
)
