r"""How far the gradient can be trusted: the loss along it, with and without batch norm.

Every few updates the net stops, and walks from where it is against its gradient, half a
learning rate to four of them. On the way the loss of the same batch is recorded, and
how far the gradient there is from the gradient at the start. A smooth loss varies
little and has a gradient that holds.

Source: Santurkar, Tsipras, Ilyas, Madry, "How Does Batch Normalization Help
Optimization?", 2018, arXiv:1805.11604, Section 3.1, at the scale of the digits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import batches, digits
from coursekit.experiments.updates import as_vectors
from coursekit.nets import PlainNet

#: torch's own batch norm runs fused; no running statistics, which probing would move
NORMS: Mapping[str, Callable[[int], nn.Module] | None] = {
    "none": None,
    "batch": lambda width: nn.BatchNorm1d(width, track_running_stats=False),
}


@dataclass(frozen=True)
class Config:
    """Plain nets on the digits, SGD; ``distances`` of a probe in learning rates."""

    norms: tuple[str, ...] = tuple(NORMS)
    steps: int = 200
    every: int = 10
    distances: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
    batch_size: int = 128
    lr: float = 0.1
    depth: int = 7
    width: int = 64
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """What the probes found.

    Attributes
    ----------
    norms : tuple of str
        Of the first axis.
    steps : ndarray of shape (probes,)
        Updates done before each probe.
    losses : ndarray of shape (norms, seeds, probes, distances)
        Cross-entropy (nats) of the batch along the way.
    changes : ndarray of shape (norms, seeds, probes, distances)
        Length of (gradient there minus gradient at the start), no unit.
    """

    norms: tuple[str, ...]
    steps: np.ndarray
    losses: np.ndarray
    changes: np.ndarray

    @property
    def variations(self) -> np.ndarray:
        """Return highest minus lowest loss of each probe, (norms, seeds, probes)."""
        return np.ptp(self.losses, axis=-1)

    def variation(self, norm: str) -> float:
        """Return the variation of the loss: mean over probes, median over seeds."""
        row = self.variations[self.norms.index(norm)]
        return float(np.median(row.mean(axis=-1)))

    def change(self, norm: str) -> float:
        """Return the largest change of a probe: mean over probes, median over seeds."""
        row = self.changes[self.norms.index(norm)].max(axis=-1)
        return float(np.median(row.mean(axis=-1)))


class Position(NamedTuple):
    """Where a net stands before an update.

    Attributes
    ----------
    step : int
        Updates done.
    net : nn.Module
        The net itself, in training mode.
    values : Tensor of shape (parameters,)
        Its parameters: who changes the vector moves the net.
    x, y : Tensor of shape (N, 64) and (N,)
        The batch.
    loss : float
        Of the batch, nats.
    gradient : Tensor of shape (parameters,)
        Of this loss.
    """

    step: int
    net: nn.Module
    values: Tensor
    x: Tensor
    y: Tensor
    loss: float
    gradient: Tensor


def loss_and_gradient(net: nn.Module, x: Tensor, y: Tensor) -> tuple[float, Tensor]:
    """Return the cross-entropy (nats) on a batch and its gradient, (parameters,)."""
    loss = nn.functional.cross_entropy(net(x), y)
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    return float(loss.detach()), parameters_to_vector(gradients)


def probe(at: Position, lengths: Sequence[float]) -> list[tuple[float, float]]:
    """Walk from a position against its gradient, and come back.

    Parameters
    ----------
    at : Position
        Its net is afterwards as it was.
    lengths : sequence of float
        How far to go, in units of the gradient.

    Returns
    -------
    list of (float, float)
        For each length the loss (nats) and the length of the gradient's change.
    """
    start, found = at.values.clone(), []
    for length in lengths:
        at.values.copy_(start - length * at.gradient)
        loss, there = loss_and_gradient(at.net, at.x, at.y)
        found.append((loss, float((there - at.gradient).norm())))
    at.values.copy_(start)
    return found


def positions(config: Config, *, norm: str, seed: int) -> Iterator[Position]:
    """Train one net and yield where it stands before every update.

    The net is trained further when the next position is asked for.

    Raises
    ------
    ValueError
        If ``norm`` is not one of `NORMS`, or ``every`` is below 1.
    """
    one_of("loss_variation.run", "norm", norm, NORMS)
    at_least("loss_variation.run", "every", config.every, 1)
    data = digits(config.device)
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=NORMS[norm],
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)
    values, _ = as_vectors(net)
    order = batches(
        len(data.train_x),
        batch_size=config.batch_size,
        steps=config.steps,
        generator=torch.Generator().manual_seed(seed),
    )
    for step, batch in enumerate(order):
        x, y = data.train_x[batch], data.train_y[batch]
        loss, gradient = loss_and_gradient(net, x, y)
        yield Position(step, net, values, x, y, loss, gradient)
        values.sub_(gradient, alpha=config.lr)


def one_net(config: Config, *, norm: str, seed: int) -> np.ndarray:
    """Train one net and probe on the way: (probes, distances, 2)."""
    lengths = [config.lr * distance for distance in config.distances]
    return np.array(
        [
            probe(at, lengths)
            for at in positions(config, norm=norm, seed=seed)
            if at.step % config.every == 0
        ]
    )


def run(config: Config) -> Result:
    """Train and probe a net for every norm and seed, behind a progress bar."""
    pairs = [(norm, seed) for norm in config.norms for seed in config.seeds]
    found = [
        one_net(config, norm=norm, seed=seed)
        for norm, seed in tqdm(pairs, desc="nets", leave=False)
    ]
    shape = len(config.norms), len(config.seeds), *found[0].shape
    losses, changes = np.moveaxis(np.array(found).reshape(shape), -1, 0)
    steps = np.arange(0, config.steps, config.every)
    return Result(config.norms, steps, losses, changes)
