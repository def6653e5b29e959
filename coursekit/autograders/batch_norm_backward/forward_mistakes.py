"""Wrong nodes on the way forward: what people compute in the place of each."""

import numpy as np

from coursekit.autograders.batch_norm_backward.graph import (
    entry_shown,
    forward_with,
    ratio_shown,
)
from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()
VAR_TIMES, STD = ratio_shown("var"), entry_shown("std")

MISTAKES.add(
    "statistics over the features",
    "mu and var have one entry for each sample: you averaged along axis 1. That is "
    "layer norm. Batch norm compares a feature with itself in the other samples: "
    "average along axis 0.",
)(
    forward_with(
        mu=lambda v: v["x"].mean(1, keepdims=True),
        var=lambda v: v["sq"].mean(1, keepdims=True),
    )
)

MISTAKES.add(
    "axis 1 for axis 0",
    "`mean(axis=1)` gives one number for each sample, and those do not line up with x "
    "of shape (N, D). Where N = D no error is raised and the result is wrong. Average "
    "over the samples: `axis=0`.",
)(forward_with(mu=lambda v: v["x"].mean(1), var=lambda v: v["sq"].mean(1)))

MISTAKES.add(
    "one mean for everything",
    "A mean without an axis is one number for the whole batch, in which all features "
    "are mixed. Each feature needs its own: `axis=0`.",
)(forward_with(mu=lambda v: v["x"].mean(), var=lambda v: v["sq"].mean()))

MISTAKES.add(
    "variance divided by N - 1",
    "var is the sum of the squares divided by N - 1 (`ddof=1`, torch's default). To "
    "normalize, batch norm takes the mean of the squares: divide by N. Torch uses N - "
    "1 only for the running variance.",
    evidence=VAR_TIMES,
)(forward_with(var=lambda v: v["sq"].sum(0) / (len(v["x"]) - 1)))

MISTAKES.add(
    "a sum for the variance",
    "var is the sum of the squares; it must be their mean. Divide by N.",
    evidence=VAR_TIMES,
)(forward_with(var=lambda v: v["sq"].sum(0)))

MISTAKES.add(
    "a sum for the mean",
    "mu is the sum over the batch and grows with N. Divide by N.",
    evidence=ratio_shown("mu"),
)(forward_with(mu=lambda v: v["x"].sum(0)))

MISTAKES.add(
    "divided by the number of features",
    "The sums over the batch are divided by D, the length of axis 1. They run over N "
    "samples, so divide by N. With N = D the two cannot be told apart.",
    evidence=ratio_shown("mu"),
)(
    forward_with(
        mu=lambda v: v["x"].sum(0) / v["x"].shape[1],
        var=lambda v: v["sq"].sum(0) / v["x"].shape[1],
    )
)

MISTAKES.add(
    "variance around 0",
    "sq is the square of x, not of xmu. The variance is the mean of (x - mu) squared: "
    "centre first, then square.",
    evidence=entry_shown("sq"),
)(forward_with(sq=lambda v: v["x"] ** 2))

MISTAKES.add(
    "mean not subtracted",
    "The variance is right, but x_hat is made from x itself. Multiply xmu by inv_std: "
    "that is what xmu was kept for.",
    evidence=entry_shown("x_hat"),
)(forward_with(x_hat=lambda v: v["x"] * v["inv_std"]))

MISTAKES.add(
    "RMS norm",
    "sq is the square of x and x_hat is made from x: no mean is taken away anywhere. "
    "That is RMS norm, along the batch. Use xmu in both places.",
    evidence=entry_shown("sq"),
)(forward_with(sq=lambda v: v["x"] ** 2, x_hat=lambda v: v["x"] * v["inv_std"]))

MISTAKES.add(
    "x subtracted from its mean",
    "xmu is mu - x, the card's xmu is x - mu. Its square hides it; x_hat has the wrong "
    "sign. Turn the subtraction around.",
    evidence=entry_shown("xmu"),
)(forward_with(xmu=lambda v: v["mu"] - v["x"]))

MISTAKES.add(
    "variance in one pass",
    "E[x^2] - E[x]^2 is a variance on paper. In floating point it subtracts two large "
    "numbers that agree in most digits, and with a mean of 10 million little more than "
    "rounding is left. You have sq already: take its mean.",
    shows=lambda wrong: {case for case, _ in wrong} <= {"a mean of 10 million"},
)(forward_with(var=lambda v: (v["x"] ** 2).mean(0) - v["mu"] ** 2))

MISTAKES.add(
    "eps outside the root",
    "Your std is sqrt(var) + eps; batch norm takes sqrt(var + eps). Outside the root "
    "eps protects the division, but not the derivative of the root: for a constant "
    "feature the backward pass would divide by 0. Add eps to the variance.",
    evidence=STD,
)(forward_with(std=lambda v: np.sqrt(v["var"]) + v["eps"]))

MISTAKES.add(
    "eps added to std in inv_std",
    "Your std is sqrt(var), and inv_std is 1 / (std + eps). That is eps outside the "
    "root: on the card it is added to var, before the root, and inv_std is 1 / std.",
    evidence=entry_shown("inv_std"),
)(
    forward_with(
        std=lambda v: np.sqrt(v["var"]),
        inv_std=lambda v: 1 / (v["std"] + v["eps"]),
    )
)

MISTAKES.add(
    "eps left out",
    "eps is an argument, but std does not use it, nor does what follows. Without it a "
    "constant feature is 0 divided by 0. Add it to the variance, under the root.",
    evidence=STD,
)(forward_with(std=lambda v: np.sqrt(v["var"])))

MISTAKES.add(
    "std without eps",
    "x_hat is right, so eps is in inv_std; but std is sqrt(var) alone. On the card std "
    "is sqrt(var + eps) and inv_std is 1 / std. The way back goes through both.",
    evidence=STD,
)(
    forward_with(
        std=lambda v: np.sqrt(v["var"]),
        inv_std=lambda v: 1 / np.sqrt(v["var"] + v["eps"]),
    )
)

MISTAKES.add(
    "divided by the variance",
    "std is var + eps: the root is missing. A variance has the unit of x squared, so "
    "x_hat would not be free of units. Take sqrt(var + eps).",
    evidence=STD,
)(forward_with(std=lambda v: v["var"] + v["eps"]))

MISTAKES.add(
    "multiplied by the standard deviation",
    "x_hat is xmu * std. Normalizing divides by std: multiply by inv_std.",
    evidence=entry_shown("x_hat"),
)(forward_with(x_hat=lambda v: v["xmu"] * v["std"]))
