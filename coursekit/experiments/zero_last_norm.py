r"""Zero the weight of each branch's last norm: where it helps, and where it does not.

A block whose branch ends in a norm of weight 0 starts as a block without a branch.
Shallow and deep nets are trained from both starts, for the same number of updates.

Source: Goyal et al., "Accurate, Large Minibatch SGD", 2017, arXiv:1706.02677, Section
5.1, who start the last norm of every residual block of a ResNet-50 at 0.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import (
    Split,
    digits,
    seeded,
    train_together,
    training_loss,
)
from coursekit.nets import ResidualNet

#: the last norm's weight starts at 1, or at 0
STARTS = ("he", "zero-last")


@dataclass(frozen=True)
class Config:
    """Post-activation residual nets with batch norm on the digits."""

    depths: tuple[int, ...] = (2, 24)
    starts: tuple[str, ...] = STARTS
    width: int = 64
    steps: int = 80
    batch_size: int = 64
    lr: float = 0.02
    momentum: float = 0.9
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Training losses in nats, shape (depths, starts, seeds)."""

    depths: np.ndarray
    starts: tuple[str, ...]
    losses: np.ndarray

    def of(self, depth: int, start: str) -> np.ndarray:
        """Return the losses of one depth and start, shape (seeds,)."""
        return self.losses[list(self.depths).index(depth), self.starts.index(start)]


def new_net(config: Config, *, depth: int, start: str, seed: int) -> ResidualNet:
    """Return a net as it is before training.

    Raises
    ------
    ValueError
        If ``start`` is not one of `STARTS`, or ``depth`` is below 1.
    """
    one_of("zero_last_norm.run", "start", start, STARTS)
    at_least("zero_last_norm.run", "depth", depth, 1)
    return ResidualNet(
        64,
        10,
        depth=depth,
        width=config.width,
        norm=nn.BatchNorm1d,
        init=start,
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)


def losses_of(config: Config, data: Split, *, depth: int) -> np.ndarray:
    """Train a net from every start for every seed; return their losses.

    All have the same layers, so they train at once. Shape (starts, seeds).
    """
    pairs = [(start, seed) for start in config.starts for seed in config.seeds]
    nets = [new_net(config, depth=depth, start=start, seed=s) for start, s in pairs]
    train_together(
        nets,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        momentum=config.momentum,
        generators=seeded(seed for _, seed in pairs),
    )
    losses = np.array([training_loss(net, data) for net in nets])
    return losses.reshape(len(config.starts), len(config.seeds))


def run(config: Config) -> Result:
    """Train a net for every depth, start and seed, behind a progress bar."""
    data = digits(config.device)
    losses = [
        losses_of(config, data, depth=depth)
        for depth in tqdm(config.depths, desc="depths", leave=False)
    ]
    return Result(np.array(config.depths), config.starts, np.array(losses))
