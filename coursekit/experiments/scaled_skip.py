r"""What becomes of a gradient when every skip path is multiplied by a constant.

With ``a + z`` replaced by ``lambda a + z`` the skip path alone multiplies a gradient by
``lambda**L`` in L blocks (He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual
Networks", 2016, arXiv:1603.05027, Eq. 6-8). Pre-activation blocks, so that nothing else
stands on the skip path.
"""

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.experiments.checks import at_least
from coursekit.nets import ResidualNet
from coursekit.nets.parts import Multiplier


@dataclass(frozen=True)
class Config:
    """Pre-activation nets; ``gain`` 0 makes every branch zero.

    With ``gain`` above 0 each branch is multiplied by ``1 / sqrt(depth)``, so that the
    branches neither drown the skip paths nor vanish beside them.
    """

    lambdas: tuple[float, ...] = (0.5, 0.9, 1.0, 1.1)
    depth: int = 50
    width: int = 64
    samples: int = 32
    gain: float = 0.0
    seeds: tuple[int, ...] = (0,)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """``factors``: (lambdas, depth + 1, seeds), of the gradient's length, no unit.

    Entry ``l`` of the middle axis is behind ``l`` blocks, counted from the loss.
    """

    lambdas: tuple[float, ...]
    factors: np.ndarray

    def median(self, value: float) -> float:
        """Return the median over seeds, behind all blocks, for one lambda."""
        return float(np.median(self.factors[self.lambdas.index(value), -1]))


def scaled_net(config: Config, *, value: float, seed: int) -> ResidualNet:
    """Return a net whose skip paths all multiply by ``value``."""
    net = ResidualNet(
        config.width,
        1,
        depth=config.depth,
        width=config.width,
        mode="pre",
        gain=config.gain,
        scale=config.depth**-0.5,
        generator=torch.Generator().manual_seed(seed),
        device=config.device,
        dtype=torch.float64,
    )
    for block in net.blocks:
        alpha = torch.tensor(value, dtype=torch.float64, device=config.device)
        block.shortcut = Multiplier(alpha, learned=False)
    return net


def run(config: Config) -> Result:
    """Send a random gradient of length 1 back through all blocks.

    Raises
    ------
    ValueError
        If the depth is below 1.
    """
    at_least("scaled_skip.run", "depth", config.depth, 1)
    shape = len(config.lambdas), config.depth + 1, len(config.seeds)
    factors = np.zeros(shape)
    for row, value in enumerate(config.lambdas):
        for number, seed in enumerate(config.seeds):
            net = scaled_net(config, value=value, seed=seed)
            factors[row, :, number] = _factors(net, config, seed)
    return Result(config.lambdas, factors)


def _factors(net: ResidualNet, config: Config, seed: int) -> list[float]:
    """Return the length of the gradient behind 0, 1, ..., depth blocks."""
    generator = torch.Generator().manual_seed(1000 + seed)
    shape = 2, config.samples, config.width
    x, delta = torch.randn(shape, generator=generator, dtype=torch.float64)
    activations = net.activations(x.to(config.device))
    delta = (delta / delta.norm()).to(config.device)
    gradients = torch.autograd.grad(activations[-1], activations, delta)
    return [float(gradient.norm()) for gradient in reversed(gradients)]
