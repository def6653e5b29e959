r"""What the others in a batch do to one sample: its output in training is random.

One value is put into many batches of normal numbers, and batch norm's output for it is
noted each time. To first order that output has the variance ``(1 + x**2 / 2) / n``: the
mean of the batch brings ``1 / n``, its standard deviation ``x**2 / (2 n)``.
"""

from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import at_least
from coursekit.reference import RunningStats, batch_norm_forward


@dataclass(frozen=True)
class Config:
    """The value ``x`` (no unit) among n - 1 numbers of mean 0 and variance 1."""

    x: float = 1.0
    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128)
    batches: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """What batch norm makes of the one value; no units.

    Attributes
    ----------
    batch_sizes : ndarray of shape (sizes,)
        Samples.
    training, evaluation : ndarray of shape (sizes, batches)
        Its output with the batch's statistics, and with those of all numbers.
    """

    batch_sizes: np.ndarray
    training: np.ndarray
    evaluation: np.ndarray

    @property
    def spreads(self) -> np.ndarray:
        """Standard deviation of the training outputs, shape (sizes,)."""
        return self.training.std(axis=1)


def outputs(x: float, mates: np.ndarray, *, training: bool) -> np.ndarray:
    """Return batch norm's output for ``x`` in many batches at once, with eps = 0.

    Parameters
    ----------
    x : float
        The value of the one sample, no unit.
    mates : ndarray of shape (n - 1, batches)
        The others. Each column is a batch of its own: batch norm never mixes columns.
    training : bool
        Whether the statistics come from the batch, or are mean 0 and variance 1.

    Returns
    -------
    ndarray of shape (batches,)
        No unit.

    Examples
    --------
    >>> outputs(1.0, np.array([[3.0, -3.0]]), training=True).round(3)
    array([-1.,  1.])
    """
    count = mates.shape[1]
    batch = np.vstack([np.full(count, x), mates])
    ones, zeros = np.ones(count), np.zeros(count)
    running = RunningStats(mean=zeros, var=ones)
    return batch_norm_forward(batch, ones, zeros, running, training=training, eps=0.0)[
        0
    ][0]


def run(config: Config) -> Result:
    """Put the value into ``batches`` batches of each size; eps is 0.

    Raises
    ------
    ValueError
        If a batch has fewer than two samples.
    """
    rng = np.random.default_rng(config.seed)
    rows: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for size in config.batch_sizes:
        at_least("batch_neighbours.run", "batch_size", size, 2)
        mates = rng.normal(size=(size - 1, config.batches))
        for training, row in rows.items():
            row.append(outputs(config.x, mates, training=training))
    return Result(
        np.array(config.batch_sizes), np.array(rows[True]), np.array(rows[False])
    )
