r"""How much a net forgives: wrong scales of the first weights, wrong learning rates.

Each net trains for the same number of steps, once for every norm, scale and rate. The
scale multiplies the weights before each norm; those of the head, which no norm follows,
stay as they are.

Source of the questions: Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167,
Section 3.3 ("higher learning rates") and Section 1 ("less careful about
initialization").
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.batch_size import NORMS as BATCH_AND_LAYER
from coursekit.experiments.checks import one_of
from coursekit.experiments.training import (
    Split,
    accuracy,
    digits,
    seeded,
    train_together,
)
from coursekit.nets import PlainNet

NORMS: Mapping[str, Callable[[int], nn.Module] | None] = {
    "no": None,
    **BATCH_AND_LAYER,
}


@dataclass(frozen=True)
class Config:
    """Plain nets on the digits, SGD; a scale of 1 is He's initialization."""

    norms: tuple[str, ...] = ("no", "batch", "layer")
    scales: tuple[float, ...] = (1.0,)
    rates: tuple[float, ...] = (0.05,)
    momentum: float = 0.0
    steps: int = 200
    batch_size: int = 64
    depth: int = 4
    width: int = 64
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Test accuracies between 0 and 1, shape (norms, scales, rates, seeds)."""

    norms: tuple[str, ...]
    scales: np.ndarray
    rates: np.ndarray
    accuracies: np.ndarray

    def medians(self, norm: str) -> np.ndarray:
        """Return medians over seeds for one norm, shape (scales * rates,)."""
        return np.median(self.accuracies[self.norms.index(norm)], axis=-1).ravel()


@torch.no_grad()
def rescale(net: PlainNet, scale: float) -> None:
    """Multiply the weights of stem and blocks by ``scale`` (no unit), in place.

    Examples
    --------
    >>> net = PlainNet(2, 2, depth=1, width=2)
    >>> rescale(net, 0.0)
    >>> net.blocks[0](torch.ones(1, 2)).abs().max().item()
    0.0
    """
    for part in (net.stem, *net.blocks):
        for layer in part.modules():
            if isinstance(layer, nn.Linear):
                layer.weight *= scale


def new_net(config: Config, *, norm: str, scale: float, seed: int) -> PlainNet:
    """Return a net as it is before training.

    Raises
    ------
    ValueError
        If ``norm`` is not one of `NORMS`.
    """
    one_of("robustness.run", "norm", norm, NORMS)
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=NORMS[norm],
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)
    rescale(net, scale)
    return net


def trained(config: Config, data: Split, *, norm: str) -> list[PlainNet]:
    """Return a trained net for every scale, rate and seed, the seed varying fastest."""
    grid = list(product(config.scales, config.rates, config.seeds))
    scales, rates, seeds = zip(*grid, strict=True)
    nets = [
        new_net(config, norm=norm, scale=scale, seed=seed)
        for scale, seed in zip(scales, seeds, strict=True)
    ]
    train_together(
        nets,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=rates,
        momentum=config.momentum,
        generators=seeded(seeds),
    )
    return nets


@torch.no_grad()
def likeness(net: PlainNet, x: torch.Tensor) -> float:
    """Return the mean cosine between the last activations of all pairs of samples.

    The net is asked in training mode; 1 means that all samples look the same to the
    head but for their length. No unit.

    Examples
    --------
    >>> net = PlainNet(2, 2, depth=0, width=4)
    >>> round(likeness(net, torch.ones(3, 2)), 3)
    1.0
    """
    last = copy.deepcopy(net).train().activations(x)[-1]
    unit = nn.functional.normalize(last, dim=1)
    return float((unit @ unit.T).mean())


def run(config: Config) -> Result:
    """Train a net for every norm, scale, rate and seed, behind a progress bar."""
    data, grid = digits(config.device), (config.scales, config.rates, config.seeds)
    accuracies = [
        [accuracy(net, data) for net in trained(config, data, norm=norm)]
        for norm in tqdm(config.norms, desc="norms", leave=False)
    ]
    shape = len(config.norms), *(len(choices) for choices in grid)
    return Result(
        config.norms,
        np.array(config.scales),
        np.array(config.rates),
        np.array(accuracies).reshape(shape),
    )


def likeness_after(config: Config, *, norm: str, scale: float) -> float:
    """Return `likeness` of the test digits after ``config.steps`` updates.

    The median over seeds, at the first rate of ``config``.
    """
    data = digits(config.device)
    one = replace(config, scales=(scale,), rates=config.rates[:1])
    nets = trained(one, data, norm=norm)
    return float(np.median([likeness(net, data.test_x) for net in nets]))
