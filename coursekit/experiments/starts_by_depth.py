r"""What the start of the branches does to training, by depth, with and without norms.

Without a norm and without a factor the trunk of a residual net has variance
:math:`2^L` at the start; "scaled" multiplies each branch by :math:`1/\sqrt L`; "zero"
starts the last linear layer of each branch at zero (Zhang, Dauphin, Ma, 2019,
arXiv:1901.09321; with a norm in the branch as in De, Smith, 2020, arXiv:2002.10444).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.together import alike
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
    training_loss,
)
from coursekit.nets import ResidualNet

#: start: what `ResidualNet` is given, by depth; torch's own batch norm runs fused
STARTS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "he": lambda depth: {},
    "scaled": lambda depth: {"scale": depth**-0.5},
    "zero": lambda depth: {"init": "zero-last"},
    "batch norm, he": lambda depth: {"norm": nn.BatchNorm1d},
    "batch norm, zero": lambda depth: {"norm": nn.BatchNorm1d, "init": "zero-last"},
}


@dataclass(frozen=True)
class Config:
    """Pre-activation residual nets on the digits, SGD with momentum."""

    starts: tuple[str, ...] = ("he", "scaled", "zero")
    depths: tuple[int, ...] = (2, 8, 20)
    width: int = 64
    steps: int = 100
    batch_size: int = 64
    lr: float = 0.02
    momentum: float = 0.9
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Both measures have shape (starts, depths, seeds).

    ``losses`` is the mean cross-entropy on the training part (nats, NaN where the net
    has diverged), ``accuracies`` the share of right answers on the test part.
    """

    starts: tuple[str, ...]
    depths: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray

    def at(self, what: str, start: str, depth: int) -> np.ndarray:
        """Return "losses" or "accuracies" of one start and depth, shape (seeds,)."""
        place = self.starts.index(start), self.depths.tolist().index(depth)
        return getattr(self, what)[place]

    def diverged(self, start: str, depth: int) -> int:
        """Count the seeds whose loss is no finite number any more."""
        return int((~np.isfinite(self.at("losses", start, depth))).sum())


def build(config: Config, *, start: str, depth: int, seed: int) -> ResidualNet:
    """Return the untrained net of one start, from 64 pixels to 10 digits.

    Raises
    ------
    ValueError
        If ``start`` is not one of `STARTS`, or ``depth`` is below 1.
    """
    one_of("starts_by_depth.run", "start", start, STARTS)
    at_least("starts_by_depth.run", "depth", depth, 1)
    return ResidualNet(
        64,
        10,
        depth=depth,
        width=config.width,
        mode="pre",
        generator=torch.Generator().manual_seed(seed),
        **STARTS[start](depth),
    )


def of_depth(config: Config, data: Split, *, depth: int) -> np.ndarray:
    """Train a net from every start for every seed.

    Returns
    -------
    ndarray of shape (2, starts, seeds)
        Training losses and test accuracies.
    """
    pairs = [(start, seed) for start in config.starts for seed in config.seeds]
    nets = [
        build(config, start=start, depth=depth, seed=seed).to(config.device)
        for start, seed in pairs
    ]
    for places in alike(nets):
        train_together(
            [nets[place] for place in places],
            data,
            steps=config.steps,
            batch_size=config.batch_size,
            lr=config.lr,
            momentum=config.momentum,
            generators=seeded(pairs[place][1] for place in places),
        )
    found = np.array([(training_loss(net, data), accuracy(net, data)) for net in nets])
    return found.T.reshape(2, len(config.starts), len(config.seeds))


def run(config: Config) -> Result:
    """Train a net for every start, depth and seed, behind a progress bar."""
    data = digits(config.device)
    found = [
        of_depth(config, data, depth=depth)
        for depth in tqdm(config.depths, desc="depths", leave=False)
    ]
    losses, accuracies = np.stack(found, axis=2)
    return Result(config.starts, np.array(config.depths), losses, accuracies)
