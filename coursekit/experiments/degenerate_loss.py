r"""A gradient check that everything passes, because the loss has no gradient.

Standardize each column: ``x_hat = (x - mean) / sqrt(var + eps)``. The squares of a
column then sum to ``N * var / (var + eps)``, nearly ``N`` whatever ``x`` is, so their
gradient is nearly zero. Fourth powers depend on ``x``. Three candidates for the
gradient are held against central differences, on both losses.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import at_least
from coursekit.reference import numerical_gradient, relative_error

#: name: (the loss of x_hat, its gradient with respect to x_hat)
LOSSES: dict[str, tuple[Callable, Callable]] = {
    "squares": (lambda x_hat: np.sum(x_hat**2), lambda x_hat: 2 * x_hat),
    "fourth powers": (lambda x_hat: np.sum(x_hat**4), lambda x_hat: 4 * x_hat**3),
}


@dataclass(frozen=True)
class Config:
    """``n`` samples of ``d`` normal features of variance 1; ``eps`` as in the norm."""

    n: int = 16
    d: int = 4
    eps: float = 1e-5
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """What was found for each loss, by name; no unit.

    ``largest``: the largest entry of the true gradient. ``off`` and ``relative``: by
    loss and candidate, the largest difference from it and the relative error.
    """

    largest: dict[str, float]
    off: dict[str, dict[str, float]]
    relative: dict[str, dict[str, float]]


def standardize_columns(x: np.ndarray, eps: float) -> np.ndarray:
    """Return ``x`` of shape (N, d), each column with mean 0 and a variance of nearly 1.

    Examples
    --------
    >>> standardize_columns(np.array([[1.0], [3.0]]), 0.0).ravel()
    array([-1.,  1.])
    """
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def right(x_hat: np.ndarray, inv_std: np.ndarray, dx_hat: np.ndarray) -> np.ndarray:
    """Return the gradient with respect to x; lesson 06 derives it."""
    along = x_hat * (dx_hat * x_hat).mean(axis=0)
    return inv_std * (dx_hat - dx_hat.mean(axis=0) - along)


def forgets_the_mean(
    x_hat: np.ndarray, inv_std: np.ndarray, dx_hat: np.ndarray
) -> np.ndarray:
    """Return what is left when the mean is taken for a constant: wrong."""
    return inv_std * (dx_hat - x_hat * (dx_hat * x_hat).mean(axis=0))


def all_zeros(x_hat: np.ndarray, inv_std: np.ndarray, dx_hat: np.ndarray) -> np.ndarray:
    """Return zeros: wrong, and no work at all."""
    return np.zeros_like(x_hat)


CANDIDATES = {
    "right": right,
    "forgets the mean": forgets_the_mean,
    "all zeros": all_zeros,
}


def run(config: Config) -> Result:
    """Hold every candidate against central differences, on both losses.

    Raises
    ------
    ValueError
        If there are fewer than three samples: two are always standardized to -1 and 1.
    """
    at_least("degenerate_loss", "n", config.n, 3)
    x = np.random.default_rng(config.seed).normal(size=(config.n, config.d))
    x_hat = standardize_columns(x, config.eps)
    inv_std = 1 / np.sqrt(x.var(axis=0) + config.eps)
    result = Result({}, {}, {})
    for name, (loss, slope) in LOSSES.items():
        true = numerical_gradient(
            lambda x, loss=loss: loss(standardize_columns(x, config.eps)), x, df=1.0
        )
        found = {
            who: answer(x_hat, inv_std, slope(x_hat))
            for who, answer in CANDIDATES.items()
        }
        result.largest[name] = float(np.abs(true).max())
        result.off[name] = {w: float(np.abs(g - true).max()) for w, g in found.items()}
        result.relative[name] = {w: relative_error(g, true) for w, g in found.items()}
    return result
