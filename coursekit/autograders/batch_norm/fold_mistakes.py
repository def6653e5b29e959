"""What people write when they fold a batch norm into a linear layer."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.batch_norm.draws import only, only_in
from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def scale(gamma: np.ndarray, var: np.ndarray, eps: float) -> np.ndarray:
    """Return the factor of each feature."""
    return gamma / np.sqrt(var + eps)


def made(
    *,
    scale: Callable = scale,
    weight: Callable = lambda W, s: W * s,
    bias: Callable = lambda b, mean, s, beta: (b - mean) * s + beta,
    default: float = 1e-5,
) -> Callable:
    """Return the folding with some of its parts replaced."""

    def fold_batch_norm(W, b, gamma, beta, running, eps=default) -> tuple:
        mean, var = running
        s = scale(gamma, var, eps)
        return weight(W, s), bias(0.0 if b is None else b, mean, s, beta)

    return fold_batch_norm


right = made()


def factor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what the first column of W was multiplied."""
    ours, theirs = (v["W"][0, 0] / inputs["W"][0, 0] for v in (expected, got))
    return f"your first column of W is {theirs:.3f} times the old; s is {ours:.3f}"


def bias_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by how much the first entry of b is off, in units of mean * s."""
    s = inputs["gamma"] / np.sqrt(inputs["var"] + inputs.get("eps", 1e-5))
    off = (got["b"] - expected["b"])[0]
    return (
        f"your first entry of b is off by {off:.3f}; there, mean * s is "
        f"{(inputs['mean'] * s)[0]:.3f}"
    )


MISTAKES.add(
    "running mean left out",
    "The new bias is b * s + beta: the running mean is missing. The norm subtracts it "
    "before it scales: (b - mean) * s + beta.",
    evidence=bias_shown,
)(made(bias=lambda b, mean, s, beta: b * s + beta))

MISTAKES.add(
    "running mean added",
    "The running mean comes in with the wrong sign: batch norm subtracts it. The new "
    "bias is (b - mean) * s + beta.",
    evidence=bias_shown,
)(made(bias=lambda b, mean, s, beta: (b + mean) * s + beta))

MISTAKES.add(
    "running mean not scaled",
    "You scale the old bias and then subtract the mean as it is. The norm subtracts "
    "first and scales then, so the mean is multiplied by s too: (b - mean) * s + beta.",
    evidence=bias_shown,
)(made(bias=lambda b, mean, s, beta: b * s - mean + beta))

MISTAKES.add(
    "old bias left out",
    "The new bias does not hold the old one. Without one the layer gave a @ W, with "
    "one a @ W + b, and the norm scales that b: (b - mean) * s + beta.",
)(made(bias=lambda b, mean, s, beta: -mean * s + beta))

MISTAKES.add(
    "old bias not scaled",
    "The old bias is added as it is. It stands before the norm, so it is multiplied by "
    "s like everything else there: (b - mean) * s + beta.",
)(made(bias=lambda b, mean, s, beta: b - mean * s + beta))

MISTAKES.add(
    "bias not scaled at all",
    "b - mean + beta has no factor s. The norm scales b - mean before beta is added: "
    "(b - mean) * s + beta.",
)(made(bias=lambda b, mean, s, beta: b - mean + beta))

MISTAKES.add(
    "beta scaled",
    "beta is added before the scaling, so that it is multiplied by s too. The norm "
    "adds it at the very end: (b - mean) * s + beta.",
)(made(bias=lambda b, mean, s, beta: (b - mean + beta) * s))

MISTAKES.add(
    "beta left out",
    "The new bias is (b - mean) * s, without the shift. The norm adds beta at the end.",
)(made(bias=lambda b, mean, s, beta: (b - mean) * s))

MISTAKES.add(
    "old bias kept",
    "W is scaled, and b came back as it was. The norm subtracts a mean, scales, and "
    "shifts, and none of that is in W: the new bias is (b - mean) * s + beta.",
)(made(bias=lambda b, mean, s, beta: b + 0 * beta))

MISTAKES.add(
    "W not scaled",
    "The bias is right, and W came back as it was. The norm multiplies the whole "
    "output of the layer, so W is scaled too: `W * s`.",
    evidence=factor_shown,
)(made(weight=lambda W, s: W.copy()))

MISTAKES.add(
    "rows of W scaled",
    "You scale the rows of W, which belong to the inputs. In a @ W + b the features "
    "are the columns, so it is `W * s`, without a new axis. (torch stores the "
    "transpose; there it would be the rows.)",
)(made(weight=lambda W, s: W * s[:, None]))

MISTAKES.add(
    "one factor for all columns",
    "All columns of W are scaled by the same number. Each feature has its own gamma "
    "and its own variance, so it has its own s: multiply by the whole array.",
    evidence=factor_shown,
)(made(weight=lambda W, s: W * s[0]))

MISTAKES.add(
    "divided by the variance",
    "Your factor is gamma / (var + eps); the root is missing. The running variance is "
    "a variance, and batch norm divides by sqrt(var + eps).",
    evidence=factor_shown,
)(made(scale=lambda gamma, var, eps: gamma / (var + eps)))

MISTAKES.add(
    "eps left out",
    "eps is an argument, but the factor does not use it. The norm you fold has "
    "sqrt(var + eps) under gamma, and the folded layer should give the same numbers.",
    evidence=factor_shown,
)(made(scale=lambda gamma, var, eps: gamma / np.sqrt(var)))

MISTAKES.add(
    "eps outside the root",
    "You divide by sqrt(var) + eps; batch norm divides by sqrt(var + eps). Add eps to "
    "the variance.",
    evidence=factor_shown,
)(made(scale=lambda gamma, var, eps: gamma / (np.sqrt(var) + eps)))

MISTAKES.add(
    "gamma left out",
    "Your factor is 1 / sqrt(var + eps), without gamma. The norm scales by gamma after "
    "normalizing, so s = gamma / sqrt(var + eps).",
    evidence=factor_shown,
)(made(scale=lambda gamma, var, eps: 1 / np.sqrt(var + eps)))

MISTAKES.add(
    "multiplied by the standard deviation",
    "You multiply by sqrt(var + eps), and batch norm divides by it. The factor is "
    "s = gamma / sqrt(var + eps).",
    evidence=factor_shown,
)(made(scale=lambda gamma, var, eps: gamma * np.sqrt(var + eps)))


@MISTAKES.add(
    "gamma and beta exchanged",
    "You scale by beta and shift by gamma. gamma is the scale and beta the shift: "
    "s = gamma / sqrt(var + eps), and beta is added at the end.",
)
def _exchanged(W, b, gamma, beta, running, eps=1e-5):
    return right(W, b, beta, gamma, running, eps)


@MISTAKES.add(
    "statistics of the weights",
    "You took mean and variance from the columns of W. What the norm subtracts and "
    "divides by in evaluation are its running statistics: `mean, var = running`.",
    evidence=factor_shown,
)
def _of_the_weights(W, b, gamma, beta, running, eps=1e-5):
    return right(W, b, gamma, beta, (W.mean(0), W.var(0)), eps)


@MISTAKES.add(
    "running mean and variance exchanged",
    "`running` is the pair (mean, var), and you take it for (var, mean). Write "
    "`mean, var = running`.",
)
def _pair_exchanged(W, b, gamma, beta, running, eps=1e-5):
    return right(W, b, gamma, beta, (running[1], np.abs(running[0])), eps)


@MISTAKES.add(
    "fails without a bias",
    "With a bias all is right; with None it fails. A layer before a norm often has no "
    "bias, since the norm would subtract it again: take zeros for None.",
    shows=only_in("a layer without a bias"),
)
def _needs_a_bias(W, b, gamma, beta, running, eps=1e-5):
    mean, var = running
    s = scale(gamma, var, eps)
    return W * s, (b - mean) * s + beta


@MISTAKES.add(
    "no bias for a layer without one",
    "A layer without a bias came back without one. It needs one now: the norm "
    "subtracts the mean and adds beta, and a weight cannot do that.",
)
def _none_stays(W, b, gamma, beta, running, eps=1e-5):
    W, new = right(W, b, gamma, beta, running, eps)
    return W, None if b is None else new


MISTAKES.add(
    "another default for eps",
    "With eps given, the layer is right; with eps left out it is not. The card's "
    "default is 1e-5, batch norm's own.",
    shows=only_in("eps left out"),
)(made(default=1e-3))

MISTAKES.add(
    "b of shape (1, D)",
    "The numbers are right, but b has an axis of length 1 too many. A bias has shape "
    "(D,), one entry for each feature.",
)(made(bias=lambda b, mean, s, beta: ((b - mean) * s + beta)[None]))


@MISTAKES.add(
    "the old layer changed in place",
    "The new layer is right, but the old one was overwritten. Whoever goes on training "
    "has lost the weights, and a second fold would scale them again. Write `W * s`, "
    "which makes a new array, for `W *= s`.",
    shows=only(
        *(f"{n} afterwards" for n in ("W", "b", "gamma", "beta", "mean", "var"))
    ),
)
def _in_place(W, b, gamma, beta, running, eps=1e-5):
    new, bias = right(W, b, gamma, beta, running, eps)
    W[...] = new
    return W, bias
