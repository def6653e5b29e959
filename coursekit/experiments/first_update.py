r"""How far one update moves the trunk of a residual net, by depth.

Every branch starts at zero, so at first all blocks see the same activations and the
same gradient. An update moves all L branches the same way, and the trunk moves L times
as far as with one: the reason why the learning rate must shrink like 1/L, or the
branches with it (Zhang, Dauphin, Ma, 2019, arXiv:1901.09321, Section 3).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, digits
from coursekit.experiments.updates import OPTIMIZERS
from coursekit.nets import ResidualNet


@dataclass(frozen=True)
class Config:
    """Pre-activation nets whose branches start at zero, after one full-batch update."""

    depths: tuple[int, ...] = (5, 20, 80)
    width: int = 32
    optimizer: str = "adam"
    lr: float = 1e-5
    divide_by_depth: bool = False
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """``moved``, shape (depths, seeds): length of the change over length, no unit."""

    depths: np.ndarray
    moved: np.ndarray

    @property
    def growth(self) -> float:
        """How many times as far the deepest net moves as the first, median of seeds."""
        return float(np.median(self.moved[-1] / self.moved[0]))


def moved(config: Config, data: Split, *, depth: int, seed: int) -> float:
    """Return how far the branches of one net moved the end of its trunk.

    Only the branches are updated: what stem and head do is the same at every depth.
    """
    net = ResidualNet(
        64,
        10,
        depth=depth,
        width=config.width,
        mode="pre",
        init="zero-last",
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)
    lr = config.lr / depth if config.divide_by_depth else config.lr
    update = OPTIMIZERS[config.optimizer](net.blocks, lr, 0.0)
    before = net.activations(data.train_x)[-1]
    nn.functional.cross_entropy(net.head(before), data.train_y).backward()
    update.step()
    with torch.no_grad():
        after = net.activations(data.train_x)[-1]
        return float((after - before).norm() / before.norm())


def run(config: Config) -> Result:
    """Update a net once for every depth and seed.

    Raises
    ------
    ValueError
        If the optimizer is unknown or a depth is below 1.
    """
    one_of("first_update.run", "optimizer", config.optimizer, OPTIMIZERS)
    at_least("first_update.run", "depth", min(config.depths), 1)
    data = digits(config.device)
    rows = [
        [moved(config, data, depth=depth, seed=seed) for seed in config.seeds]
        for depth in config.depths
    ]
    return Result(np.array(config.depths), np.array(rows))
