r"""Training loss against depth: deeper plain nets train worse, residual ones do not.

The two kinds have exactly the same layers with the same initial weights: blocks of two
times linear, batch norm, ReLU. The residual kind adds the input of each block to what
its second norm puts out. ``depth`` counts the linear layers inside the blocks, so depth
20 is ten blocks (stem and head come on top). Counted this way, and with batches of 100,
the medians over three seeds at depths 4, 12, 20 and 32 come near 0.04, 0.09, 0.6 and
1.4 for plain nets and 0.02, 0.01, 0.01 and 0.04 for residual ones.

Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
arXiv:1512.03385, Figures 1 and 6 and Section 4.1, with convolutional nets on images.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import (
    Split,
    accuracy,
    as_in_training,
    digits,
    seeded,
    train_together,
    training_loss,
)
from coursekit.nets import BlockStack, PlainNet, ResidualNet

#: Linear layers in a block of either kind.
LAYERS = 2
#: kind: (width, blocks, generator) -> net; torch's own batch norm, because it is fast
KINDS: Mapping[str, Callable[[int, int, torch.Generator], BlockStack]] = {
    "plain": lambda width, blocks, generator: PlainNet(
        64,
        10,
        depth=blocks,
        width=width,
        norm=nn.BatchNorm1d,
        layers=LAYERS,
        generator=generator,
    ),
    "residual": lambda width, blocks, generator: ResidualNet(
        64,
        10,
        depth=blocks,
        width=width,
        mode="post",
        norm=nn.BatchNorm1d,
        layers=LAYERS,
        generator=generator,
    ),
}


@dataclass(frozen=True)
class Config:
    """Nets on the digits, trained by SGD with momentum for the same time each."""

    kinds: tuple[str, ...] = ("plain", "residual")
    depths: tuple[int, ...] = (4, 12, 20, 32)
    width: int = 64
    epochs: int = 8
    batch_size: int = 100
    lr: float = 0.02
    momentum: float = 0.9
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Run:
    """One net through training.

    Attributes
    ----------
    loss : float
        Mean cross-entropy on the training digits (nats) after training, in evaluation
        mode.
    curve : ndarray of shape (epochs + 1,)
        The same before training and after each epoch, but in training mode, with the
        statistics of all training digits: in deep nets the running statistics need
        some epochs before they describe the net at all.
    first_gradients : ndarray of shape (epochs,)
        Length of the gradient of the first layer's weights, for the last batch of each
        epoch (nats per unit of weight).
    test_accuracy : float
        After training, between 0 and 1.
    """

    loss: float
    curve: np.ndarray
    first_gradients: np.ndarray
    test_accuracy: float


@dataclass(frozen=True)
class Result:
    """What every net came to.

    Attributes
    ----------
    kinds : tuple of str
        Of the first axis of all arrays.
    depths : ndarray of shape (depths,)
        Linear layers in the blocks.
    losses : ndarray of shape (kinds, depths, seeds)
        Mean cross-entropy (nats) on the training digits after training, in evaluation
        mode.
    curves : ndarray of shape (kinds, depths, seeds, epochs + 1)
        The same before training and after each epoch, in training mode, see `Run`.
    first_gradients : ndarray of shape (kinds, depths, seeds, epochs)
        See `Run`.
    test_accuracies : ndarray of shape (kinds, depths, seeds)
        Between 0 and 1.
    """

    kinds: tuple[str, ...]
    depths: np.ndarray
    losses: np.ndarray
    curves: np.ndarray
    first_gradients: np.ndarray
    test_accuracies: np.ndarray

    def place(self, kind: str, depth: int) -> tuple[int, int]:
        """Return the first two indices of one kind and depth in every array."""
        return self.kinds.index(kind), list(self.depths).index(depth)

    def median(self, kind: str, depth: int) -> float:
        """Return the median over seeds of the final training loss (nats)."""
        return float(np.median(self.losses[self.place(kind, depth)]))


def make_net(kind: str, depth: int, *, width: int, seed: int) -> BlockStack:
    """Return an untrained net with ``depth`` linear layers in its blocks.

    Raises
    ------
    ValueError
        If the kind is unknown, or the depth is not a positive multiple of `LAYERS`.

    Examples
    --------
    >>> [len(make_net(kind, 20, width=8, seed=0).blocks) for kind in KINDS]
    [10, 10]
    """
    one_of("degradation.run", "kind", kind, KINDS)
    at_least("degradation.run", "depth", depth, LAYERS)
    if depth % LAYERS:
        raise ValueError(
            f"degradation.run: depth must be a multiple of {LAYERS}, the layers of a "
            f"block; got {depth}."
        )
    generator = torch.Generator().manual_seed(seed)
    return KINDS[kind](width, depth // LAYERS, generator)


@torch.no_grad()
def loss_in_training_mode(net: nn.Module, data: Split) -> float:
    """Return the loss (nats) on the training part with its own batch statistics.

    One forward pass in training mode that leaves the running statistics alone.
    """
    with as_in_training(net):
        loss = nn.functional.cross_entropy(net(data.train_x), data.train_y)
    return float(loss)


def train_nets(nets: Sequence[BlockStack], config: Config, data: Split) -> list[Run]:
    """Train a net for every seed in place; return what was seen on the way."""
    at_least("degradation.run", "epochs", config.epochs, 1)
    epoch = len(data.train_x) // config.batch_size
    curves, gradients = [], []

    def watch(step: int) -> None:
        if step % epoch:
            return
        curves.append([loss_in_training_mode(net, data) for net in nets])
        if step:  # the gradients of the last batch are still there
            firsts = [net.stem.linear.weight.grad for net in nets]
            gradients.append([float(gradient.norm()) for gradient in firsts])

    train_together(
        nets,
        data,
        steps=config.epochs * epoch,
        batch_size=config.batch_size,
        lr=config.lr,
        momentum=config.momentum,
        generators=seeded(config.seeds),
        watch=watch,
    )
    return [
        Run(
            loss=training_loss(net, data),
            curve=np.array(curve),
            first_gradients=np.array(lengths),
            test_accuracy=accuracy(net, data),
        )
        for net, curve, lengths in zip(
            nets, zip(*curves, strict=True), zip(*gradients, strict=True), strict=True
        )
    ]


def run(config: Config) -> Result:
    """Train a net for every kind, depth and seed, behind a progress bar.

    Raises
    ------
    ValueError
        As `make_net` and `coursekit.experiments.training.train`, and for fewer than
        one epoch.
    """
    shape = len(config.kinds), len(config.depths), len(config.seeds)
    data, runs = digits(config.device), []
    for row, column in tqdm(list(np.ndindex(shape[:2])), desc="nets", leave=False):
        kind, depth = config.kinds[row], config.depths[column]
        nets = [
            make_net(kind, depth, width=config.width, seed=seed).to(config.device)
            for seed in config.seeds
        ]
        runs += train_nets(nets, config, data)

    def collected(name: str) -> np.ndarray:
        values = np.array([getattr(one, name) for one in runs])
        return values.reshape(shape + values.shape[1:])

    return Result(
        kinds=config.kinds,
        depths=np.array(config.depths),
        losses=collected("loss"),
        curves=collected("curve"),
        first_gradients=collected("first_gradients"),
        test_accuracies=collected("test_accuracy"),
    )
