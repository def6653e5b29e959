r"""Grow a trained net by blocks whose branch is zero, and see whether it still works.

If a block with z = 0 were the identity, a trained net could be made deeper without
changing what it computes, and training could only go on from there: the construction
by which He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
arXiv:1512.03385, Section 1, argue that a deeper net should not have a higher training
error.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least
from coursekit.experiments.training import Split, digits, train, training_loss
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


def one_net(
    config: Config, data: Split, kind: tuple[str, str], seed: int
) -> tuple[float, float, float, float]:
    """Train, grow and train one net; return the four losses of `Result`."""
    net = ResidualNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        mode=kind[0],
        activation=kind[1],
        generator=torch.Generator().manual_seed(seed),
        device=config.device,
    )
    options = {"batch_size": config.batch_size, "lr": config.lr, "optimizer": "adam"}
    generator = torch.Generator().manual_seed(1000 + seed)
    train(net, data, steps=config.steps, generator=generator, **options)
    before = training_loss(net, data)
    grow(net, config, kind, seed)
    grown, start = training_loss(net, data), net.state_dict()
    start = {name: value.clone() for name, value in start.items()}
    bold_step(net, data, lr=config.bold_lr)
    bold = training_loss(net, data)
    net.load_state_dict(start)
    train(net, data, steps=config.more_steps, generator=generator, **options)
    return before, grown, training_loss(net, data), bold


def bold_step(net: nn.Module, data: Split, *, lr: float) -> None:
    """Take one step of gradient descent on the whole training part, in place."""
    loss = nn.functional.cross_entropy(net(data.train_x), data.train_y)
    parameters = list(net.parameters())
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= lr * gradient


def run(config: Config) -> Result:
    """Train and grow a net of every kind for every seed.

    Raises
    ------
    ValueError
        If no block is added, or a mode or an activation is unknown.
    """
    at_least("grown_net.run", "extra", config.extra, 1)
    data = digits(config.device)
    losses = np.zeros((len(config.kinds), len(config.seeds), 4))
    for row, number in tqdm(list(np.ndindex(losses.shape[:2])), "nets", leave=False):
        kind, seed = config.kinds[row], config.seeds[number]
        losses[row, number] = one_net(config, data, kind, seed)
    return Result(config.kinds, *np.moveaxis(losses, -1, 0))
