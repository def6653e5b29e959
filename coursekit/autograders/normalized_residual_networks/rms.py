"""The task `rms_norm`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.normalized_residual_networks.draws import (
    AGAIN,
    FORBIDDEN,
    ROUNDING,
    SIDE_EFFECTS,
    SINGLE,
    VIEWS,
    features,
    keeps_float64,
    scales,
)
from coursekit.autograders.normalized_residual_networks.rms_mistakes import MISTAKES
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import normalized_residual_networks as probes
from coursekit.reference import rms_norm_forward

AXES = {1: {"y": "d"}, 2: {"y": "B d"}, 3: {"y": "B T d"}}


def right(x: np.ndarray, gamma: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return y alone, as the card asks."""
    return rms_norm_forward(x, gamma, eps)[0]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw vectors whose mean is not 0: on mean 0 RMS norm is layer norm."""
    d = 6
    gamma = scales(rng, d)
    x, many = features(rng, 4, d), features(rng, 64, d)

    def case(x: np.ndarray, room: Mapping = ROUNDING, **inputs: object) -> Case:
        given = {"x": x, "gamma": gamma, "eps": 0.1, **inputs}
        return Case(given, axes=AXES[x.ndim], **room)

    return {
        "vectors": case(x, twice=True),
        "as many vectors as features": case(features(rng, 5, 5), gamma=scales(rng, 5)),
        "sequences": case(features(rng, 2, 3, d)),
        "moved by 5": case(x + 5),
        # mean squares near 1e-4, so that a default other than 1e-5 shows
        "eps left out": Case({"x": 0.01 * x, "gamma": gamma}, axes=AXES[2], **ROUNDING),
        "64 vectors": case(many),
        "the first of them, B = 1": case(many[:1]),
        "the first of them, shape (d,)": case(many[0]),
        "vectors of zeros": case(np.zeros((2, d))),
        "constant vectors": case(np.repeat([[-2.0], [5.0]], d, axis=1)),
        "one feature": case(features(rng, 3, 1) + 4, gamma=scales(rng, 1)),
        "x is a transposed view": case(x, layout="transposed"),
        "x in Fortran order": case(x, layout="fortran"),
        "x is a reversed view": case(x, layout="reversed"),
        "x in float32": case(x.astype(np.float32), SINGLE, gamma=gamma.astype("f4")),
    }


RMS_NORM = Task(
    name="rms_norm",
    exercise="08_normalized_residual_networks",
    signature="rms_norm(x, gamma, eps=1e-5)",
    summary="Divide each vector by its root mean square, then scale it.",
    draw=draw,
    probe=probes.rms_norm,
    reference=right,
    criteria=[
        Criterion(
            "`y` has the shape and the dtype of `x`.",
            ["vectors"],
            ["y"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Each vector is divided by the root of the mean of its squares, nothing is "
            "subtracted, and gamma scales it.",
            ["vectors", "as many vectors as features", "moved by 5", "eps left out"],
            ["y"],
            points=3,
            advice="Compare the mean square, eps, the root and gamma with the formula "
            "on the card, one at a time.",
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
            "take the mean square along `axis=-1`.",
        ),
        Criterion(
            "Hard inputs work: zeros (y is 0), constant vectors, d = 1, and views of "
            "other arrays.",
            ["vectors of zeros", "constant vectors", "one feature", *VIEWS],
            ["y"],
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `x` and `gamma` stay as they were, and a second "
            "call gives the same y.",
            ["vectors"],
            ["x afterwards", "gamma afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`x /= rms` changes the caller's array: write `x = x / rms`. Keep "
            "nothing between calls.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "Before gamma, the mean square of every vector of y should be "
            "m / (m + eps), with m the mean square of x",
            lambda inputs, values: np.square(values["y"] / inputs["gamma"]).mean(-1),
        ),
        Invariant(
            "Before gamma, y / x should be the same number all along a vector, so that "
            "its standard deviation is 0",
            lambda inputs, values: (
                (values["y"] / inputs["gamma"] / inputs["x"]).std(-1).round(9)
            ),
        ),
    ],
    remarks=[keeps_float64],
    forbidden=FORBIDDEN,
    hints=(
        "You add 5 to every entry of x. Which part of layer norm makes that invisible, "
        "and is that part in the formula on the card?",
        "Square first, then take the mean along the last axis, add eps, then take the "
        "root: root, mean, square, read backwards. `keepdims=True` lets the result "
        "line up with its vector.",
        "Fill in the gaps.\n"
        "    mean_square = ...               # one number for each vector, (..., 1)\n"
        "    rms = np.sqrt(...)              # eps is in here\n"
        "    return ...",
    ),
    minutes=8,
    difficulty=2,
    importance=4,
)
