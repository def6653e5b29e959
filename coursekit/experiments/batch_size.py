r"""Accuracy against batch size: batch norm needs company, the other norms do not.

Every net sees the same number of samples, and the learning rate is proportional to the
batch size, as in Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Section 4.1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
)
from coursekit.nets import PlainNet

#: Features in each group of "group", so that 64 of them make 8 groups.
GROUP_SIZE = 8
#: torch's own layers: they run fused, and the nets spend most of their time here
NORMS: Mapping[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm1d,
    "layer": nn.LayerNorm,
    "group": lambda width: nn.GroupNorm(width // GROUP_SIZE, width),
    "rms": nn.RMSNorm,
}


@dataclass(frozen=True)
class Config:
    """Plain nets on the digits; SGD's rate is ``lr_per_sample`` times batch size."""

    norms: tuple[str, ...] = ("layer", "batch")
    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32)
    samples: int = 1296
    depth: int = 3
    width: int = 64
    lr_per_sample: float = 0.006
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Test accuracies between 0 and 1, shape (norms, batch sizes, seeds)."""

    norms: tuple[str, ...]
    batch_sizes: np.ndarray
    accuracies: np.ndarray

    def median(self, norm: str, batch_size: int) -> float:
        """Return the median over seeds for one norm and one batch size."""
        row = self.norms.index(norm)
        column = list(self.batch_sizes).index(batch_size)
        return float(np.median(self.accuracies[row, column]))


def accuracies_of(
    config: Config, data: Split, *, norm: str, batch_size: int
) -> list[float]:
    """Train a net for every seed and return their accuracies on the test part.

    Raises
    ------
    ValueError
        If ``norm`` is not one of `NORMS`, or the batch is smaller than two samples,
        for which batch norm is not defined.
    """
    one_of("batch_size.run", "norm", norm, NORMS)
    at_least("batch_size.run", "batch_size", batch_size, 2)
    nets = [
        PlainNet(
            64,
            10,
            depth=config.depth,
            width=config.width,
            norm=NORMS[norm],
            generator=torch.Generator().manual_seed(seed),
        ).to(config.device)
        for seed in config.seeds
    ]
    train_together(
        nets,
        data,
        steps=config.samples // batch_size,
        batch_size=batch_size,
        lr=config.lr_per_sample * batch_size,
        generators=seeded(config.seeds),
    )
    return [accuracy(net, data) for net in nets]


def run(config: Config) -> Result:
    """Train a net for every norm, batch size and seed, behind a progress bar."""
    shape = len(config.norms), len(config.batch_sizes), len(config.seeds)
    accuracies, data = np.zeros(shape), digits(config.device)
    for place in tqdm(list(np.ndindex(shape[:2])), desc="nets", leave=False):
        norm, batch_size = config.norms[place[0]], config.batch_sizes[place[1]]
        accuracies[place] = accuracies_of(
            config, data, norm=norm, batch_size=batch_size
        )
    return Result(config.norms, np.array(config.batch_sizes), accuracies)
