r"""How the variance of the trunk grows from block to block before any training.

Pre-activation residual nets of He's weights on random vectors. With branches that add
a variance uncorrelated with the skip's the trunk follows `expected`: for He's gain
:math:`2^l` without a norm, :math:`(1 + 1/L)^l` with branches times
:math:`1/\sqrt L`, and :math:`1 + l` with a norm in the branch (De, Smith, 2020,
arXiv:2002.10444, Section 3).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import ResidualNet
from coursekit.nets.drawing import HE

#: the norm in the branch; torch's own run fused
NORMS: Mapping[str, Callable[[int], nn.Module] | None] = {
    "none": None,
    "batch": nn.BatchNorm1d,
    "layer": nn.LayerNorm,
}
#: start: (initialization of `coursekit.nets.schemes`, the branch's factor for depth L)
STARTS: Mapping[str, tuple[str, Callable[[int], float]]] = {
    "he": ("he", lambda depth: 1.0),
    "scaled": ("he", lambda depth: 1 / math.sqrt(depth)),
    "layerscale": ("layerscale", lambda depth: 0.1),
    "zero-last": ("zero-last", lambda depth: 0.0),
}


@dataclass(frozen=True)
class Config:
    """Fresh nets and random vectors, both in float64, one pair for each seed."""

    start: str = "he"
    norm: str = "none"
    depth: int = 20
    width: int = 512
    samples: int = 256
    gain: float = HE
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """What was measured and what was expected; no units.

    Attributes
    ----------
    variances : ndarray of shape (seeds, depth + 1)
        Of the trunk over samples and features: after the stem and after each block.
    ratios : ndarray of shape (seeds, depth)
        Length of the branch over length of the skip, first block first.
    expected : ndarray of shape (depth + 1,)
        See `expected`.
    """

    variances: np.ndarray
    ratios: np.ndarray
    expected: np.ndarray

    @property
    def stds(self) -> np.ndarray:
        """The square roots of `variances`."""
        return np.sqrt(self.variances)

    def slopes(self, *, log2: bool = False) -> np.ndarray:
        """Return the slope of a line through the variances for each seed, (seeds,).

        With ``log2`` the line goes through their binary logarithms: its slope is then
        the number of doublings in each block.
        """
        return np.array([slope for slope, _ in self._lines(log2)])

    def fits(self, *, log2: bool = False) -> np.ndarray:
        """Return R squared of those lines, (seeds,); 1 where a line fits exactly."""
        return np.array([fit for _, fit in self._lines(log2)])

    def _lines(self, log2: bool) -> list[tuple[float, float]]:
        blocks = np.arange(self.variances.shape[1])
        rows = np.log2(self.variances) if log2 else self.variances
        lines = []
        for row in rows:
            slope, height = np.polyfit(blocks, row, 1)
            missed = np.square(row - slope * blocks - height).sum()
            lines.append((slope, 1 - missed / np.square(row - row.mean()).sum()))
        return lines


def expected(config: Config) -> np.ndarray:
    r"""Return the variances that theory expects, shape (depth + 1,), from 1 on.

    A linear layer of gain g behind a ReLU multiplies the variance by g²/2. So a branch
    of two layers and the factor s adds :math:`c = s^2 (g^2/2)^2` times the trunk's
    variance, :math:`\mathrm{Var}_l = (1 + c)^l`. With a norm before each layer it adds
    :math:`c = s^2 g^2/2` whatever the trunk's variance is,
    :math:`\mathrm{Var}_l = 1 + c\, l`.

    Examples
    --------
    >>> expected(Config(depth=3)).round(9).tolist()
    [1.0, 2.0, 4.0, 8.0]
    >>> expected(Config(depth=3, norm="layer")).round(9).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    _, factor = STARTS[config.start]
    blocks = np.arange(config.depth + 1)
    layer = config.gain**2 / 2
    if config.norm == "none":
        return (1 + (factor(config.depth) * layer) ** 2) ** blocks
    return 1 + factor(config.depth) ** 2 * layer * blocks


def build(config: Config, seed: int) -> ResidualNet:
    """Return the fresh net of one seed, in training mode: batch norm uses the batch."""
    init, factor = STARTS[config.start]
    return ResidualNet(
        config.width,
        1,
        depth=config.depth,
        width=config.width,
        mode="pre",
        norm=NORMS[config.norm],
        init=init,
        scale=factor(config.depth) if init == "he" else 1.0,
        gain=config.gain,
        generator=torch.Generator().manual_seed(seed),
        device=config.device,
        dtype=torch.float64,
    )


@torch.no_grad()
def one_net(config: Config, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return variances (depth + 1,) and ratios (depth,) of one net on random vectors.

    In a pre-activation block the branch is what the trunk gained.
    """
    # another seed than the net's: data must not repeat its weights
    noise = torch.Generator().manual_seed(seed + 1_000_003)
    x = torch.randn(config.samples, config.width, generator=noise, dtype=torch.float64)
    trunk = torch.stack(build(config, seed).activations(x.to(config.device))).cpu()
    lengths = torch.linalg.vector_norm(trunk, dim=(1, 2))
    gained = torch.linalg.vector_norm(trunk[1:] - trunk[:-1], dim=(1, 2))
    variances = trunk.var(dim=(1, 2), correction=0)
    return variances.numpy(), (gained / lengths[:-1]).numpy()


def run(config: Config) -> Result:
    """Measure the net of each seed.

    Raises
    ------
    ValueError
        If ``start`` or ``norm`` is unknown, ``depth`` is below 1, or ``samples`` is
        below 2.
    """
    one_of("signal_variance.run", "start", config.start, STARTS)
    one_of("signal_variance.run", "norm", config.norm, NORMS)
    at_least("signal_variance.run", "depth", config.depth, 1)
    at_least("signal_variance.run", "samples", config.samples, 2)
    nets = [one_net(config, seed) for seed in config.seeds]
    variances, ratios = (np.array(rows) for rows in zip(*nets, strict=True))
    return Result(variances, ratios, expected(config))
