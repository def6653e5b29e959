"""Wrong statistics: what people average over, subtract and divide by instead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def finish(x_hat: Any, inv_std: Any, gamma: Any, beta: Any) -> tuple:
    """Scale, shift, and return what the card asks for: where most mistakes end."""
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)


def over(x: Any, gamma: Any, beta: Any, eps: float, axis: Any) -> tuple:
    """Normalize along another axis, everything else being right."""
    inv_std = 1 / np.sqrt(x.var(axis, keepdims=True) + eps)
    return finish((x - x.mean(axis, keepdims=True)) * inv_std, inv_std, gamma, beta)


def first(array: np.ndarray) -> np.ndarray:
    """Return the first vector of any number of them."""
    return array.reshape(-1, array.shape[-1])[0]


def own_x_hat(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return the answer's first vector before gamma and beta."""
    return (first(values["y"]) - inputs["beta"]) / inputs["gamma"]


def mean_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which mean the answer's first vector has."""
    mean = own_x_hat(inputs, got).mean()
    return f"before gamma and beta your first vector has mean {mean:.3f}, not 0"


def divisor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what the answer divided its first vector, and what stands there."""
    x = first(inputs["x"])
    at = np.abs(x - x.mean()).argmax()
    divisor = (x - x.mean())[at] / own_x_hat(inputs, got)[at]
    right = np.sqrt(x.var() + inputs.get("eps", 1e-5))
    return (
        f"you divide your first vector by {divisor:.3f}; its variance is "
        f"{x.var():.3f}, and sqrt(var + eps) = {right:.3f}"
    )


def variance_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the variance that was used relates to the right one."""
    x, own = first(inputs["x"]), own_x_hat(inputs, got)
    at, d = np.abs(x - x.mean()).argmax(), x.size
    used = ((x - x.mean())[at] / own[at]) ** 2 - inputs.get("eps", 1e-5)
    return f"your variance is {used / x.var():.3f} = {d}/{d - 1} times the right one"


def length_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how long the normalized vector came out."""
    own = np.linalg.norm(own_x_hat(inputs, got))
    d = inputs["x"].shape[-1]
    return f"your first x_hat has length {own:.3f}; it should be near sqrt({d})"


@MISTAKES.add(
    "statistics over the batch",
    "You took mean and variance along axis 0, across the batch: that is batch norm. "
    "Layer norm looks at one vector at a time. Use the last axis, `axis=-1`.",
    evidence=mean_shown,
)
def _over_batch(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, 0)


@MISTAKES.add(
    "statistics over batch and time",
    "You averaged over every axis but the last, so that each feature has one mean: "
    "that is batch norm for sequences. Here each vector has one: average over the "
    "last axis only.",
    evidence=mean_shown,
)
def _over_batch_and_time(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, tuple(range(x.ndim - 1)) or 0)


@MISTAKES.add(
    "axis 1 instead of the last",
    "You averaged along axis 1. For (B, d) that is the last axis; for (B, T, d) it is "
    "time, and for (d,) it does not exist. `axis=-1` is right for all three.",
)
def _over_axis_one(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, 1)


@MISTAKES.add(
    "statistics over time and features together",
    "You averaged over every axis but the first, so that all time steps of a sequence "
    "share one mean. Each time step has its own: average over the last axis only.",
)
def _over_time_and_features(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, tuple(range(1, x.ndim)))


@MISTAKES.add(
    "one mean for everything",
    "`x.mean()` without an axis gives one number for the whole array, so the vectors "
    "influence each other. Each vector needs its own: `axis=-1, keepdims=True`.",
    evidence=mean_shown,
)
def _over_everything(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, None)


@MISTAKES.add(
    "variance divided by d - 1",
    "You used the sample variance (`ddof=1`, torch's default for `var` and `std`). The "
    "d features are all there is, not a sample of more: divide by d.",
    evidence=variance_shown,
)
def _unbiased(x, gamma, beta, eps=1e-5):
    inv_std = 1 / np.sqrt(x.var(-1, ddof=1, keepdims=True) + eps)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "eps outside the root",
    "You divide by sqrt(var) + eps; layer norm divides by sqrt(var + eps). Outside the "
    "root eps protects the division but not the derivative of the root, and a constant "
    "vector gets NaN as its gradient. Add eps to the variance.",
    evidence=divisor_shown,
)
def _eps_outside(x, gamma, beta, eps=1e-5):
    inv_std = 1 / (x.std(-1, keepdims=True) + eps)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "eps outside the root and d - 1",
    "Two things at once: eps is added to the standard deviation, not to the variance, "
    "and the variance divides by d - 1. A well-known annotated transformer does the "
    "same. Divide by d, and put eps under the root.",
    evidence=divisor_shown,
)
def _eps_outside_unbiased(x, gamma, beta, eps=1e-5):
    inv_std = 1 / (x.std(-1, ddof=1, keepdims=True) + eps)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "eps left out",
    "eps is an argument, but the formula does not use it. Without it a constant vector "
    "is 0 divided by 0. Add it to the variance, under the root.",
    evidence=divisor_shown,
)
def _no_eps(x, gamma, beta, eps=1e-5):
    inv_std = 1 / x.std(-1, keepdims=True)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "divided by the variance",
    "You divide by var + eps; the root is missing. A variance has the unit of x "
    "squared, so the result would not be free of units. Divide by sqrt(var + eps).",
    evidence=divisor_shown,
)
def _by_variance(x, gamma, beta, eps=1e-5):
    inv_std = 1 / (x.var(-1, keepdims=True) + eps)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "mean not subtracted",
    "The variance is right, but x itself is scaled without taking its mean away. Write "
    "(x - mean) * inv_std.",
    evidence=mean_shown,
)
def _not_centred(x, gamma, beta, eps=1e-5):
    inv_std = 1 / np.sqrt(x.var(-1, keepdims=True) + eps)
    return finish(x * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "RMS norm",
    "You divide x by the root of its mean square and subtract no mean: that is RMS "
    "norm, a later relative. Layer norm takes the mean away first, from x and inside "
    "the variance.",
    evidence=mean_shown,
)
def _rms(x, gamma, beta, eps=1e-5):
    inv_std = 1 / np.sqrt(np.square(x).mean(-1, keepdims=True) + eps)
    return finish(x * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "variance around 0",
    "You subtract the mean from x, but what you divide by is the root of the mean of "
    "x squared. The variance is the mean of (x - mean) squared: centre first, then "
    "square.",
    evidence=divisor_shown,
)
def _variance_around_zero(x, gamma, beta, eps=1e-5):
    inv_std = 1 / np.sqrt(np.square(x).mean(-1, keepdims=True) + eps)
    return finish((x - x.mean(-1, keepdims=True)) * inv_std, inv_std, gamma, beta)


@MISTAKES.add(
    "a sum of squares for a variance",
    "You divide by the length of the centred vector: the squares are summed, not "
    "averaged. Each x_hat then has length 1, whatever d is. Divide the sum by d.",
    evidence=length_shown,
)
def _length_one(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(np.square(centred).sum(-1, keepdims=True) + eps)
    return finish(centred * inv_std, inv_std, gamma, beta)
