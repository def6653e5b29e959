"""What goes wrong in batch norm as a torch module: the numbers themselves.

The layers are in `broken_layers`, which needs torch.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.batch_norm.draws import only, only_in
from coursekit.autograders.batch_norm.module_mistakes import made_by, share_shown
from coursekit.autograders.catalogue import Catalogue

SLIPS = Catalogue()
SEQUENCES = ("x of shape (N, C, L)", "(N, C, L) in evaluation")


def add(name: str, layer: str, explanation: str, **how: Any) -> None:
    """Add the mistake that the class ``layer`` of `broken_layers` makes."""
    SLIPS.add(name, explanation, **how)(made_by(layer))


def variance_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the variance behind y relates to the right one."""
    if "y" not in got or inputs["x"].ndim != 2:
        return ""
    x, n = inputs["x"][:, 0], len(inputs["x"])
    at = np.abs(x - x.mean()).argmax()
    own = (got["y"][at, 0] - inputs["bias"][0]) / inputs["weight"][0]
    ratio = (((x - x.mean())[at] / own) ** 2 - inputs.get("eps", 1e-5)) / x.var()
    return f"with N = {n} your variance is {ratio:.3f} times the right one"


add(
    "positions with statistics of their own",
    "PositionsApart",
    "For (N, C, L) you average over N alone, so that every position has a mean of its "
    "own. A feature is the same at every position: average over the axes 0 and 2.",
)
add(
    "written for two axes only",
    "TwoAxesOnly",
    "For x of shape (N, C) all is right; for (N, C, L) it is not. The features are "
    "axis 1 in both. `x.movedim(1, -1)` puts them last, where weight and bias of shape "
    "(C,) line up; average over all other axes.",
    shows=only_in(*SEQUENCES),
)
add(
    "momentum the other way round",
    "MomentumExchanged",
    "You weigh the old value with momentum and the batch with 1 - momentum: the "
    "convention of Keras, Flax and CS231n, where 0.9 or 0.99 is usual. In torch, and "
    "on the card, new = (1 - momentum) * old + momentum * batch.",
    evidence=share_shown,
)
add(
    "variance divided by N - 1",
    "UnbiasedInY",
    "y is made with `x.var(0)`, which in torch divides by N - 1. Normalize with the "
    "variance divided by N, `correction=0`; N - 1 belongs to running_var alone.",
    evidence=variance_shown,
)
add(
    "biased variance remembered",
    "BiasedMemory",
    "running_var takes in the variance divided by N. Keras, Flax and CS231n do so too: "
    "it is a convention. The card has torch's and the paper's, which remembers the "
    "variance divided by N - 1.",
)
add(
    "the two variances exchanged",
    "VariancesExchanged",
    "You normalize with the variance divided by N - 1 and remember the one divided by "
    "N. It is the other way round: this batch is all that is to be normalized, and "
    "running_var is an estimate for all data.",
    evidence=variance_shown,
)
add(
    "running statistics never updated",
    "NeverUpdated",
    "Training leaves running_mean and running_var as they were, so evaluation works "
    "with the numbers of the start. Move them towards the batch in every step.",
)
add(
    "only the last batch remembered",
    "LastBatchOnly",
    "The buffers hold the last batch's mean and variance; the old values and momentum "
    "play no part. One batch is a noisy estimate: mix old and new.",
    evidence=share_shown,
)
add(
    "momentum fixed at 0.1",
    "MomentumFixed",
    "With the default momentum all is right, with another one it is not. Keep the "
    "argument in `__init__`, and use `self.momentum`.",
    evidence=share_shown,
)
add(
    "running standard deviation",
    "RunningStd",
    "running_var remembers the standard deviation. torch's layer could not use it, and "
    "evaluation would take a root once too often or once too little. Remember the "
    "variance, without eps and without a root.",
)
add(
    "training uses the running statistics",
    "RunningInTraining",
    "In training you update the running statistics and then normalize with them. The "
    "batch's own mean and variance belong there: only they centre every feature and "
    "carry a gradient back to x.",
)
add(
    "statistics over the features",
    "OverFeatures",
    "You average over the features of one sample: that is layer norm. Batch norm looks "
    "at one feature at a time, over all samples (and positions).",
)
add(
    "eps outside the root",
    "EpsOutside",
    "You divide by sqrt(var) + eps; batch norm divides by sqrt(var + eps). Outside the "
    "root a constant feature gets NaN as its gradient. Add eps to the variance.",
)
add(
    "eps left out",
    "EpsLeftOut",
    "eps is an argument, but the formula does not use it. Without it a constant "
    "feature is 0 divided by 0. Add it to the variance, under the root.",
)
add(
    "eps fixed at 1e-5",
    "EpsFixed",
    "With the default eps all is right, with another one it is not. Keep the argument "
    "in `__init__`, and use `self.eps`.",
)
add(
    "divided by the variance",
    "DividedByVariance",
    "You divide by var + eps; the root is missing. Divide by sqrt(var + eps).",
)
add(
    "weight and bias not used",
    "NoAffine",
    "y is the normalized x itself. The parameters are there, but the formula does not "
    "use them: return weight * x_hat + bias, in both modes.",
)
add(
    "bias scaled by the weight",
    "BiasScaled",
    "You wrote weight * (x_hat + bias), so that the bias is multiplied too. First "
    "scale, then shift: weight * x_hat + bias.",
)
add(
    "variance in one pass",
    "OnePass",
    "E[x^2] - E[x]^2 subtracts two large numbers that agree in most digits, and with a "
    "mean of 10 million little more than rounding is left. Subtract the mean first, "
    "then square; `x.var` does.",
    shows=only_in("a mean of 10 million"),
)
add(
    "the input changed in place",
    "ChangesInput",
    "y is right, but x is not what it was, and a skip connection around this layer "
    "would get other numbers. Write `x = x - mean`, which makes a new tensor, for "
    "`x -= mean`.",
    shows=only("batch 1 afterwards"),
)
add(
    "statistics shared by all layers",
    "Shared",
    "Training one layer changes the running statistics of another: they share a "
    "tensor, made on the class, outside it, or as a default argument. Make it in "
    "`__init__`, for each layer anew.",
    shows=lambda wrong: (
        {case for case, _ in wrong} == {"two layers"}
        and {value for _, value in wrong} <= {"running_mean", "running_var"}
    ),
)
