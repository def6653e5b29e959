"""A wrong y: what people average over, subtract and divide by instead."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def moments(x: Any) -> tuple:
    """Return mean and variance of each feature over the batch, divided by N."""
    return x.mean(0), x.var(0)


def inv_std(var: Any, eps: float) -> Any:
    """Return what the centred x is multiplied by."""
    return 1 / np.sqrt(var + eps)


def affine(x_hat: Any, gamma: Any, beta: Any) -> Any:
    """Scale and shift."""
    return gamma * x_hat + beta


def moved(running: Any, mean: Any, var: Any, momentum: float) -> tuple:
    """Return the running statistics, moved towards those of a batch."""
    old_mean, old_var = running
    return (
        (1 - momentum) * old_mean + momentum * mean,
        (1 - momentum) * old_var + momentum * var,
    )


def unbiased(x: Any) -> Any:
    """Return the variance divided by N - 1: the one that is remembered."""
    return x.var(0) * len(x) / (len(x) - 1)


def made(
    *,
    moments: Callable = moments,
    inv_std: Callable = inv_std,
    affine: Callable = affine,
    centred: Callable = lambda x, mean: x - mean,
    remember: Callable | None = None,
    evaluate: Callable | None = None,
    defaults: tuple[float, float] = (0.1, 1e-5),
) -> Callable:
    """Return batch norm with some of its parts replaced.

    ``remember`` takes (running, x, momentum) and returns the new pair; ``evaluate``
    takes (x, running, eps) and returns x_hat.
    """
    first, second = defaults

    def batch_norm(
        x, gamma, beta, running, *, training, momentum=first, eps=second
    ) -> tuple:
        if training:
            if len(x) < 2:
                raise ValueError("one sample has no variance")
            mean, var = moments(x)
            x_hat = centred(x, mean) * inv_std(var, eps)
            if remember is None:
                count = len(x) / (len(x) - 1)
                running = moved(running, mean, var * count, momentum)
            else:
                running = remember(running, x, momentum)
        elif evaluate is None:
            mean, var = running
            x_hat = centred(x, mean) * inv_std(var, eps)
        else:
            x_hat = evaluate(x, running, eps)
        return affine(x_hat, gamma, beta), running

    return batch_norm


def remembered(running: Any, x: Any, momentum: float) -> tuple:
    """Return the new pair as it should be, whatever y is made of."""
    return moved(running, x.mean(0), unbiased(x), momentum)


def own_x_hat(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return the answer's y before gamma and beta."""
    y = values["y"] if inputs["training"] else values["y in evaluation"]
    return (y - inputs["beta"]) / inputs["gamma"]


def mean_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which mean the answer's first feature has."""
    mean = own_x_hat(inputs, got)[:, 0].mean()
    return f"before gamma and beta your first feature has mean {mean:.3f}, not 0"


def _divisor(inputs: Mapping, got: Mapping) -> tuple[float, float]:
    """Return what the answer divides its first feature by, and the right variance."""
    x = inputs["x"][:, 0]
    mean, var = x.mean(), x.var()
    if not inputs["training"]:
        mean, var = inputs["mean"][0], inputs["var"][0]
    at = np.abs(x - mean).argmax()
    return (x - mean)[at] / own_x_hat(inputs, got)[at, 0], var


def divisor_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by what the answer divided its first feature, and what stands there."""
    divisor, var = _divisor(inputs, got)
    right = np.sqrt(var + inputs.get("eps", 1e-5))
    return (
        f"you divide your first feature by {divisor:.3f}; its variance is {var:.3f}, "
        f"and sqrt(var + eps) = {right:.3f}"
    )


def variance_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the variance that was used relates to the right one."""
    divisor, var = _divisor(inputs, got)
    ratio, n = (divisor**2 - inputs.get("eps", 1e-5)) / var, len(inputs["x"])
    return (
        f"with N = {n} your variance is {ratio:.3f} = {n}/{n - 1} times the right "
        f"one, and without eps every std would be {np.sqrt((n - 1) / n):.3f}, not 1"
    )


MISTAKES.add(
    "variance divided by N - 1",
    "You normalize with the sample variance (`ddof=1`, torch's default for `var`). "
    "The batch is all there is to be normalized, so y is made with the variance "
    "divided by N. N - 1 belongs to the running variance alone.",
    evidence=variance_shown,
)(made(moments=lambda x: (x.mean(0), unbiased(x)), remember=remembered))

MISTAKES.add(
    "eps outside the root",
    "You divide by sqrt(var) + eps; batch norm divides by sqrt(var + eps). Outside the "
    "root eps protects the division but not the derivative of the root, and a constant "
    "feature gets NaN as its gradient. Add eps to the variance.",
    evidence=divisor_shown,
)(made(inv_std=lambda var, eps: 1 / (np.sqrt(var) + eps)))

MISTAKES.add(
    "eps outside the root in evaluation",
    "In training you divide by sqrt(var + eps), in evaluation by sqrt(var) + eps. A "
    "trained net would meet two slightly different layers. Run both modes through the "
    "same line.",
    evidence=divisor_shown,
)(made(evaluate=lambda x, running, eps: (x - running[0]) / (running[1] ** 0.5 + eps)))

MISTAKES.add(
    "eps left out",
    "eps is an argument, but the formula does not use it. Without it a constant "
    "feature is 0 divided by 0. Add it to the variance, under the root.",
    evidence=divisor_shown,
)(made(inv_std=lambda var, eps: 1 / np.sqrt(var)))

MISTAKES.add(
    "eps left out in evaluation",
    "In training eps is added to the variance, in evaluation it is not. Then the layer "
    "that was trained is not the one that is used. Run both modes through the same "
    "line.",
    evidence=divisor_shown,
)(made(evaluate=lambda x, running, eps: (x - running[0]) / np.sqrt(running[1])))

MISTAKES.add(
    "divided by the variance",
    "You divide by var + eps; the root is missing. A variance has the unit of x "
    "squared, so the result would not be free of units. Divide by sqrt(var + eps).",
    evidence=divisor_shown,
)(made(inv_std=lambda var, eps: 1 / (var + eps)))

MISTAKES.add(
    "running variance taken for a standard deviation",
    "In evaluation you divide by the running variance itself, as if it were a standard "
    "deviation. What is remembered is a variance. Add eps and take the root.",
    evidence=divisor_shown,
)(made(evaluate=lambda x, running, eps: (x - running[0]) / (running[1] + eps)))

MISTAKES.add(
    "statistics over the features",
    "You took mean and variance along axis 1, across the features of one sample: that "
    "is layer norm. Batch norm looks at one feature at a time, over all samples. Use "
    "`axis=0`.",
    evidence=mean_shown,
)(made(moments=lambda x: (x.mean(1, keepdims=True), x.var(1, keepdims=True))))

MISTAKES.add(
    "statistics over the features, lined up with them",
    "`x.mean(1)` gives one number for each of the N samples. It fits (N, D) only when "
    "N = D, and then it is subtracted along the wrong axis. Batch norm needs one "
    "number for each feature: `axis=0`.",
)(made(moments=lambda x: (x.mean(1), x.var(1))))

MISTAKES.add(
    "one mean for everything",
    "`x.mean()` without an axis gives one number for the whole batch, so the features "
    "influence each other. Each feature needs its own mean and variance: `axis=0`.",
    evidence=mean_shown,
)(made(moments=lambda x: (x.mean(), x.var())))

MISTAKES.add(
    "sums divided by the number of features",
    "You sum over the samples and divide by D, the number of features. That is right "
    "only when N = D. A feature has N values in the batch: divide by `len(x)`.",
    evidence=mean_shown,
)(
    made(
        moments=lambda x: (
            x.sum(0) / x.shape[1],
            np.square(x - x.sum(0) / x.shape[1]).sum(0) / x.shape[1],
        )
    )
)

MISTAKES.add(
    "mean not subtracted",
    "The variance is right, but x itself is scaled without taking the mean away. Write "
    "(x - mean) / sqrt(var + eps).",
    evidence=mean_shown,
)(made(centred=lambda x, mean: x))

MISTAKES.add(
    "root of the mean square",
    "You divide x by the root of its mean square and subtract no mean. That is RMS "
    "norm with the axis of batch norm. Take the mean away first, from x and inside the "
    "variance.",
    evidence=mean_shown,
)(
    made(
        moments=lambda x: (x.mean(0), np.square(x).mean(0)),
        centred=lambda x, mean: x,
    )
)

MISTAKES.add(
    "variance around 0",
    "You subtract the mean from x, but what you divide by is the root of the mean of "
    "x squared. The variance is the mean of (x - mean) squared: centre first, then "
    "square.",
    evidence=divisor_shown,
)(made(moments=lambda x: (x.mean(0), np.square(x).mean(0))))

MISTAKES.add(
    "gamma and beta left out",
    "y is the normalized x itself; gamma and beta are not used. Return "
    "gamma * x_hat + beta, in both modes.",
)(made(affine=lambda x_hat, gamma, beta: x_hat))

MISTAKES.add(
    "gamma and beta left out in evaluation",
    "Training scales by gamma and shifts by beta, evaluation does not. What was "
    "learned must be used: end both modes with the same line.",
)(
    lambda x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5: made(
        affine=affine if training else lambda x_hat, gamma, beta: x_hat
    )(x, gamma, beta, running, training=training, momentum=momentum, eps=eps)
)

MISTAKES.add(
    "beta left out",
    "y is gamma * x_hat: the shift is missing. Add beta after scaling.",
)(made(affine=lambda x_hat, gamma, beta: gamma * x_hat))

MISTAKES.add(
    "beta scaled by gamma",
    "You wrote gamma * (x_hat + beta), so that beta is multiplied by gamma too. First "
    "scale, then shift: gamma * x_hat + beta.",
)(made(affine=lambda x_hat, gamma, beta: gamma * (x_hat + beta)))

MISTAKES.add(
    "gamma and beta exchanged",
    "You multiply by beta and add gamma. gamma is the scale and beta the shift: "
    "gamma * x_hat + beta.",
)(made(affine=lambda x_hat, gamma, beta: beta * x_hat + gamma))
