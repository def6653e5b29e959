"""A right dx, but wrong gradients of gamma and beta, a wrong form or a side effect."""

from collections.abc import Mapping

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.layer_norm.backward_mistakes import (
    parameters,
    right_dx,
    with_dx,
)

SLIPS = Catalogue()


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the parameters' gradients relate to the right ones."""
    count = expected["dbeta"].flat[0] / got["dbeta"].flat[0]
    return f"the right dbeta is {count:.0f} times yours, one time for each vector"


@SLIPS.add(
    "dgamma from the scaled gradient",
    "dgamma is the sum of dy * x_hat. You used gamma * x_hat, the output before beta, "
    "or dx_hat for dy: gamma is in there once too often.",
)
def _dgamma_scaled(dy, cache):
    dgamma, dbeta = parameters(dy, cache[0])
    return right_dx(dy, cache), dgamma * cache[2], dbeta


@SLIPS.add(
    "dgamma from x - mean",
    "You multiply dy by the centred x. y is gamma * x_hat + beta, so the factor of "
    "gamma is x_hat, divided by the standard deviation already.",
)
def _dgamma_centred(dy, cache):
    x_hat, inv_std, _ = cache
    return (
        right_dx(dy, cache),
        *parameters(dy, x_hat / inv_std)[:1],
        parameters(dy, 0)[1],
    )


@SLIPS.add(
    "parameters' gradients averaged",
    "dgamma and dbeta are means over the vectors. Every vector uses the same gamma, so "
    "their gradients add up: sum them. If the loss is a mean, dy holds that already.",
    evidence=count_shown,
)
def _averaged(dy, cache):
    dgamma, dbeta = parameters(dy, cache[0])
    count = dy.size // dy.shape[-1]
    return right_dx(dy, cache), dgamma / count, dbeta / count


@SLIPS.add(
    "dgamma of shape (1, d)",
    "The numbers are right, but dgamma and dbeta keep axes of length 1. They must have "
    "the shape of gamma, (d,): sum without `keepdims`. A parameter updated by "
    "gamma - lr * dgamma would change its shape without a word.",
)
def _keepdims(dy, cache):
    leading = tuple(range(dy.ndim - 1)) if dy.ndim > 1 else (0,)
    dgamma, dbeta = dy * cache[0], dy
    if dy.ndim > 1:
        dgamma = dgamma.sum(leading, keepdims=True)
        dbeta = dbeta.sum(leading, keepdims=True)
    return right_dx(dy, cache), dgamma, dbeta


@SLIPS.add(
    "dgamma summed over the features",
    "dgamma and dbeta come out with one entry for each vector. That is the axis of the "
    "statistics. gamma has one entry for each feature and is shared by all vectors: "
    "sum over every axis but the last.",
)
def _summed_over_features(dy, cache):
    return right_dx(dy, cache), (dy * cache[0]).sum(-1), dy.sum(-1)


@SLIPS.add(
    "parameters' gradients summed over axis 0 only",
    "For (B, d) that is enough; for (B, T, d) the time axis is left, and for (d,) it "
    "sums over the features. Sum over every axis but the last: "
    "`tuple(range(dy.ndim - 1))`, or reshape to (-1, d) first.",
)
def _only_axis_zero(dy, cache):
    return right_dx(dy, cache), (dy * cache[0]).sum(0), dy.sum(0)


@SLIPS.add(
    "dgamma and dbeta exchanged",
    "Both are right, in the wrong order. The card asks for (dx, dgamma, dbeta).",
)
def _exchanged(dy, cache):
    return right_dx(dy, cache), *reversed(parameters(dy, cache[0]))


@SLIPS.add(
    "dgamma and dbeta summed to one number",
    "`.sum()` without an axis adds up the features too. gamma has d entries and each "
    "has its own gradient: sum over every axis but the last.",
)
def _scalars(dy, cache):
    return right_dx(dy, cache), (dy * cache[0]).sum(), dy.sum()


@SLIPS.add(
    "dx without dgamma and dbeta",
    "Only dx came back. gamma and beta learn too, so they need their gradients: return "
    "`dx, dgamma, dbeta`.",
)
def _dx_only(dy, cache):
    return right_dx(dy, cache)


@SLIPS.add(
    "dy changed in place",
    "The gradients are right, but dy is not what it was: `dy *= gamma` writes into the "
    "caller's array, which other branches of the network may still need. Write "
    "`dx_hat = dy * gamma`.",
    shows=lambda wrong: {value for _, value in wrong} == {"dy afterwards"},
)
def _changes_dy(dy, cache):
    gradients = with_dx(right_dx(dy, cache), dy, cache)
    dy *= cache[2]
    return gradients


@SLIPS.add(
    "the cache changed in place",
    "The first call is right, but it leaves other numbers in the cache, so a second "
    "call goes wrong. Write `a = a * b`, which makes a new array, for `a *= b`.",
    shows=lambda wrong: (
        any(value.endswith(" afterwards") for _, value in wrong)
        and {value for _, value in wrong}
        <= {
            "x_hat afterwards",
            "inv_std afterwards",
            "gamma afterwards",
            "the change in a second call",
        }
    ),
)
def _changes_cache(dy, cache):
    gradients = with_dx(right_dx(dy, cache), dy, cache)
    x_hat = cache[0]
    x_hat *= cache[2]
    return gradients


@SLIPS.add(
    "written for two axes only",
    "For dy of shape (B, d) all is right; for other numbers of axes it is not. Do not "
    "take the shape apart: average along `axis=-1`, and sum the parameters' gradients "
    "over every axis but the last.",
    shows=lambda wrong: {case for case, _ in wrong} <= {"sequences", "one vector"},
)
def _two_axes_only(dy, cache):
    x_hat, inv_std, gamma = cache
    _, d = dy.shape
    dx_hat = dy * gamma
    inner = d * dx_hat - dx_hat.sum(1, keepdims=True)
    inner = inner - x_hat * (dx_hat * x_hat).sum(1, keepdims=True)
    return inv_std * inner / d, (dy * x_hat).sum(0), dy.sum(0)
