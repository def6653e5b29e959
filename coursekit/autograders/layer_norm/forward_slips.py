"""Right statistics, wrong layer norm: gamma and beta, special inputs, the cache."""

from collections.abc import Callable

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.layer_norm.forward_mistakes import finish, over

Pairs = frozenset[tuple[str, str]]

SLIPS = Catalogue()
VIEWS = {"x is a transposed view", "x in Fortran order", "x is a reversed view"}
ONE_VECTOR = {"the first of them, B = 1", "the first of them, shape (d,)"}
NOT_TWO_AXES = {"sequences", "the first of them, shape (d,)"}


def only_in(*cases: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that only goes wrong in some of ``cases``."""
    return lambda wrong: {case for case, _ in wrong} <= set(cases)


@SLIPS.add(
    "gamma and beta left out",
    "y is the normalized x itself; gamma and beta are not used. Return "
    "gamma * x_hat + beta.",
)
def _no_affine(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return x_hat, (x_hat, inv_std, gamma)


@SLIPS.add(
    "beta left out",
    "y is gamma * x_hat: the shift is missing. Add beta after scaling.",
)
def _no_beta(x, gamma, beta, eps=1e-5):
    return over(x, gamma, 0 * beta, eps, -1)


@SLIPS.add(
    "one gamma and one beta for all features",
    "Only the first entry of gamma and of beta is used. Both have shape (d,), one "
    "entry for each feature: multiply by the whole array, and NumPy lines it up with "
    "the last axis.",
)
def _scalar_affine(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return gamma[0] * x_hat + beta[0], (x_hat, inv_std, gamma)


@SLIPS.add(
    "beta scaled by gamma",
    "You wrote gamma * (x_hat + beta), so that beta is multiplied by gamma too. First "
    "scale, then shift: gamma * x_hat + beta.",
)
def _beta_scaled(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return gamma * (x_hat + beta), (x_hat, inv_std, gamma)


@SLIPS.add(
    "gamma and beta exchanged",
    "You multiply by beta and add gamma. gamma is the scale and beta the shift: "
    "gamma * x_hat + beta.",
)
def _exchanged(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return beta * x_hat + gamma, (x_hat, inv_std, gamma)


@SLIPS.add(
    "another default for eps",
    "With eps given, y is right; with eps left out it is not. The card's default is "
    "1e-5, and the formula must use the argument.",
    shows=only_in("eps left out"),
)
def _other_default(x, gamma, beta, eps=1e-6):
    return over(x, gamma, beta, eps, -1)


@SLIPS.add(
    "variance in one pass",
    "E[x^2] - E[x]^2 is a variance on paper. In floating point it subtracts two large "
    "numbers that agree in most digits, and with a mean of 10 million little more than "
    "rounding is left. Subtract the mean first, then square.",
    shows=only_in("a mean of 10 million"),
)
def _one_pass(x, gamma, beta, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(np.square(x).mean(-1, keepdims=True) - mean**2 + eps)
    return finish((x - mean) * inv_std, inv_std, gamma, beta)


_running = {}


@SLIPS.add(
    "something kept between calls",
    "A second call with the same numbers gives another y. Layer norm has no running "
    "statistics and no training mode: y depends on the arguments and nothing else.",
    shows=lambda wrong: ("vectors", "the change in a second call") in wrong,
)
def _running_statistics(x, gamma, beta, eps=1e-5):
    mean, var = _running.get(x.shape, (0.0, 1.0))
    mean = 0.9 * mean + 0.1 * x.mean(-1, keepdims=True)
    var = 0.9 * var + 0.1 * x.var(-1, keepdims=True)
    _running[x.shape] = mean, var
    inv_std = 1 / np.sqrt(var + eps)
    return finish((x - mean) * inv_std, inv_std, gamma, beta)


@SLIPS.add(
    "needs more than one vector",
    "With many vectors y is right; with one it is not. A vector's mean and variance "
    "come from its own features, so a batch of one is nothing special.",
    shows=lambda wrong: (
        "the first of them, B = 1" in {case for case, _ in wrong} <= ONE_VECTOR
    ),
)
def _needs_a_batch(x, gamma, beta, eps=1e-5):
    if len(x) < 2:
        raise ValueError("expected more than 1 value per channel")
    return over(x, gamma, beta, eps, -1)


@SLIPS.add(
    "written for two axes only",
    "For x of shape (B, d) all is right; for other numbers of axes it is not. Do not "
    "take `x.shape` apart, and count the axis from the end: `axis=-1`.",
    shows=only_in(*NOT_TWO_AXES),
)
def _two_axes_only(x, gamma, beta, eps=1e-5):
    _, d = x.shape
    mean = x.sum(axis=1, keepdims=True) / d
    inv_std = 1 / np.sqrt(np.square(x - mean).sum(axis=1, keepdims=True) / d + eps)
    return finish((x - mean) * inv_std, inv_std, gamma, beta)


@SLIPS.add(
    "depends on the memory layout",
    "With x laid out row by row y is right; with a view of the same numbers it is not. "
    "Use operations that go by position (axes, `reshape`), not by place in memory.",
    shows=only_in(*VIEWS),
)
def _by_memory(x, gamma, beta, eps=1e-5):
    return over(x.ravel(order="K").reshape(x.shape), gamma, beta, eps, -1)


@SLIPS.add(
    "y without the cache",
    "Only y came back. The backward pass needs x_hat, inv_std and gamma again, and "
    "computing them twice would be a waste: return `y, (x_hat, inv_std, gamma)`.",
)
def _y_only(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, -1)[0]


@SLIPS.add(
    "inv_std without its axis",
    "inv_std has lost the last axis, so the backward pass could not multiply dy by it. "
    "Keep it with length 1: `keepdims=True` in the mean and the variance.",
)
def _lost_axis(x, gamma, beta, eps=1e-5):
    y, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (x_hat, inv_std[..., 0], gamma)


@SLIPS.add(
    "std cached for inv_std",
    "The cache holds sqrt(var + eps) where its inverse belongs. inv_std is "
    "1 / sqrt(var + eps): the backward pass multiplies by it.",
)
def _std_cached(x, gamma, beta, eps=1e-5):
    y, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (x_hat, 1 / inv_std, gamma)


@SLIPS.add(
    "x_hat overwritten by y",
    "y is right, and what the cache calls x_hat is y too. `y = x_hat` makes no copy, "
    "so `y *= gamma` changes x_hat as well. Write y = gamma * x_hat + beta.",
)
def _x_hat_overwritten(x, gamma, beta, eps=1e-5):
    y, (_, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (y, inv_std, gamma)


@SLIPS.add(
    "another cache",
    "y is right, but the cache is not `(x_hat, inv_std, gamma)` in this order. x_hat "
    "has the shape of x; inv_std, of shape (..., 1), is 1 / sqrt(var + eps); gamma is "
    "the argument as it came.",
    shows=lambda wrong: (
        len({v for _, v in wrong}) > 1 and all(v.startswith("cache.") for _, v in wrong)
    ),
)
def _another_cache(x, gamma, beta, eps=1e-5):
    y, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (gamma, x_hat, inv_std)


@SLIPS.add(
    "an argument changed in place",
    "y is right, but `x` (or gamma, or beta) is not what it was: the caller's next "
    "line would work with other numbers. Write `x = x - mean`, which makes a new "
    "array, for `x -= mean`.",
    shows=lambda wrong: all(value.endswith(" afterwards") for _, value in wrong),
)
def _in_place(x, gamma, beta, eps=1e-5):
    result = over(x, gamma, beta, eps, -1)
    x -= x.mean(-1, keepdims=True)
    return result
