r"""How fast the gradient changes from one input to the next one, before training.

A net maps one number to one number. Its gradient at 256 neighbouring inputs is a
series; its autocorrelation at lag 1 says whether neighbours have similar gradients (1)
or unrelated ones (0: white noise). All nets have batch norm, whose batch is the grid.

The residual blocks are the input plus ``scale`` times linear(ReLU(norm(input))). The
weights have torch's default standard deviation for linear layers, a gain of 1/sqrt(3).

Source: Balduzzi, Frean, Leary, Lewis, Ma, McWilliams, "The Shattered Gradients Problem:
If resnets are the answer, then what is the question?", 2017, arXiv:1702.08591.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import BlockStack, PlainNet, ResidualNet


def _plain(*, depth: int, **options: object) -> BlockStack:
    return PlainNet(1, 1, depth=depth - 1, norm=nn.BatchNorm1d, **options)


def _residual(scale: float) -> Callable[..., BlockStack]:
    return lambda **options: ResidualNet(
        1, 1, mode="pre", layers=1, norm=nn.BatchNorm1d, scale=scale, **options
    )


#: kind: (depth, width, gain, generator) -> net with `depth` layers below its head
KINDS: Mapping[str, Callable[..., BlockStack]] = {
    "plain": _plain,
    "residual": _residual(1.0),
    "residual, branch times 0.1": _residual(0.1),
}


@dataclass(frozen=True)
class Config:
    """``nets`` fresh nets of every kind and depth on a grid from -2 to 2."""

    kinds: tuple[str, ...] = tuple(KINDS)
    depths: tuple[int, ...] = (2, 8, 24)
    points: int = 256
    width: int = 200
    gain: float = 1 / math.sqrt(3)
    nets: int = 20
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Gradients on the grid, and how alike neighbours are; no units.

    Attributes
    ----------
    kinds, depths : tuple
        Of the first two axes.
    grid : ndarray of shape (points,)
    gradients : ndarray of shape (kinds, depths, nets, points)
        Of the sum of the outputs with respect to each input.
    """

    kinds: tuple[str, ...]
    depths: tuple[int, ...]
    grid: np.ndarray
    gradients: np.ndarray

    @property
    def correlations(self) -> np.ndarray:
        """Return the autocorrelations at lag 1, shape (kinds, depths, nets)."""
        return autocorrelation(self.gradients)

    def correlation(self, kind: str, depth: int) -> float:
        """Return the median over nets of the autocorrelation at lag 1."""
        place = self.kinds.index(kind), self.depths.index(depth)
        return float(np.median(self.correlations[place]))

    def sign_changes(self, kind: str, depth: int) -> float:
        """Return the median over nets of the sign changes along the grid."""
        place = self.kinds.index(kind), self.depths.index(depth)
        signs = np.sign(self.gradients[place])
        return float(np.median((signs[:, 1:] != signs[:, :-1]).sum(axis=-1)))


def autocorrelation(series: np.ndarray) -> np.ndarray:
    """Return how alike neighbours are: the autocorrelation at lag 1.

    Parameters
    ----------
    series : ndarray of shape (..., points)
        Any unit.

    Returns
    -------
    ndarray of shape (...)
        Near 1 for a smooth curve, near 0 for white noise; no unit.

    Examples
    --------
    >>> autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]))
    np.float64(-0.75)
    """
    centred = series - series.mean(axis=-1, keepdims=True)
    products = (centred[..., 1:] * centred[..., :-1]).sum(axis=-1)
    return products / np.square(centred).sum(axis=-1)


def gradient_on_grid(net: nn.Module, grid: torch.Tensor) -> np.ndarray:
    """Return the gradient of the summed outputs at every input.

    Parameters
    ----------
    net : nn.Module
        From (points, 1) to (points, 1), in training mode.
    grid : Tensor of shape (points,)

    Returns
    -------
    ndarray of shape (points,)
    """
    x = grid[:, None].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(x).sum(), x)
    return gradient[:, 0].cpu().numpy()


def run(config: Config) -> Result:
    """Take the gradient on the grid for every kind, depth and net.

    Raises
    ------
    ValueError
        If a kind is unknown, a depth below 1, or there are fewer than three points.
    """
    at_least("shattered_gradients.run", "points", config.points, 3)
    at_least("shattered_gradients.run", "each depth", min(config.depths), 1)
    for kind in config.kinds:
        one_of("shattered_gradients.run", "kind", kind, KINDS)
    grid = torch.linspace(-2, 2, config.points, device=config.device)
    shape = len(config.kinds), len(config.depths), config.nets
    gradients = np.zeros((*shape, config.points))
    for place in tqdm(list(np.ndindex(shape)), desc="nets", leave=False):
        kind, depth, number = place
        net = KINDS[config.kinds[kind]](
            depth=config.depths[depth],
            width=config.width,
            gain=config.gain,
            generator=torch.Generator().manual_seed(config.seed + number),
        )
        gradients[place] = gradient_on_grid(net.to(config.device), grid)
    return Result(config.kinds, config.depths, grid.cpu().numpy(), gradients)
