"""Whether what one row of a batch becomes depends on the other rows.

One row is replaced, once by large numbers and once by NaN, and every row of the output
is compared with what it was. Layer norm and batch norm (in training) run side by side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import at_least
from coursekit.reference import RunningStats, batch_norm_forward, layer_norm_forward


@dataclass(frozen=True)
class Config:
    """``n`` normal rows of ``d`` features; row ``touched`` gets large entries."""

    n: int = 64
    d: int = 32
    touched: int = 20
    factor: float = 10.0
    seed: int = 0


@dataclass(frozen=True)
class Change:
    """What one norm did; no units.

    Attributes
    ----------
    per_row : ndarray of shape (n,)
        Largest change of an output in each row, when the touched row was replaced.
    alone : float
        Largest difference between the touched row's output in the batch and alone;
        NaN where a batch of one is refused.
    nan_rows : int
        Rows with a NaN in the output, when the touched row is NaN.
    """

    per_row: np.ndarray
    alone: float
    nan_rows: int


@dataclass(frozen=True)
class Result:
    """The same touch under both norms."""

    touched: int
    layer: Change
    batch: Change


def layer_norm(x: np.ndarray) -> np.ndarray:
    """Return layer norm of ``x`` of shape (n, d), with gamma 1 and beta 0."""
    d = x.shape[-1]
    return layer_norm_forward(x, np.ones(d), np.zeros(d))[0]


def batch_norm(x: np.ndarray) -> np.ndarray:
    """Return batch norm in training of ``x`` of shape (n, d), gamma 1 and beta 0."""
    ones, zeros = np.ones(x.shape[-1]), np.zeros(x.shape[-1])
    running = RunningStats(zeros, ones)
    return batch_norm_forward(x, ones, zeros, running, training=True)[0]


def one_change(
    norm: Callable[[np.ndarray], np.ndarray], x: np.ndarray, config: Config
) -> Change:
    """Touch one row of ``x`` of shape (n, d) and see which outputs of ``norm`` move."""
    row, before = config.touched, norm(x)
    poked, broken = x.copy(), x.copy()
    poked[row] = config.factor * np.linspace(-1, 1, config.d)
    broken[row] = np.nan
    try:
        alone = float(np.abs(norm(x[row : row + 1]) - before[row]).max())
    except ValueError:  # batch norm refuses a batch of one, as torch does
        alone = float("nan")
    return Change(
        per_row=np.abs(norm(poked) - before).max(axis=1),
        alone=alone,
        nan_rows=int(np.isnan(norm(broken)).any(axis=1).sum()),
    )


def run(
    config: Config,
    norms: Mapping[str, Callable[[np.ndarray], np.ndarray]] | None = None,
) -> Result:
    """Touch the same row under both norms; ``norms`` may replace "layer" or "batch".

    Raises
    ------
    ValueError
        If the touched row is not one of the ``n``.
    """
    at_least("batch_independence.run", "touched", config.touched, 0)
    at_least("batch_independence.run", "n", config.n, config.touched + 1)
    x = np.random.default_rng(config.seed).normal(size=(config.n, config.d))
    chosen = {"layer": layer_norm, "batch": batch_norm, **(norms or {})}
    return Result(
        touched=config.touched,
        layer=one_change(chosen["layer"], x, config),
        batch=one_change(chosen["batch"], x, config),
    )
