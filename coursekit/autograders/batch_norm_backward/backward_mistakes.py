"""A wrong dx: what people write for the gradient of batch norm's input in one line."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.batch_norm_backward.graph import overlap_shown, total_shown
from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def mean(array: Any, axis: Any = 0) -> Any:
    """Average along ``axis`` and keep it."""
    return array.mean(axis, keepdims=True)


def parameters(dy: Any, x_hat: Any) -> tuple:
    """Return dgamma and dbeta as they should be."""
    return (dy * x_hat).sum(0), dy.sum(0)


def with_dx(dx: Any, dy: Any, cache: Any) -> tuple:
    """Return a wrong dx beside the right gradients of the parameters."""
    return dx, *parameters(dy, cache[0])


def right_dx(dy: Any, cache: Any) -> Any:
    """Return dx as it should be."""
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    return inv_std * (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat))


def ratio_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what factor the answer's dx is too large."""
    factor = np.abs(got["dx"]).sum() / np.abs(expected["dx"]).sum()
    return f"your dx is {factor:.3f} times the right one, and N = {len(got['dx'])}"


def scaled(inner: Any, dy: Any, cache: Any) -> tuple:
    """Return what follows from a wrong bracket after dx = inv_std * (...)."""
    return with_dx(cache[1] * inner, dy, cache)


@MISTAKES.add(
    "mean and variance treated as constants",
    "dx = gamma * dy * inv_std lets the gradient through x alone. In training mean and "
    "variance depend on x too, and each takes something away: the mean of dx_hat, and "
    "x_hat times the mean of dx_hat * x_hat.",
    evidence=total_shown,
)
def _detached(dy, cache):
    return scaled(dy * cache[2], dy, cache)


@MISTAKES.add(
    "the way through the variance left out",
    "You take the mean of dx_hat away, but not what flows back through the variance. "
    "Subtract x_hat * mean(dx_hat * x_hat) too, before multiplying by inv_std.",
    evidence=overlap_shown,
)
def _no_variance_path(dy, cache):
    dx_hat = dy * cache[2]
    return scaled(dx_hat - mean(dx_hat), dy, cache)


@MISTAKES.add(
    "the way through the mean left out",
    "You subtract what flows back through the variance, but not what flows through the "
    "mean. Moving all samples by the same amount changes nothing, so every column of "
    "dx must sum to 0: subtract the mean of dx_hat.",
    evidence=total_shown,
)
def _no_mean_path(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    return scaled(dx_hat - x_hat * mean(dx_hat * x_hat), dy, cache)


@MISTAKES.add(
    "x_hat left out of the variance's way",
    "You subtract mean(dx_hat * x_hat) itself, the same number in every row. What "
    "flows back through the variance reaches each sample in proportion to its x_hat: "
    "multiply the mean by x_hat.",
    evidence=total_shown,
)
def _no_x_hat(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    return scaled(dx_hat - mean(dx_hat) - mean(dx_hat * x_hat), dy, cache)


@MISTAKES.add(
    "gamma left out of dx",
    "Your dx has no gamma in it. On its way back the gradient passes the scaling "
    "first: start from dx_hat = dy * gamma, or multiply at the end.",
)
def _no_gamma(dy, cache):
    x_hat = cache[0]
    return scaled(dy - mean(dy) - x_hat * mean(dy * x_hat), dy, cache)


@MISTAKES.add(
    "gamma twice in dx",
    "dx_hat = dy * gamma holds gamma already, and the result is multiplied by gamma "
    "once more. Leave one of them out.",
)
def _gamma_twice(dy, cache):
    return with_dx(cache[2] * right_dx(dy, cache), dy, cache)


@MISTAKES.add(
    "sums instead of means",
    "The two terms you subtract are sums over the samples, beside dx_hat without its "
    "N. Divide both by N, or multiply dx_hat by N and divide everything by N.",
    evidence=total_shown,
)
def _sums(dy, cache):
    x_hat, dx_hat, n = cache[0], dy * cache[2], len(dy)
    return scaled(
        dx_hat - n * mean(dx_hat) - n * x_hat * mean(dx_hat * x_hat), dy, cache
    )


@MISTAKES.add(
    "1 / N left out",
    "In the form with N * dx_hat - sum - x_hat * sum everything must be divided by N "
    "at the end. Without it dx is N times too large.",
    evidence=ratio_shown,
)
def _times_n(dy, cache):
    return with_dx(len(dy) * right_dx(dy, cache), dy, cache)


@MISTAKES.add(
    "sums divided by the number of features",
    "The sums over the samples are divided by D, the length of axis 1. They run over N "
    "samples, so divide by N. With N = D the two cannot be told apart.",
    evidence=total_shown,
)
def _wrong_count(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    share = len(dy) / dy.shape[1]
    inner = dx_hat - share * (mean(dx_hat) + x_hat * mean(dx_hat * x_hat))
    return scaled(inner, dy, cache)


@MISTAKES.add(
    "divided by D at the end",
    "The bracket holds N * dx_hat and the two sums, and you divide it by D, the number "
    "of features. N went in, so N must come out: divide by `dy.shape[0]`.",
    evidence=ratio_shown,
)
def _mixed_counts(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    n, d = dy.shape
    inner = n * dx_hat - n * mean(dx_hat) - x_hat * n * mean(dx_hat * x_hat)
    return scaled(inner / d, dy, cache)


@MISTAKES.add(
    "N - 1 in the backward pass",
    "The term through the variance is divided by N - 1, but the forward pass divides "
    "its variance by N. The gradient must belong to the forward pass: use the mean.",
    evidence=overlap_shown,
)
def _bessel(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    through_variance = (dx_hat * x_hat).sum(0) / np.float64(len(dy) - 1)
    return scaled(dx_hat - mean(dx_hat) - x_hat * through_variance, dy, cache)


@MISTAKES.add(
    "wrong sign on the way through the variance",
    "You add x_hat * mean(dx_hat * x_hat). A larger variance makes x_hat smaller, so "
    "the term is subtracted.",
    evidence=overlap_shown,
)
def _variance_sign(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    return scaled(dx_hat - mean(dx_hat) + x_hat * mean(dx_hat * x_hat), dy, cache)


@MISTAKES.add(
    "wrong sign on the way through the mean",
    "You add the mean of dx_hat. The forward pass subtracts the mean of x, so on the "
    "way back its gradient is subtracted too.",
    evidence=total_shown,
)
def _mean_sign(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    return scaled(dx_hat + mean(dx_hat) - x_hat * mean(dx_hat * x_hat), dy, cache)


@MISTAKES.add(
    "eps left out",
    "Your gradient belongs to a forward pass without eps: x_hat and inv_std are made "
    "again from the bare variance. Use the two from the cache, which hold eps. At "
    "eps = 1e-5 the difference is 1e-5 and passes a loose check; here eps is 0.1.",
    evidence=overlap_shown,
)
def _no_eps(dy, cache):
    x_hat, inv_std, gamma = cache
    centred = x_hat / inv_std
    bare = 1 / np.sqrt(mean(centred**2))
    return with_dx(right_dx(dy, (centred * bare, bare, gamma)), dy, cache)


@MISTAKES.add(
    "eps left out on the way through the variance",
    "Only the term through the variance is without eps: it divides by the mean of "
    "x_hat squared, so that dx is exactly orthogonal to x_hat. With eps in the root a "
    "small part along x_hat stays. Subtract x_hat * mean(dx_hat * x_hat), as it is.",
    evidence=overlap_shown,
)
def _exact_projection(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    along = mean(dx_hat * x_hat) / mean(x_hat**2)
    return scaled(dx_hat - mean(dx_hat) - x_hat * along, dy, cache)


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
    return scaled(dx_hat - mean(dx_hat) - through_std, dy, cache)


@MISTAKES.add(
    "inv_std left out",
    "The bracket is right, but it is the gradient for x divided by its standard "
    "deviation. Multiply by inv_std at the end.",
)
def _no_inv_std(dy, cache):
    return with_dx(right_dx(dy, cache) / cache[1], dy, cache)


@MISTAKES.add(
    "divided by inv_std",
    "You divide by inv_std, as if it were the standard deviation. It is one over that: "
    "multiply.",
)
def _divided(dy, cache):
    return with_dx(right_dx(dy, cache) / cache[1] ** 2, dy, cache)


@MISTAKES.add(
    "means over the features in dx",
    "The two means in dx run along axis 1, across the features: that is layer norm's "
    "backward pass. The statistics of batch norm belong to one feature, so average "
    "over the samples, axis 0.",
    evidence=total_shown,
)
def _over_features(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    inner = dx_hat - mean(dx_hat, 1) - x_hat * mean(dx_hat * x_hat, 1)
    return scaled(inner, dy, cache)


@MISTAKES.add(
    "one mean for all features in dx",
    "The two means in dx have no axis: all features are averaged together. Each "
    "feature has its own mean and variance: `axis=0`.",
    evidence=total_shown,
)
def _over_everything(dy, cache):
    x_hat, dx_hat = cache[0], dy * cache[2]
    inner = dx_hat - dx_hat.mean() - x_hat * (dx_hat * x_hat).mean()
    return scaled(inner, dy, cache)
