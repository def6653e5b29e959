"""A wrong RMS norm: what is subtracted, averaged, rooted and scaled instead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.normalized_residual_networks.draws import (
    VIEWS,
    changes_an_argument,
    only_in,
    remembers,
)

MISTAKES = Catalogue()
ONE_VECTOR = ("the first of them, B = 1", "the first of them, shape (d,)")


def mean_square(x: Any, axis: Any = -1) -> Any:
    """Return the mean of the squares and keep the axis."""
    return np.square(x).mean(axis, keepdims=True)


def over(x: Any, gamma: Any, eps: float, axis: Any = -1) -> Any:
    """Return RMS norm along an axis, everything else being right."""
    return gamma * x / np.sqrt(mean_square(x, axis) + eps)


def first(inputs: Mapping, values: Mapping) -> tuple[np.ndarray, np.ndarray]:
    """Return the first vector of x, and the answer's before gamma."""
    d = inputs["x"].shape[-1]
    own = values["y"].reshape(-1, d)[0] / inputs["gamma"]
    return inputs["x"].reshape(-1, d)[0], own


def mean_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which mean the answer's first vector has."""
    mine, right = first(inputs, got)[1].mean(), first(inputs, expected)[1].mean()
    return (
        f"before gamma your first vector has mean {mine:.3f}; RMS norm leaves "
        f"{right:.3f}"
    )


def divisor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what the answer divided its first vector, and what stands there."""
    x, own = first(inputs, got)
    at = np.abs(x).argmax()
    square = np.square(x).mean()
    right = np.sqrt(square + inputs.get("eps", 1e-5))
    return (
        f"you divide your first vector by {x[at] / own[at]:.3f}; its mean square is "
        f"{square:.3f}, and sqrt(mean square + eps) = {right:.3f}"
    )


def gamma_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by which factor the answer scales its first entry."""
    ratio = got["y"].flat[0] / expected["y"].flat[0] * inputs["gamma"][0]
    return f"gamma[0] is {inputs['gamma'][0]:.3f}; yours works as {ratio:.3f}"


@MISTAKES.add(
    "layer norm",
    "You subtract the mean, from x and inside the root: that is layer norm without "
    "beta. RMS norm leaves the mean alone. Divide x itself by the root of its mean "
    "square.",
    evidence=mean_shown,
)
def _layer_norm(x, gamma, eps=1e-5):
    return over(x - x.mean(-1, keepdims=True), gamma, eps)


@MISTAKES.add(
    "mean subtracted above the fraction line",
    "The root is right, but what you divide is x - mean. RMS norm gives up centring "
    "altogether: divide x.",
    evidence=mean_shown,
)
def _centred_numerator(x, gamma, eps=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    return gamma * centred / np.sqrt(mean_square(x) + eps)


@MISTAKES.add(
    "variance in the place of the mean square",
    "You divide x by the root of its variance (`x.var` or `x.std` is in it). That "
    "takes the mean away inside the root. The mean square is the mean of x squared, "
    "nothing subtracted.",
    evidence=divisor_shown,
)
def _variance(x, gamma, eps=1e-5):
    return gamma * x / np.sqrt(x.var(-1, keepdims=True) + eps)


@MISTAKES.add(
    "eps outside the root",
    "You divide by sqrt(mean square) + eps. The card adds eps under the root: outside "
    "it the derivative of the root at 0 is unprotected, and a vector of zeros gets NaN "
    "as its gradient.",
    evidence=divisor_shown,
)
def _eps_outside(x, gamma, eps=1e-5):
    return gamma * x / (np.sqrt(mean_square(x)) + eps)


@MISTAKES.add(
    "eps left out",
    "eps is an argument, but the formula does not use it. A vector of zeros is then 0 "
    "divided by 0. Add it to the mean square, under the root.",
    evidence=divisor_shown,
)
def _no_eps(x, gamma, eps=1e-5):
    return gamma * x / np.sqrt(mean_square(x))


@MISTAKES.add(
    "the root left out",
    "You divide by the mean square plus eps; the root is missing. A square has the "
    "unit of x squared, so y would get larger when x gets smaller. Divide by the root.",
    evidence=divisor_shown,
)
def _no_root(x, gamma, eps=1e-5):
    return gamma * x / (mean_square(x) + eps)


@MISTAKES.add(
    "a sum in the place of the mean",
    "You divide by the length of the vector: its squares are summed, not averaged. "
    "Then y has length 1 and gets smaller the more features there are. Divide the sum "
    "by d.",
    evidence=divisor_shown,
)
def _sum(x, gamma, eps=1e-5):
    return gamma * x / np.sqrt(np.square(x).sum(-1, keepdims=True) + eps)


@MISTAKES.add(
    "divided by the length, without eps",
    "Two things at once: `np.linalg.norm` is the root of the sum of squares, not of "
    "their mean, and eps is not used. Each y then has length 1, and zeros become NaN. "
    "Divide the sum by d, add eps, then take the root.",
    evidence=divisor_shown,
)
def _length(x, gamma, eps=1e-5):
    return gamma * x / np.linalg.norm(x, axis=-1, keepdims=True)


@MISTAKES.add(
    "the mean square divided by d - 1",
    "You divide the sum of squares by d - 1. That belongs to a sample's variance, "
    "where a mean was estimated. Here nothing is estimated: divide by d.",
    evidence=divisor_shown,
)
def _unbiased(x, gamma, eps=1e-5):
    total = np.square(x).sum(-1, keepdims=True)
    return gamma * x / np.sqrt(total / (x.shape[-1] - 1) + eps)


@MISTAKES.add(
    "the mean of absolute values",
    "You divide by the mean of |x|, which is smaller than the root mean square unless "
    "all entries have one size. Square, take the mean, then the root.",
    evidence=divisor_shown,
)
def _absolute(x, gamma, eps=1e-5):
    return gamma * x / (np.abs(x).mean(-1, keepdims=True) + eps)


@MISTAKES.add(
    "the square of the mean",
    "You squared the mean; the formula takes the mean of the squares. Positive and "
    "negative entries cancel in a mean, so the divisor can be near 0. Square first.",
    evidence=divisor_shown,
)
def _square_of_mean(x, gamma, eps=1e-5):
    return gamma * x / np.sqrt(x.mean(-1, keepdims=True) ** 2 + eps)


@MISTAKES.add(
    "mean square over the batch",
    "You took the mean along axis 0, across the batch, so that samples meet, as in "
    "batch norm. RMS norm looks at one vector at a time. Use the last axis, `axis=-1`.",
    evidence=divisor_shown,
)
def _over_batch(x, gamma, eps=1e-5):
    return over(x, gamma, eps, 0)


@MISTAKES.add(
    "axis 1 in the place of the last",
    "You took the mean along axis 1. For (B, d) that is the last axis; for (B, T, d) "
    "it is time, and for (d,) it does not exist. `axis=-1` is right for all three.",
)
def _over_axis_one(x, gamma, eps=1e-5):
    return over(x, gamma, eps, 1)


@MISTAKES.add(
    "mean square over time and features together",
    "You took the mean over every axis but the first, so that all time steps of a "
    "sequence share one divisor. Each time step has its own: the last axis only.",
)
def _over_time_and_features(x, gamma, eps=1e-5):
    return over(x, gamma, eps, tuple(range(1, x.ndim)))


@MISTAKES.add(
    "one mean square for everything",
    "A mean without an axis gives one number for the whole array, so the vectors "
    "influence each other. Each vector needs its own: `axis=-1, keepdims=True`.",
    evidence=divisor_shown,
)
def _over_everything(x, gamma, eps=1e-5):
    return over(x, gamma, eps, None)


@MISTAKES.add(
    "gamma left out",
    "y is x over its root mean square; gamma is not used. Multiply by it at the end.",
)
def _no_gamma(x, gamma, eps=1e-5):
    return over(x, 1.0, eps)


@MISTAKES.add(
    "1 + gamma",
    "You scale by 1 + gamma. Some large models do that (Gemma), so that gamma may "
    "start at 0. On this card gamma itself is the scale.",
    evidence=gamma_shown,
)
def _one_plus_gamma(x, gamma, eps=1e-5):
    return over(x, 1 + gamma, eps)


@MISTAKES.add(
    "gamma used before the mean square",
    "You multiply x by gamma first and normalize then, so that gamma's size is divided "
    "out again. Normalize first, scale afterwards.",
)
def _gamma_first(x, gamma, eps=1e-5):
    return over(gamma * x, 1.0, eps)


@MISTAKES.add(
    "one gamma for all features",
    "Only the first entry of gamma is used. It has shape (d,), one entry for each "
    "feature: multiply by the whole array, and NumPy lines it up with the last axis.",
    evidence=gamma_shown,
)
def _scalar_gamma(x, gamma, eps=1e-5):
    return over(x, gamma[0], eps)


@MISTAKES.add(
    "another default for eps",
    "With eps given, y is right; with eps left out it is not. The card's default is "
    "1e-5 (torch's own is the smallest step of the dtype, and many models take 1e-6).",
    shows=only_in("eps left out"),
)
def _other_default(x, gamma, eps=1e-6):
    return over(x, gamma, eps)


_running: dict = {}


@MISTAKES.add(
    "something kept between calls",
    "A second call with the same numbers gives another y. RMS norm has no running "
    "statistics and no training mode: y depends on the arguments and nothing else.",
    shows=remembers("vectors"),
)
def _running_statistics(x, gamma, eps=1e-5):
    kept = 0.9 * _running.get(x.shape, 1.0) + 0.1 * mean_square(x)
    _running[x.shape] = kept
    return gamma * x / np.sqrt(kept + eps)


@MISTAKES.add(
    "needs more than one vector",
    "With many vectors y is right; with one it is not. A vector's mean square comes "
    "from its own features, so a batch of one is nothing special.",
    shows=lambda wrong: (
        "the first of them, B = 1" in {case for case, _ in wrong} <= set(ONE_VECTOR)
    ),
)
def _needs_a_batch(x, gamma, eps=1e-5):
    if len(x) < 2:
        raise ValueError("expected more than one vector")
    return over(x, gamma, eps)


@MISTAKES.add(
    "written for two axes only",
    "For x of shape (B, d) all is right; for other numbers of axes it is not. Do not "
    "take `x.shape` apart, and count the axis from the end: `axis=-1`.",
    shows=only_in("sequences", "the first of them, shape (d,)"),
)
def _two_axes_only(x, gamma, eps=1e-5):
    _, d = x.shape
    return gamma * x / np.sqrt(np.square(x).sum(axis=1, keepdims=True) / d + eps)


@MISTAKES.add(
    "depends on the memory layout",
    "With x laid out row by row y is right; with a view of the same numbers it is not. "
    "Use operations that go by position (axes, `reshape`), not by place in memory.",
    shows=only_in(*VIEWS),
)
def _by_memory(x, gamma, eps=1e-5):
    return over(x.ravel(order="K").reshape(x.shape), gamma, eps)


@MISTAKES.add(
    "an argument changed in place",
    "y is right, but `x` (or gamma) is not what it was: the caller's next line would "
    "work with other numbers. Write `x = x / rms`, which makes a new array, for "
    "`x /= rms`.",
    shows=changes_an_argument,
)
def _in_place(x, gamma, eps=1e-5):
    y = over(x, gamma, eps)
    x /= np.sqrt(mean_square(x) + eps)
    return y
