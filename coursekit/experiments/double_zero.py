r"""Two zeros in one branch: nothing in it ever gets a gradient.

Each branch is ``alpha * W2 relu(W1 relu(a))`` with a learned scalar ``alpha`` (ReZero:
Bachlechner et al., 2020, arXiv:2003.04887, Eq. 1). The gradient of ``alpha`` contains
``W2`` as a factor, that of ``W2`` contains ``alpha``, and that of ``W1`` both. One of
the two may start at zero. If both do, all three gradients are zero for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.branch_ratio import ratios_of
from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
)
from coursekit.nets import ResidualNet
from coursekit.nets.schemes import zero_last

#: start: (whether alpha starts at 0, whether W2 does)
STARTS: Mapping[str, tuple[bool, bool]] = {
    "alpha zero": (True, False),
    "W2 zero": (False, True),
    "both zero": (True, True),
}
#: part: the name of its parameter within a branch of `ResidualNet`
PARTS: Mapping[str, str] = {
    "alpha": "multiplier.alpha",
    "W2": "linear2.weight",
    "W1": "linear1.weight",
}


@dataclass(frozen=True)
class Config:
    """Pre-activation residual nets without norms on the digits, trained with Adam."""

    starts: tuple[str, ...] = tuple(STARTS)
    depth: int = 10
    width: int = 64
    steps: int = 100
    batch_size: int = 64
    lr: float = 2e-3
    every: int = 20
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """What the branches got and became; no units.

    Attributes
    ----------
    starts : tuple of str
    steps : ndarray of shape (times,)
        Updates done when the ratios were taken; the first is 0.
    gradients : ndarray of shape (starts, seeds, 3)
        Length of the first gradient of `PARTS`, over all blocks.
    ratios : ndarray of shape (starts, seeds, times)
        Length of the branch over length of the skip, mean over blocks.
    accuracies : ndarray of shape (starts, seeds)
        After training, on the test part, between 0 and 1.
    """

    starts: tuple[str, ...]
    steps: np.ndarray
    gradients: np.ndarray
    ratios: np.ndarray
    accuracies: np.ndarray

    def moving(self, start: str) -> tuple[str, ...]:
        """Return the names of the parts whose first gradient is not zero."""
        lengths = self.gradients[self.starts.index(start)].max(axis=0)
        return tuple(
            part for part, length in zip(PARTS, lengths, strict=True) if length
        )

    def through(self, start: str) -> np.ndarray:
        """Return the ratio through training, median over seeds, shape (times,)."""
        return np.median(self.ratios[self.starts.index(start)], axis=0)

    def accuracy(self, start: str) -> float:
        """Return the median over seeds of the test accuracy."""
        return float(np.median(self.accuracies[self.starts.index(start)]))


@torch.no_grad()
def build(config: Config, *, start: str, seed: int) -> ResidualNet:
    """Return an untrained net whose branches all have an alpha, started as asked.

    Raises
    ------
    ValueError
        If ``start`` is not one of `STARTS`.
    """
    one_of("double_zero.run", "start", start, STARTS)
    alpha_zero, w2_zero = STARTS[start]
    net = ResidualNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        mode="pre",
        init="rezero",
        generator=torch.Generator().manual_seed(seed),
    )
    for block in net.blocks:
        if not alpha_zero:
            block.branch.multiplier.alpha.fill_(1.0)
        if w2_zero:
            zero_last(block)
    return net


def first_gradients(net: ResidualNet, data: Split) -> np.ndarray:
    """Return the lengths of the gradients of `PARTS` over all blocks, shape (3,).

    The loss is the cross-entropy of the whole training part.
    """
    loss = nn.functional.cross_entropy(net(data.train_x), data.train_y)
    groups = [
        [block.branch.get_parameter(name) for block in net.blocks]
        for name in PARTS.values()
    ]
    flat = torch.autograd.grad(loss, [weight for group in groups for weight in group])
    lengths = torch.stack([gradient.norm() for gradient in flat])
    return lengths.reshape(len(PARTS), -1).norm(dim=1).cpu().numpy()


def run(config: Config) -> Result:
    """Train a net for every start and seed at once, behind a progress bar.

    Raises
    ------
    ValueError
        If a start is unknown, or ``depth`` or ``every`` is below 1.
    """
    at_least("double_zero.run", "depth", config.depth, 1)
    at_least("double_zero.run", "every", config.every, 1)
    data, shape = digits(config.device), (len(config.starts), len(config.seeds))
    pairs = [(start, seed) for start in config.starts for seed in config.seeds]
    nets = [
        build(config, start=start, seed=seed).to(config.device) for start, seed in pairs
    ]
    gradients = np.array([first_gradients(net, data) for net in nets])
    ratios: list[list[float]] = []

    def watch(step: int) -> None:
        bar.update(step - bar.n)
        if step % config.every == 0:
            ratios.append([ratios_of(net, data.test_x).mean() for net in nets])

    with tqdm(total=config.steps, desc="updates", leave=False) as bar:
        train_together(
            nets,
            data,
            steps=config.steps,
            batch_size=config.batch_size,
            lr=config.lr,
            optimizer="adam",
            generators=seeded(seed for _, seed in pairs),
            watch=watch,
        )
    return Result(
        starts=config.starts,
        steps=np.arange(0, config.steps + 1, config.every),
        gradients=gradients.reshape(*shape, -1),
        ratios=np.array(ratios).T.reshape(*shape, -1),
        accuracies=np.array([accuracy(net, data) for net in nets]).reshape(shape),
    )
