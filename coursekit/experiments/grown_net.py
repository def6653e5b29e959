r"""Grow a trained net by blocks whose branch is zero, and see whether it still works.

If a block with z = 0 were the identity, a trained net could be made deeper without
changing what it computes, and training could only go on from there: the construction
by which He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
arXiv:1512.03385, Section 1, argue that a deeper net should not have a higher training
error.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least
from coursekit.experiments.training import (
    Split,
    digits,
    seeded,
    train_together,
    training_loss,
)
from coursekit.nets import ResidualBlock, ResidualNet
from coursekit.nets.schemes import zero_last


@dataclass(frozen=True)
class Config:
    """Residual nets on the digits, without norms; Adam.

    ``kinds`` are pairs of mode and activation. After ``steps`` updates ``extra`` blocks
    are added, and after ``more_steps`` further updates the loss is taken again.
    ``bold_lr`` is the rate of one step of plain gradient descent on all data.
    """

    kinds: tuple[tuple[str, str], ...] = (
        ("post", "relu"),
        ("pre", "tanh"),
        ("post", "tanh"),
        ("post", "sigmoid"),
    )
    depth: int = 2
    extra: int = 10
    width: int = 32
    steps: int = 120
    more_steps: int = 40
    batch_size: int = 64
    lr: float = 0.003
    bold_lr: float = 3.0
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Training losses (nats), each of shape (kinds, seeds).

    ``before`` and ``grown``: before and after the blocks were added. ``trained``: after
    more training. ``bold``: the grown net after one gradient step that is too long.
    """

    kinds: tuple[tuple[str, str], ...]
    before: np.ndarray
    grown: np.ndarray
    trained: np.ndarray
    bold: np.ndarray

    def row(self, mode: str, activation: str) -> int:
        """Return where a kind stands."""
        return self.kinds.index((mode, activation))


def grow(net: ResidualNet, config: Config, kind: tuple[str, str], seed: int) -> None:
    """Append blocks with z = 0, in place: drawn weights, but the last layer's are 0."""
    generator = torch.Generator().manual_seed(500 + seed)
    for _ in range(config.extra):
        block = ResidualBlock(
            config.width,
            config.width,
            mode=kind[0],
            activation=kind[1],
            generator=generator,
            device=config.device,
        )
        zero_last(block)
        net.blocks.append(block)


def of_kind(config: Config, data: Split, kind: tuple[str, str]) -> np.ndarray:
    """Train, grow and train a net for every seed.

    Returns
    -------
    ndarray of shape (4, seeds)
        The losses of `Result`.
    """
    nets = [
        ResidualNet(
            64,
            10,
            depth=config.depth,
            width=config.width,
            mode=kind[0],
            activation=kind[1],
            generator=generator,
            device=config.device,
        )
        for generator in seeded(config.seeds)
    ]
    training = partial(
        train_together,
        nets,
        data,
        batch_size=config.batch_size,
        lr=config.lr,
        optimizer="adam",
        generators=seeded(1000 + seed for seed in config.seeds),
    )
    training(steps=config.steps)
    before = [training_loss(net, data) for net in nets]
    for net, seed in zip(nets, config.seeds, strict=True):
        grow(net, config, kind, seed)
    grown = [training_loss(net, data) for net in nets]
    bold = [loss_after_bold_step(net, data, lr=config.bold_lr) for net in nets]
    training(steps=config.more_steps)
    return np.array([before, grown, [training_loss(net, data) for net in nets], bold])


def loss_after_bold_step(net: nn.Module, data: Split, *, lr: float) -> float:
    """Return what one step of gradient descent on the training part would lead to."""
    loss = nn.functional.cross_entropy(net(data.train_x), data.train_y)
    parameters = list(net.parameters())
    gradients = torch.autograd.grad(loss, parameters)
    start = [parameter.detach().clone() for parameter in parameters]
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= lr * gradient
        bold = training_loss(net, data)
        for parameter, value in zip(parameters, start, strict=True):
            parameter.copy_(value)
    return bold


def run(config: Config) -> Result:
    """Train and grow a net of every kind for every seed.

    Raises
    ------
    ValueError
        If no block is added, or a mode or an activation is unknown.
    """
    at_least("grown_net.run", "extra", config.extra, 1)
    data = digits(config.device)
    losses = [
        of_kind(config, data, kind) for kind in tqdm(config.kinds, "kinds", leave=False)
    ]
    return Result(config.kinds, *np.stack(losses, axis=1))
