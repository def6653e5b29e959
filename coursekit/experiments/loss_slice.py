r"""The loss along a straight line against the gradient, with and without batch norm.

Two nets train side by side. At a few moments the loss of the present batch is taken
along the line that a step of gradient descent would follow, from no step to a huge one.

Source: as `coursekit.experiments.loss_variation`, Santurkar, Tsipras, Ilyas, Madry,
"How Does Batch Normalization Help Optimization?", 2018, arXiv:1805.11604.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from coursekit.experiments import loss_variation
from coursekit.experiments.checks import at_least


@dataclass(frozen=True)
class Config:
    """``moments`` are updates done before a slice; steps of 0 to ``longest``."""

    norms: tuple[str, ...] = tuple(loss_variation.NORMS)
    moments: tuple[int, ...] = (0, 10, 40, 160)
    points: int = 70
    shortest: float = 1e-3
    longest: float = 13.0
    lr: float = 0.1
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Slices through the loss.

    Attributes
    ----------
    norms, moments : tuple
        Of the first two axes.
    lengths : ndarray of shape (points + 1,)
        Steps, as factors on the gradient; the first is 0.
    losses : ndarray of shape (norms, moments, points + 1)
        Cross-entropy (nats) of the batch after such a step; infinite where it
        overflows.
    slopes : ndarray of shape (norms, moments)
        Squared length of the gradient: by how much the loss would fall in a step of
        length 1 if it were a straight line.
    """

    norms: tuple[str, ...]
    moments: tuple[int, ...]
    lengths: np.ndarray
    losses: np.ndarray
    slopes: np.ndarray

    def loss(self, norm: str, moment: int, length: float | np.ndarray) -> np.ndarray:
        """Return the loss (nats) after steps of a length, between points linear."""
        place = self.norms.index(norm), self.moments.index(moment)
        return np.interp(length, self.lengths, self.losses[place])

    def promise(self, norm: str, moment: int, length: float | np.ndarray) -> np.ndarray:
        """Return the loss (nats) that the gradient promises: a straight line."""
        place = self.norms.index(norm), self.moments.index(moment)
        return self.losses[place][0] - np.asarray(length) * self.slopes[place]


def one_slice(at: loss_variation.Position, lengths: np.ndarray) -> np.ndarray:
    """Return the loss of the batch after a step of every length; the net stays."""
    start, found = at.values.clone(), []
    with torch.no_grad():
        for length in lengths:
            at.values.copy_(start - float(length) * at.gradient)
            loss = nn.functional.cross_entropy(at.net(at.x), at.y)
            found.append(float(loss))
    at.values.copy_(start)
    return np.nan_to_num(found, nan=np.inf, posinf=np.inf)


def run(config: Config) -> Result:
    """Train a net for every norm and cut its loss at every moment.

    Raises
    ------
    ValueError
        If ``points`` is below 2 or ``shortest`` not above 0.
    """
    at_least("loss_slice.run", "points", config.points, 2)
    at_least("loss_slice.run", "shortest", config.shortest, 1e-12)
    logs = np.log10([config.shortest, config.longest])
    lengths = np.concatenate([[0.0], np.logspace(*logs, config.points)])
    training = loss_variation.Config(
        lr=config.lr, steps=max(config.moments) + 1, device=config.device
    )
    losses, slopes = [], []
    for norm in config.norms:
        for at in loss_variation.positions(training, norm=norm, seed=config.seed):
            if at.step in config.moments:
                losses.append(one_slice(at, lengths))
                slopes.append(float(at.gradient.square().sum()))
    shape = len(config.norms), len(config.moments)
    moments = tuple(sorted(config.moments))
    return Result(
        norms=config.norms,
        moments=moments,
        lengths=lengths,
        losses=np.array(losses).reshape(*shape, -1),
        slopes=np.array(slopes).reshape(shape),
    )
