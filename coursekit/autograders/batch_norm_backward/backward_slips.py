"""A right dx, but wrong gradients of gamma and beta, a wrong form or a side effect."""

from collections.abc import Mapping

from coursekit.autograders.batch_norm_backward.backward_mistakes import (
    parameters,
    right_dx,
    with_dx,
)
from coursekit.autograders.catalogue import Catalogue

SLIPS = Catalogue()
AFTERWARDS = " afterwards"


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the parameters' gradients relate to the right ones."""
    count = expected["dbeta"].flat[0] / got["dbeta"].flat[0]
    return f"the right dbeta is {count:.0f} times yours, one time for each sample"


@SLIPS.add(
    "gradient of gamma taken with y",
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
    return right_dx(dy, cache), (dy * x_hat / inv_std).sum(0), dy.sum(0)


@SLIPS.add(
    "parameters' gradients averaged",
    "dgamma and dbeta are means over the samples. Every sample uses the same gamma, so "
    "their gradients add up: sum them. If the loss is a mean, dy holds that already.",
    evidence=count_shown,
)
def _averaged(dy, cache):
    dgamma, dbeta = parameters(dy, cache[0])
    return right_dx(dy, cache), dgamma / len(dy), dbeta / len(dy)


@SLIPS.add(
    "dgamma of shape (1, D)",
    "The numbers are right, but dgamma and dbeta keep an axis of length 1. They must "
    "have the shape of gamma, (D,): sum without `keepdims`. A parameter updated by "
    "gamma - lr * dgamma would change its shape without a word.",
)
def _keepdims(dy, cache):
    dgamma, dbeta = parameters(dy, cache[0])
    return right_dx(dy, cache), dgamma[None], dbeta[None]


@SLIPS.add(
    "dgamma summed over the features",
    "dgamma and dbeta come out with one entry for each sample. gamma has one entry for "
    "each feature and is shared by all samples: sum over axis 0.",
)
def _summed_over_features(dy, cache):
    return right_dx(dy, cache), (dy * cache[0]).sum(1), dy.sum(1)


@SLIPS.add(
    "layer norm's backward pass",
    "All sums run along axis 1, over the features, for dx and for the parameters. "
    "Batch norm shares its statistics and its parameters along the batch: axis 0 "
    "throughout.",
)
def _all_along_features(dy, cache):
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    along = (dx_hat * x_hat).mean(1, keepdims=True)
    inner = dx_hat - dx_hat.mean(1, keepdims=True) - x_hat * along
    return inv_std * inner, (dy * x_hat).sum(1), dy.sum(1)


@SLIPS.add(
    "dgamma and dbeta exchanged",
    "Both are right, in the wrong order. The card asks for (dx, dgamma, dbeta).",
)
def _exchanged(dy, cache):
    return right_dx(dy, cache), *reversed(parameters(dy, cache[0]))


@SLIPS.add(
    "dgamma and dbeta summed to one number",
    "`.sum()` without an axis adds up the features too. gamma has D entries and each "
    "has its own gradient: sum over axis 0.",
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
    shows=lambda wrong: {value for _, value in wrong} == {"dy" + AFTERWARDS},
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
        any(value.endswith(AFTERWARDS) for _, value in wrong)
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
