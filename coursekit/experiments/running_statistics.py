r"""What batch norm remembers, batch after batch.

``new = (1 - m) old + m batch``, started at 0 for the mean and at 1 for the variance.
The variance of a batch is remembered once as it is (biased, divided by n) and once
divided by n - 1. Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167,
Algorithm 2, step 10, remembers the second.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.one_pass_variance import one_pass, two_pass

#: name: (features, samples) -> the biased variance of each feature
FORMULAS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "two_pass": two_pass,
    "one_pass": one_pass,
}


@dataclass(frozen=True)
class Config:
    """Normal data of one mean and std (no unit), many features side by side."""

    mean: float = 5.0
    std: float = 2.0
    batch_size: int = 16
    batches: int = 60
    features: int = 100
    momentum: float = 0.1
    formula: str = "two_pass"
    dtype: str = "float64"
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """Running statistics after 0, 1, 2, ... batches: shape (batches + 1, features).

    ``means`` in the unit of the data; ``variances``, fed with the unbiased variance,
    and ``biased``, fed with the biased one, in that unit squared.
    """

    means: np.ndarray
    variances: np.ndarray
    biased: np.ndarray


def remember(old: np.ndarray, batch: np.ndarray, momentum: float) -> np.ndarray:
    """Return ``(1 - momentum) * old + momentum * batch``.

    Examples
    --------
    >>> remember(np.zeros(1), np.array([5.0]), 0.1)
    array([0.5])
    """
    return (1 - momentum) * old + momentum * batch


def run(config: Config) -> Result:
    """Draw the batches in ``dtype`` and remember their statistics.

    Raises
    ------
    ValueError
        If the formula is unknown, or a batch has fewer than two samples.
    """
    one_of("running_statistics.run", "formula", config.formula, FORMULAS)
    n = config.batch_size
    at_least("running_statistics.run", "batch_size", n, 2)
    rng = np.random.default_rng(config.seed)
    variance_of = FORMULAS[config.formula]
    ones = np.ones(config.features, dtype=config.dtype)
    means, variances, biased = [0 * ones], [ones], [ones]
    for _ in range(config.batches):
        x = rng.normal(config.mean, config.std, size=(config.features, n))
        x = x.astype(config.dtype)
        var = variance_of(x)
        means.append(remember(means[-1], x.mean(-1), config.momentum))
        unbiased = var * (n / (n - 1))
        variances.append(remember(variances[-1], unbiased, config.momentum))
        biased.append(remember(biased[-1], var, config.momentum))
    return Result(np.stack(means), np.stack(variances), np.stack(biased))
