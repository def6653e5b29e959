r"""Training with the norm at several places: Adam with and without warm-up.

The nets are those of `coursekit.experiments.norm_placement`, twelve blocks deep. The
rate is constant, or grows in equal steps to a constant one: warm-up.

Source: Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020,
arXiv:2002.04745, who train Post-LN and Pre-LN Transformers with and without warm-up.
"""

from dataclasses import dataclass

import numpy as np
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least
from coursekit.experiments.norm_placement import new_net
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
    training_loss,
)


@dataclass(frozen=True)
class Config:
    """Twelve blocks and Adam, whose rate reaches ``lr`` after ``warm_up`` updates."""

    placements: tuple[str, ...] = ("post", "pre")
    lr: float = 0.01
    warm_up: int = 0
    depth: int = 12
    width: int = 64
    activation: str = "relu"
    steps: int = 160
    batch_size: int = 64
    every: int = 20
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Losses through training, and accuracies after it.

    Attributes
    ----------
    placements : tuple of str
    steps : ndarray of shape (times,)
        Updates done.
    losses : ndarray of shape (placements, seeds, times)
        Cross-entropy on the training part, nats.
    accuracies : ndarray of shape (placements, seeds)
        On the test part, between 0 and 1.
    """

    placements: tuple[str, ...]
    steps: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray

    def final(self, placement: str) -> np.ndarray:
        """Return the last loss of every seed, shape (seeds,)."""
        return self.losses[self.placements.index(placement), :, -1]


def train_nets(
    config: Config, data: Split, *, placement: str
) -> tuple[np.ndarray, list[float]]:
    """Train a net for every seed; return losses (seeds, times) and accuracies."""
    nets = [
        new_net(
            placement,
            depth=config.depth,
            width=config.width,
            activation=config.activation,
            seed=seed,
        ).to(config.device)
        for seed in config.seeds
    ]
    losses: list[list[float]] = []

    def watch(step: int) -> None:
        if step % config.every == 0:
            losses.append([training_loss(net, data) for net in nets])

    train_together(
        nets,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        warm_up=config.warm_up,
        optimizer="adam",
        generators=seeded(config.seeds),
        watch=watch,
    )
    return np.array(losses).T, [accuracy(net, data) for net in nets]


def run(config: Config) -> Result:
    """Train a net for every placement and seed, behind a progress bar.

    Raises
    ------
    ValueError
        If a placement is unknown, ``every`` is below 1 or ``warm_up`` below 0.
    """
    at_least("norm_placement_training.run", "every", config.every, 1)
    at_least("norm_placement_training.run", "warm_up", config.warm_up, 0)
    data = digits(config.device)
    shape = len(config.placements), len(config.seeds)
    losses = np.zeros((*shape, config.steps // config.every + 1))
    accuracies = np.zeros(shape)
    for row, placement in enumerate(tqdm(config.placements, "placements", leave=False)):
        losses[row], accuracies[row] = train_nets(config, data, placement=placement)
    steps = np.arange(losses.shape[-1]) * config.every
    return Result(config.placements, steps, losses, accuracies)
