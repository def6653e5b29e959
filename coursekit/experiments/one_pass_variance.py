r"""Two ways to compute a variance that algebra calls equal and float32 does not.

``E[x**2] - E[x]**2`` subtracts two large numbers that agree in most of their digits;
``E[(x - E[x])**2]`` subtracts first. Both are held against float64.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Config:
    """Normal vectors of variance 1 (no unit), moved by each of ``offsets``."""

    vectors: int = 32
    d: int = 256
    offsets: tuple[float, ...] = (0.0, 1e1, 1e2, 1e3, 1e4, 1e5)
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """Variances, no unit: ``offsets`` (offsets,), the others (offsets, vectors)."""

    offsets: np.ndarray
    exact: np.ndarray
    two_pass: np.ndarray
    one_pass: np.ndarray

    def worst_error(self, formula: str) -> np.ndarray:
        """Return the largest error of "one_pass" or "two_pass", shape (offsets,)."""
        return np.abs(getattr(self, formula) - self.exact).max(axis=1)


def one_pass(x: np.ndarray) -> np.ndarray:
    """Return ``E[x**2] - E[x]**2`` over the last axis, in the dtype of ``x``.

    Examples
    --------
    >>> float(one_pass(np.array([1.0, 3.0])))
    1.0
    """
    return np.square(x).mean(-1) - np.square(x.mean(-1))


def two_pass(x: np.ndarray) -> np.ndarray:
    """Return ``E[(x - E[x])**2]`` over the last axis, in the dtype of ``x``.

    Examples
    --------
    >>> float(two_pass(np.array([1.0, 3.0])))
    1.0
    """
    return np.square(x - x.mean(-1, keepdims=True)).mean(-1)


def run(config: Config) -> Result:
    """Compute both variances in float32 at every offset, and the exact one in float64.

    The exact value is that of the float32 numbers: what storing them cost is not
    counted against either formula.
    """
    offsets = np.array(config.offsets)
    noise = np.random.default_rng(config.seed).normal(size=(config.vectors, config.d))
    stored = (offsets[:, None, None] + noise).astype(np.float32)
    return Result(
        offsets=offsets,
        exact=stored.astype(np.float64).var(-1),
        two_pass=two_pass(stored),
        one_pass=one_pass(stored),
    )
