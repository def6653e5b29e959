"""A wrong dx: what people write for the gradient of layer norm's input.

Many are batch norm's with the axis exchanged: the statistics of layer norm run over the
d features of one vector, its parameters' gradients over all the vectors.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def mean(array: Any, axis: Any = -1) -> Any:
    """Average along ``axis`` and keep it."""
    return array.mean(axis, keepdims=True)


def parameters(dy: Any, x_hat: Any) -> tuple:
    """Return dgamma and dbeta as they should be."""
    leading = tuple(range(dy.ndim - 1))
    return (dy * x_hat).sum(leading), dy.sum(leading)


def with_dx(dx: Any, dy: Any, cache: Any) -> tuple:
    """Return a wrong dx beside the right gradients of the parameters."""
    return dx, *parameters(dy, cache[0])


def right_dx(dy: Any, cache: Any) -> Any:
    """Return dx as it should be."""
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    return inv_std * (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat))


def sum_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say what the first vector of dx sums to."""
    total = got["dx"].reshape(-1, got["dx"].shape[-1])[0].sum()
    return f"your first vector of dx sums to {total:.3f}; it should sum to 0"


def ratio_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what factor the answer's dx is too large."""
    factor = np.abs(got["dx"]).sum() / np.abs(expected["dx"]).sum()
    return f"your dx is {factor:.3f} times the right one, and d = {got['dx'].shape[-1]}"


def overlap_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how much of dx lies along x_hat."""
    x_hat = inputs["x_hat"]
    own, ours = ((values["dx"] * x_hat).sum(-1).flat[0] for values in (got, expected))
    return f"the sum of dx * x_hat over your first vector is {own:.3f}, not {ours:.3f}"


@MISTAKES.add(
    "mean and variance treated as constants",
    "dx = gamma * dy / std lets the gradient through x alone. Mean and variance depend "
    "on x too, and each takes something away: the mean of dx_hat, and x_hat times the "
    "mean of dx_hat * x_hat.",
    evidence=sum_shown,
)
def _detached(dy, cache):
    _, inv_std, gamma = cache
    return with_dx(dy * gamma * inv_std, dy, cache)


@MISTAKES.add(
    "the way through the variance left out",
    "You take the mean of dx_hat away, but not what flows back through the variance. "
    "Subtract x_hat * mean(dx_hat * x_hat) too, before multiplying by inv_std.",
    evidence=overlap_shown,
)
def _no_variance_path(dy, cache):
    _, inv_std, gamma = cache
    dx_hat = dy * gamma
    return with_dx(inv_std * (dx_hat - mean(dx_hat)), dy, cache)


@MISTAKES.add(
    "the way through the mean left out",
    "You subtract what flows back through the variance, but not what flows through the "
    "mean. Moving all of x by the same amount changes nothing, so every dx must sum to "
    "0: subtract the mean of dx_hat.",
    evidence=sum_shown,
)
def _no_mean_path(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    return with_dx(inv_std * (dx_hat - x_hat * mean(dx_hat * x_hat)), dy, cache)


@MISTAKES.add(
    "gamma left out of dx",
    "Your dx starts from dy. On its way back the gradient passes the scaling first: "
    "start from dx_hat = dy * gamma.",
)
def _no_gamma(dy, cache):
    x_hat, inv_std, _ = cache
    dx = inv_std * (dy - mean(dy) - x_hat * mean(dy * x_hat))
    return with_dx(dx, dy, cache)


@MISTAKES.add(
    "gamma twice in dx",
    "dx_hat = dy * gamma holds gamma already, and the result is multiplied by gamma "
    "once more. Leave the second one out.",
)
def _gamma_twice(dy, cache):
    return with_dx(cache[2] * right_dx(dy, cache), dy, cache)


@MISTAKES.add(
    "gamma taken out of the means",
    "gamma * inv_std * (dy - mean(dy) - ...) is batch norm's formula. There gamma is "
    "one number along the averaged axis and can wait outside. In layer norm it differs "
    "from feature to feature: multiply dy by gamma before averaging.",
    evidence=sum_shown,
)
def _gamma_outside(dy, cache):
    x_hat, inv_std, gamma = cache
    inner = dy - mean(dy) - x_hat * mean(dy * x_hat)
    return with_dx(gamma * inv_std * inner, dy, cache)


@MISTAKES.add(
    "sums instead of means",
    "The two terms you subtract are sums over the features; they must be means. Divide "
    "both by d.",
    evidence=sum_shown,
)
def _sums(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    d = dy.shape[-1]
    inner = dx_hat - d * mean(dx_hat) - d * x_hat * mean(dx_hat * x_hat)
    return with_dx(inv_std * inner, dy, cache)


@MISTAKES.add(
    "1 / d left out",
    "In the form with d * dx_hat - sum - x_hat * sum everything must be divided by d "
    "at the end. Without it dx is d times too large.",
    evidence=ratio_shown,
)
def _times_d(dy, cache):
    return with_dx(dy.shape[-1] * right_dx(dy, cache), dy, cache)


@MISTAKES.add(
    "divided by the number of vectors",
    "The sums over the features are divided by the length of axis 0, the batch. That "
    "is left over from batch norm: here they run over d features, so divide by d. With "
    "as many vectors as features the two cannot be told apart.",
    evidence=sum_shown,
)
def _wrong_count(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    share = dy.shape[-1] / len(dy)
    inner = dx_hat - share * (mean(dx_hat) + x_hat * mean(dx_hat * x_hat))
    return with_dx(inv_std * inner, dy, cache)


@MISTAKES.add(
    "d - 1 in the backward pass",
    "The term through the variance is divided by d - 1, but the forward pass divides "
    "its variance by d. The gradient must belong to the forward pass: use the mean.",
    evidence=overlap_shown,
)
def _bessel(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat, d = dy * gamma, dy.shape[-1]
    through_variance = (dx_hat * x_hat).sum(-1, keepdims=True) / np.float64(d - 1)
    inner = dx_hat - mean(dx_hat) - x_hat * through_variance
    return with_dx(inv_std * inner, dy, cache)


@MISTAKES.add(
    "wrong sign on the way through the variance",
    "You add x_hat * mean(dx_hat * x_hat). A larger variance makes x_hat smaller, so "
    "the term is subtracted.",
    evidence=overlap_shown,
)
def _variance_sign(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    inner = dx_hat - mean(dx_hat) + x_hat * mean(dx_hat * x_hat)
    return with_dx(inv_std * inner, dy, cache)


@MISTAKES.add(
    "wrong sign on the way through the mean",
    "You add the mean of dx_hat. The forward pass subtracts the mean of x, so on the "
    "way back its gradient is subtracted too.",
    evidence=sum_shown,
)
def _mean_sign(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    inner = dx_hat + mean(dx_hat) - x_hat * mean(dx_hat * x_hat)
    return with_dx(inv_std * inner, dy, cache)


@MISTAKES.add(
    "eps left out",
    "Your gradient belongs to a forward pass without eps: x_hat and inv_std are made "
    "again from the bare variance. Use the two from the cache, which hold eps. At "
    "eps = 1e-5 the difference is easy to miss; here eps is 0.1.",
    evidence=overlap_shown,
)
def _no_eps(dy, cache):
    x_hat, inv_std, gamma = cache
    centred = x_hat / inv_std
    bare = 1 / np.sqrt(mean(centred**2))
    return with_dx(right_dx(dy, (centred * bare, bare, gamma)), dy, cache)


@MISTAKES.add(
    "eps outside the root",
    "Your gradient is the right one for x_hat = (x - mean) / (std + eps), which is not "
    "the card's convention: eps is added to the variance, under the root. Then the "
    "term through the variance is x_hat * mean(dx_hat * x_hat), with nothing more.",
    evidence=overlap_shown,
)
def _eps_outside(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat, centred = dy * gamma, x_hat / inv_std
    through_std = x_hat * mean(dx_hat * centred) / np.sqrt(mean(centred**2))
    dx = inv_std * (dx_hat - mean(dx_hat) - through_std)
    return with_dx(dx, dy, cache)


@MISTAKES.add(
    "inv_std left out",
    "The bracket is right, but it is the gradient for x divided by its standard "
    "deviation. Multiply by inv_std at the end.",
)
def _no_inv_std(dy, cache):
    return with_dx(right_dx(dy, cache) / cache[1], dy, cache)


@MISTAKES.add(
    "means over the batch in dx",
    "The two means in dx run along axis 0, across the vectors: that is batch norm's "
    "backward pass. The statistics belong to one vector, so average along the last "
    "axis.",
    evidence=sum_shown,
)
def _over_batch(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    inner = dx_hat - mean(dx_hat, 0) - x_hat * mean(dx_hat * x_hat, 0)
    return with_dx(inv_std * inner, dy, cache)
