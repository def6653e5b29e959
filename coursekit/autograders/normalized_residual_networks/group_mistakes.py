"""Wrong statistics: what is taken for a group, and what is made of its numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def along(vector: Any, x: Any) -> Any:
    """Lay one number per channel along axis 1."""
    return vector.reshape(1, -1, *[1] * (x.ndim - 2))


def split(x: Any, num_groups: int) -> Any:
    """Give the groups an axis of their own: (N, G, C / G, ...)."""
    n, c, *rest = x.shape
    return x.reshape(n, num_groups, c // num_groups, *rest)


def standard(g: Any, axes: Any, eps: float) -> Any:
    """Take mean and variance along some axes and normalize by them."""
    mean, var = g.mean(axes, keepdims=True), g.var(axes, keepdims=True)
    return (g - mean) / np.sqrt(var + eps)


def finish(x_hat: Any, x: Any, gamma: Any, beta: Any) -> Any:
    """Go back to the shape of x, scale and shift: where most mistakes end."""
    return along(gamma, x) * x_hat.reshape(x.shape) + along(beta, x)


def rest_of(g: Any) -> tuple[int, ...]:
    """Return the axes behind sample and group."""
    return tuple(range(2, g.ndim))


def x_hat_of(x: Any, num_groups: int, eps: float) -> Any:
    """Return what is right before gamma and beta, in the shape of x."""
    g = split(x, num_groups)
    return standard(g, rest_of(g), eps).reshape(x.shape)


def first_group(inputs: Mapping, values: Mapping) -> tuple[np.ndarray, np.ndarray]:
    """Return the first group of x, and the answer's before gamma and beta."""
    x = inputs["x"]
    own = (values["y"] - along(inputs["beta"], x)) / along(inputs["gamma"], x)
    size = x.shape[1] // inputs["num_groups"]
    return x[0, :size], own[0, :size]


def mean_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which mean and variance the answer's first group has."""
    x, own = first_group(inputs, got)
    should = x.var() / (x.var() + inputs.get("eps", 1e-5))
    return (
        f"before gamma and beta your first group has mean {own.mean():.3f} and "
        f"variance {own.var():.3f}; they should be 0 and {should:.3f}"
    )


def divisor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what the answer divided its first group, and what stands there."""
    x, own = first_group(inputs, got)
    at = np.abs(x - x.mean()).argmax()
    divisor = (x - x.mean()).flat[at] / own.flat[at]
    right = np.sqrt(x.var() + inputs.get("eps", 1e-5))
    return (
        f"you divide your first group by {divisor:.3f}; its variance is "
        f"{x.var():.3f}, and sqrt(var + eps) = {right:.3f}"
    )


@MISTAKES.add(
    "the number of groups not used",
    "You normalize each image over all its channels: that is layer norm, right for one "
    "group only. Split the channels into num_groups groups first.",
    evidence=mean_shown,
)
def _one_group(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, 1, eps), x, gamma, beta)


@MISTAKES.add(
    "every channel for itself",
    "Each channel has its own mean and variance: that is instance norm, right for as "
    "many groups as channels only. The channels of one group share theirs.",
    evidence=mean_shown,
)
def _each_channel(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, x.shape[1], eps), x, gamma, beta)


@MISTAKES.add(
    "num_groups read as the size of a group",
    "You made groups of num_groups channels. num_groups is how many groups there are; "
    "each has C / num_groups channels.",
    evidence=mean_shown,
)
def _size(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, x.shape[1] // num_groups, eps), x, gamma, beta)


@MISTAKES.add(
    "groups of every other channel",
    "Your groups are interleaved: channels 0, G, 2G and so on belong together. "
    "Neighbours should: reshape to (N, G, C / G, ...), groups before the channels in a "
    "group.",
    evidence=mean_shown,
)
def _interleaved(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, x.shape[1] // num_groups)
    x_hat = standard(g, (1, *range(3, g.ndim)), eps)
    return finish(x_hat, x, gamma, beta)


@MISTAKES.add(
    "statistics over the batch as well",
    "You averaged over the samples too, so that one image changes the result of "
    "another. Group norm looks at one sample at a time: leave axis 0 out.",
    evidence=mean_shown,
)
def _over_batch(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    return finish(standard(g, (0, *rest_of(g)), eps), x, gamma, beta)


@MISTAKES.add(
    "samples and groups mixed by reshape",
    "You reshaped to (G, ...) without the samples, so a row runs across several "
    "images. Keep the samples as an axis of their own, first: (N, G, ...).",
    evidence=mean_shown,
)
def _mixed(x, num_groups, gamma, beta, eps=1e-5):
    return finish(standard(x.reshape(num_groups, -1), 1, eps), x, gamma, beta)


@MISTAKES.add(
    "batch norm",
    "You averaged over everything but the channels: that is batch norm. Group norm "
    "averages over the channels of a group and its positions, and never over samples.",
    evidence=mean_shown,
)
def _batch_norm(x, num_groups, gamma, beta, eps=1e-5):
    return finish(standard(x, (0, *rest_of(x)), eps), x, gamma, beta)


@MISTAKES.add(
    "positions not averaged over",
    "You averaged over the channels of a group, for each pixel apart. A group's mean "
    "runs over its channels and all positions: H and W as well.",
    evidence=mean_shown,
)
def _no_positions(x, num_groups, gamma, beta, eps=1e-5):
    return finish(standard(split(x, num_groups), 2, eps), x, gamma, beta)


@MISTAKES.add(
    "variance divided by one less",
    "You used the sample variance (`ddof=1`, torch's default for `var` and `std`). The "
    "numbers of a group are all there is: divide by how many they are.",
    evidence=divisor_shown,
)
def _unbiased(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    axes = rest_of(g)
    var = g.var(axes, ddof=1, keepdims=True)
    x_hat = (g - g.mean(axes, keepdims=True)) / np.sqrt(var + eps)
    return finish(x_hat, x, gamma, beta)


@MISTAKES.add(
    "eps outside the root",
    "You divide by sqrt(var) + eps; the card divides by sqrt(var + eps). Outside the "
    "root the derivative at a constant group is not protected. Add eps to the "
    "variance.",
    evidence=divisor_shown,
)
def _eps_outside(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    axes = rest_of(g)
    std = g.std(axes, keepdims=True)
    return finish((g - g.mean(axes, keepdims=True)) / (std + eps), x, gamma, beta)


@MISTAKES.add(
    "eps left out",
    "eps is an argument, but the formula does not use it. Without it a constant group "
    "is 0 divided by 0. Add it to the variance, under the root.",
    evidence=divisor_shown,
)
def _no_eps(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, num_groups, 0.0), x, gamma, beta)


@MISTAKES.add(
    "divided by the variance",
    "You divide by var + eps; the root is missing. A variance has the unit of x "
    "squared, so the result would not be free of units. Divide by sqrt(var + eps).",
    evidence=divisor_shown,
)
def _by_variance(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    axes = rest_of(g)
    x_hat = (g - g.mean(axes, keepdims=True)) / (g.var(axes, keepdims=True) + eps)
    return finish(x_hat, x, gamma, beta)


@MISTAKES.add(
    "mean not subtracted",
    "The variance is right, but x itself is scaled without taking the mean away. Write "
    "(x - mean) / sqrt(var + eps).",
    evidence=mean_shown,
)
def _not_centred(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    return finish(g / np.sqrt(g.var(rest_of(g), keepdims=True) + eps), x, gamma, beta)


@MISTAKES.add(
    "RMS norm in groups",
    "You divide by the root of the mean square and subtract nothing. Group norm takes "
    "the mean away first, from x and inside the variance.",
    evidence=mean_shown,
)
def _rms(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    square = np.square(g).mean(rest_of(g), keepdims=True)
    return finish(g / np.sqrt(square + eps), x, gamma, beta)
