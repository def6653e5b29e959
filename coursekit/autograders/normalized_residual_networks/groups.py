"""The task `group_norm`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.normalized_residual_networks.draws import (
    AGAIN,
    FORBIDDEN,
    LARGE,
    ROUNDING,
    SIDE_EFFECTS,
    SINGLE,
    VIEWS,
    keeps_float64,
    scales,
)
from coursekit.autograders.normalized_residual_networks.group_mistakes import MISTAKES
from coursekit.autograders.normalized_residual_networks.group_slips import SLIPS
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import normalized_residual_networks as probes
from coursekit.reference import group_norm_forward

AXES = {2: {"y": "N C"}, 3: {"y": "N C L"}, 4: {"y": "N C H W"}}


def right(x, num_groups, gamma, beta, eps=1e-5):
    """Return y alone, as the card asks."""
    return group_norm_forward(x, num_groups, gamma, beta, eps)[0]


def channels(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw samples whose channels have means and scales of their own, some negative."""
    lengths = (1, shape[1], *[1] * (len(shape) - 2))
    means, spreads = rng.uniform(-3, 3, lengths), rng.uniform(0.5, 2, lengths)
    return means + spreads * rng.normal(size=shape)


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw images of 6 channels: 2 groups of 3 are not 3 groups of 2."""
    affine = {"gamma": scales(rng, 6), "beta": scales(rng, 6)}
    x = channels(rng, 3, 6, 2, 4)

    def case(
        x: np.ndarray, groups: int = 2, room: Mapping = ROUNDING, **inputs: object
    ) -> Case:
        given = {"x": x, "num_groups": groups, **affine, "eps": 0.1, **inputs}
        return Case(given, axes=AXES[x.ndim], **room)

    four = {"gamma": scales(rng, 4), "beta": scales(rng, 4)}
    small = {"x": 0.01 * x, "num_groups": 2, **affine}
    float32 = {name: array.astype(np.float32) for name, array in affine.items()}
    constant = np.broadcast_to(rng.normal(size=(2, 1, 1, 1)), (2, 6, 2, 4)).copy()
    return {
        "images, 2 groups": case(x, twice=True),
        "images, 3 groups": case(x, 3),
        "all lengths 4, 2 groups": case(channels(rng, 4, 4, 4, 4), **four),
        # variances near 1e-4, so that a default other than 1e-5 shows
        "eps left out": Case(small, axes=AXES[4], **ROUNDING),
        "1 group": case(x, 1),
        "6 groups": case(x, 6),
        "the first image alone": case(x[:1]),
        "vectors (N, C)": case(channels(rng, 5, 6)),
        "sequences (N, C, L)": case(channels(rng, 3, 6, 5), 3),
        "constant images": case(constant),
        "groups of one value": case(channels(rng, 5, 6), 6),
        "a mean of 10 million": case(1e7 + rng.normal(size=x.shape), room=LARGE),
        "x is a transposed view": case(x, layout="transposed"),
        "x in Fortran order": case(x, layout="fortran"),
        "x is a reversed view": case(x, layout="reversed"),
        "x in float32": case(x.astype(np.float32), room=SINGLE, **float32),
    }


def grouped(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return y before gamma and beta: a row for each sample and group."""
    ones = [1] * (inputs["x"].ndim - 2)
    gamma, beta = (inputs[name].reshape(-1, *ones) for name in ("gamma", "beta"))
    x_hat = (values["y"] - beta) / gamma
    return x_hat.reshape(len(x_hat), inputs["num_groups"], -1)


GROUP_NORM = Task(
    name="group_norm",
    exercise="08_normalized_residual_networks",
    signature="group_norm(x, num_groups, gamma, beta, eps=1e-5)",
    summary="Normalize each sample within groups of neighbouring channels.",
    draw=draw,
    probe=probes.group_norm,
    reference=right,
    criteria=[
        Criterion(
            "`y` has the shape and the dtype of `x`.",
            ["images, 2 groups"],
            ["y"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Each sample and group is normalized by its own mean and variance; gamma "
            "and beta act on each channel.",
            [
                "images, 2 groups",
                "images, 3 groups",
                "all lengths 4, 2 groups",
                "eps left out",
            ],
            ["y"],
            points=4,
            advice="Give the groups an axis of their own: (N, G, C / G, H, W). Then "
            "ask of each axis whether it is averaged over.",
        ),
        Criterion(
            "The ends are right: 1 group is layer norm of the whole image, 6 groups "
            "are instance norm; and an image alone gives what it gave in the batch.",
            ["1 group", "6 groups", "the first image alone"],
            ["y"],
            points=1,
            advice="Nothing may depend on the other samples.",
        ),
        Criterion(
            "Vectors (N, C) and sequences (N, C, L) work too.",
            ["vectors (N, C)", "sequences (N, C, L)"],
            ["y"],
            points=1,
            advice="Take the first two lengths, and keep the others as they are: "
            "`x.shape[2:]`.",
        ),
        Criterion(
            "Hard inputs work: constant images and groups of one value (y is beta), a "
            "mean of 10 million, and views of other arrays.",
            ["constant images", "groups of one value", "a mean of 10 million", *VIEWS],
            ["y"],
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `x`, `gamma` and `beta` stay as they were, and a "
            "second call gives the same y.",
            ["images, 2 groups"],
            ["x afterwards", "gamma afterwards", "beta afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="A reshaped array often shares its memory with x: write "
            "`g = g - mean`, not `g -= mean`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Before gamma and beta, every group of every sample should have mean 0",
            lambda inputs, values: grouped(inputs, values).mean(-1).round(9),
            axes="N G",
        ),
        Invariant(
            "Before gamma and beta, every group of every sample should have the "
            "variance var / (var + eps)",
            lambda inputs, values: grouped(inputs, values).var(-1),
            axes="N G",
        ),
    ],
    remarks=[keeps_float64],
    forbidden=FORBIDDEN,
    hints=(
        "x has shape (8, 6, 4, 4) and there are 3 groups. How many means are there: 3, "
        "8, 24 or 48? And over how many numbers is each of them taken?",
        "`reshape` can split the axis of the channels in two, groups first, since "
        "neighbours belong together. Average over everything but sample and group, go "
        "back to the shape of x, and lay gamma and beta along axis 1.",
        "Fill in the gaps.\n"
        "    n, c = x.shape[:2]\n"
        "    g = x.reshape(n, ..., -1)       # a row of numbers for each group\n"
        "    x_hat = ...                     # normalized along the last axis\n"
        "    per_channel = (1, c) + (1,) * ...\n"
        "    return gamma.reshape(per_channel) * x_hat.reshape(...) + ...",
    ),
    minutes=15,
    difficulty=3,
    importance=3,
)
