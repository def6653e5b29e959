"""What people write instead of a layer norm, each with the sentence that mends it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

Pairs = frozenset[tuple[str, str]]

MISTAKES = Catalogue()
VIEWS = {"x is a transposed view", "x in Fortran order", "x is a reversed view"}
ONE_VECTOR = {"the first of them, B = 1", "the first of them, shape (d,)"}
NOT_TWO_AXES = {"sequences", "the first of them, shape (d,)"}


def finish(x_hat: Any, inv_std: Any, gamma: Any, beta: Any) -> tuple:
    """Scale, shift, and return what the card asks for: where most mistakes end."""
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)


def over(x: Any, gamma: Any, beta: Any, eps: float, axis: Any) -> tuple:
    """Normalize along another axis, everything else being right."""
    inv_std = 1 / np.sqrt(x.var(axis, keepdims=True) + eps)
    return finish((x - x.mean(axis, keepdims=True)) * inv_std, inv_std, gamma, beta)


def only_in(*cases: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that only goes wrong in some of ``cases``."""
    return lambda wrong: {case for case, _ in wrong} <= set(cases)


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


@MISTAKES.add(
    "gamma and beta left out",
    "y is the normalized x itself; gamma and beta are not used. Return "
    "gamma * x_hat + beta.",
)
def _no_affine(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return x_hat, (x_hat, inv_std, gamma)


@MISTAKES.add(
    "beta left out",
    "y is gamma * x_hat: the shift is missing. Add beta after scaling.",
)
def _no_beta(x, gamma, beta, eps=1e-5):
    return over(x, gamma, 0 * beta, eps, -1)


@MISTAKES.add(
    "one gamma and one beta for all features",
    "Only the first entry of gamma and of beta is used. Both have shape (d,), one "
    "entry for each feature: multiply by the whole array, and NumPy lines it up with "
    "the last axis.",
)
def _scalar_affine(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return gamma[0] * x_hat + beta[0], (x_hat, inv_std, gamma)


@MISTAKES.add(
    "beta scaled by gamma",
    "You wrote gamma * (x_hat + beta), so that beta is multiplied by gamma too. First "
    "scale, then shift: gamma * x_hat + beta.",
)
def _beta_scaled(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return gamma * (x_hat + beta), (x_hat, inv_std, gamma)


@MISTAKES.add(
    "gamma and beta exchanged",
    "You multiply by beta and add gamma. gamma is the scale and beta the shift: "
    "gamma * x_hat + beta.",
)
def _exchanged(x, gamma, beta, eps=1e-5):
    _, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return beta * x_hat + gamma, (x_hat, inv_std, gamma)


@MISTAKES.add(
    "another default for eps",
    "With eps given, y is right; with eps left out it is not. The card's default is "
    "1e-5, and the formula must use the argument.",
    shows=only_in("eps left out"),
)
def _other_default(x, gamma, beta, eps=1e-6):
    return over(x, gamma, beta, eps, -1)


@MISTAKES.add(
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


@MISTAKES.add(
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


@MISTAKES.add(
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


@MISTAKES.add(
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


@MISTAKES.add(
    "depends on the memory layout",
    "With x laid out row by row y is right; with a view of the same numbers it is not. "
    "Use operations that go by position (axes, `reshape`), not by place in memory.",
    shows=only_in(*VIEWS),
)
def _by_memory(x, gamma, beta, eps=1e-5):
    return over(x.ravel(order="K").reshape(x.shape), gamma, beta, eps, -1)


@MISTAKES.add(
    "y without the cache",
    "Only y came back. The backward pass needs x_hat, inv_std and gamma again, and "
    "computing them twice would be a waste: return `y, (x_hat, inv_std, gamma)`.",
)
def _y_only(x, gamma, beta, eps=1e-5):
    return over(x, gamma, beta, eps, -1)[0]


@MISTAKES.add(
    "inv_std without its axis",
    "inv_std has lost the last axis, so the backward pass could not multiply dy by it. "
    "Keep it with length 1: `keepdims=True` in the mean and the variance.",
)
def _lost_axis(x, gamma, beta, eps=1e-5):
    y, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (x_hat, inv_std[..., 0], gamma)


@MISTAKES.add(
    "std cached for inv_std",
    "The cache holds sqrt(var + eps) where its inverse belongs. inv_std is "
    "1 / sqrt(var + eps): the backward pass multiplies by it.",
)
def _std_cached(x, gamma, beta, eps=1e-5):
    y, (x_hat, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (x_hat, 1 / inv_std, gamma)


@MISTAKES.add(
    "x_hat overwritten by y",
    "y is right, and what the cache calls x_hat is y too. `y = x_hat` makes no copy, "
    "so `y *= gamma` changes x_hat as well. Write y = gamma * x_hat + beta.",
)
def _x_hat_overwritten(x, gamma, beta, eps=1e-5):
    y, (_, inv_std, _) = over(x, gamma, beta, eps, -1)
    return y, (y, inv_std, gamma)


@MISTAKES.add(
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


@MISTAKES.add(
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
