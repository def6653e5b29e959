r"""One trained batch norm net, asked in training mode and in evaluation mode.

In training mode each answer depends on the other images of its batch: on how many there
are, and on which. Wu, Johnson, "Rethinking 'Batch' in BatchNorm", 2021,
arXiv:2105.07576, study both at scale.
"""

import copy
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, digits, train
from coursekit.nets import PlainNet

ORDERS = ("shuffled", "sorted by class")


@dataclass(frozen=True)
class Training:
    """How the net is made; SGD with momentum."""

    depth: int = 3
    width: int = 64
    steps: int = 400
    batch_size: int = 32
    lr: float = 0.05
    momentum: float = 0.9


@dataclass(frozen=True)
class Config:
    """One net a seed, asked with batches of each size (images)."""

    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 50, 100, 250)
    seeds: tuple[int, ...] = (0, 1, 2)
    training: Training = field(default_factory=Training)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Test accuracies between 0 and 1.

    Attributes
    ----------
    batch_sizes : ndarray of shape (sizes,)
        Images.
    evaluation : ndarray of shape (seeds,)
        In evaluation mode, where batches do not matter.
    training : dict of str to ndarray of shape (sizes, seeds)
        In training mode, for both `ORDERS`.
    """

    batch_sizes: np.ndarray
    evaluation: np.ndarray
    training: dict[str, np.ndarray]

    def median(self, order: str, batch_size: int) -> float:
        """Return the median over seeds in training mode."""
        row = list(self.batch_sizes).index(batch_size)
        return float(np.median(self.training[order][row]))


@lru_cache(maxsize=8)
def trained_net(training: Training, seed: int, device: str = "cpu") -> PlainNet:
    """Return a net in evaluation mode; the same object each time, so never change it.

    `answers` works on a copy: a forward pass in training mode moves the running
    statistics.
    """
    net = PlainNet(
        64,
        10,
        depth=training.depth,
        width=training.width,
        norm=nn.BatchNorm1d,
        generator=torch.Generator().manual_seed(seed),
    ).to(device)
    train(
        net,
        digits(device),
        steps=training.steps,
        batch_size=training.batch_size,
        lr=training.lr,
        momentum=training.momentum,
        generator=torch.Generator().manual_seed(seed),
    )
    return net


def order_of(labels: Tensor, order: str, *, seed: int = 0) -> Tensor:
    """Return the numbers of the images in the order in which batches take them.

    Examples
    --------
    >>> order_of(torch.tensor([1, 0, 1, 0]), "sorted by class")
    tensor([1, 3, 0, 2])
    """
    one_of("order_of", "order", order, ORDERS)
    if order == "sorted by class":
        return torch.argsort(labels, stable=True)
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(len(labels), generator=generator).to(labels.device)


@torch.no_grad()
def answers(
    net: nn.Module, x: Tensor, order: Tensor, *, batch_size: int, training: bool
) -> Tensor:
    """Return the digit that a copy of ``net`` answers for each image.

    Parameters
    ----------
    net : nn.Module
        From (N, 64) to (N, 10).
    x : Tensor of shape (N, 64)
        The images.
    order : Tensor of shape (N,)
        The images that share a batch are neighbours here.
    batch_size : int
        Images; at least 2.
    training : bool
        The mode of the copy.

    Returns
    -------
    Tensor of shape (N,)
        int64, in the order of ``x``.

    Raises
    ------
    ValueError
        If a batch has fewer than two images.
    """
    at_least("answers", "batch_size", batch_size, 2)
    parts = order.split(batch_size)
    at_least("answers", "the last batch", len(parts[-1]), 2)
    asked = copy.deepcopy(net).train(training)
    found = torch.empty(len(x), dtype=torch.int64, device=x.device)
    for part in parts:
        found[part] = asked(x[part]).argmax(dim=1)
    return found


def one_accuracy(
    net: nn.Module, data: Split, order: str, *, seed: int, **how: int | bool
) -> float:
    """Return the share of right answers on the test part; ``how`` as in `answers`."""
    numbers = order_of(data.test_y, order, seed=seed)
    right = answers(net, data.test_x, numbers, **how) == data.test_y
    return float(right.float().mean())


def run(config: Config) -> Result:
    """Train one net a seed and ask it in both modes and both orders."""
    data, shape = digits(config.device), (len(config.batch_sizes), len(config.seeds))
    evaluation = np.zeros(len(config.seeds))
    training = {order: np.zeros(shape) for order in ORDERS}
    for column, seed in enumerate(config.seeds):
        net = trained_net(config.training, seed, config.device)
        evaluation[column] = one_accuracy(
            net,
            data,
            "shuffled",
            seed=seed,
            batch_size=len(data.test_x),
            training=False,
        )
        for order, found in training.items():
            for row, size in enumerate(config.batch_sizes):
                found[row, column] = one_accuracy(
                    net, data, order, seed=seed, batch_size=size, training=True
                )
    return Result(np.array(config.batch_sizes), evaluation, training)
