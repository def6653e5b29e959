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
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import batches, digits
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

    ``net`` is the net itself, ``x`` (N, 64) and ``y`` (N,) the batch, ``loss`` (nats)
    and ``gradient`` (one tensor a parameter) what the batch says there.
    """

    step: int
    net: nn.Module
    x: Tensor
    y: Tensor
    loss: float
    gradient: list[Tensor]


def loss_and_gradient(
    net: nn.Module, x: Tensor, y: Tensor
) -> tuple[float, list[Tensor]]:
    """Return the cross-entropy (nats) on a batch and its gradient, in training mode."""
    loss = nn.functional.cross_entropy(net(x), y)
    return float(loss.detach()), list(torch.autograd.grad(loss, [*net.parameters()]))


@torch.no_grad()
def move(
    net: nn.Module, start: Sequence[Tensor], along: Sequence[Tensor], by: float
) -> None:
    """Set the parameters of ``net`` to ``start - by * along``."""
    for parameter, origin, direction in zip(
        net.parameters(), start, along, strict=True
    ):
        parameter.copy_(origin - by * direction)


def probe(
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    gradient: Sequence[Tensor],
    lengths: Sequence[float],
) -> list[tuple[float, float]]:
    """Walk against the gradient and come back; return loss and change of gradient.

    Parameters
    ----------
    net : nn.Module
        In training mode; as it was afterwards.
    x, y : Tensor
        The batch.
    gradient : sequence of Tensor
        Of the batch's loss, as `loss_and_gradient` returns it.
    lengths : sequence of float
        How far to go, in units of the gradient.

    Returns
    -------
    list of (float, float)
        For each length the loss (nats) and the length of the gradient's change.
    """
    start, found = [p.detach().clone() for p in net.parameters()], []
    for length in lengths:
        move(net, start, gradient, length)
        loss, there = loss_and_gradient(net, x, y)
        pairs = zip(there, gradient, strict=True)
        change = sum(float((new - old).square().sum()) for new, old in pairs) ** 0.5
        found.append((loss, change))
    move(net, start, gradient, 0.0)
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
    order = batches(
        len(data.train_x),
        batch_size=config.batch_size,
        steps=config.steps,
        generator=torch.Generator().manual_seed(seed),
    )
    for step, batch in enumerate(order):
        x, y = data.train_x[batch], data.train_y[batch]
        loss, gradient = loss_and_gradient(net, x, y)
        yield Position(step, net, x, y, loss, gradient)
        start = [p.detach().clone() for p in net.parameters()]
        move(net, start, gradient, config.lr)


def one_net(config: Config, *, norm: str, seed: int) -> np.ndarray:
    """Train one net and probe on the way: (probes, distances, 2)."""
    lengths = [config.lr * distance for distance in config.distances]
    return np.array(
        [
            probe(at.net, at.x, at.y, at.gradient, lengths)
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
