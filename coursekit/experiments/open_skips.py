r"""How many units the skip path carries through every block without being cut.

With ReLU after the sum, ``out = relu(z + a)``, a unit of a sample passes a block only
where ``z + a > 0``. Its skip path is open from the input to block L if that held in all
of them: the entries of ``prod_l diag(g')`` that are still 1. He, Zhang, Ren, Sun, 2016,
arXiv:1603.05027, Section 4.2, name this as what makes very deep post-activation nets
hard to train.
"""

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import ResidualNet

MODES = ("post", "pre")


@dataclass(frozen=True)
class Config:
    """Fresh residual nets with He's gain; ``scale`` multiplies every branch."""

    mode: str = "post"
    depth: int = 50
    width: int = 64
    samples: int = 256
    layers: int = 1
    scale: float = 1.0
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """``shares``: (seeds, depth + 1), of all samples and units, still open."""

    shares: np.ndarray

    def median(self, blocks: int) -> float:
        """Return the median over seeds of the share still open after ``blocks``."""
        return float(np.median(self.shares[:, blocks]))


@torch.no_grad()
def open_shares(net: ResidualNet, x: torch.Tensor) -> list[float]:
    """Return the share of samples and units still open before and after each block.

    Parameters
    ----------
    net : ResidualNet
        With ReLU, mode "post" or "pre".
    x : Tensor of shape (N, d_in)
        Samples.

    Returns
    -------
    list of depth + 1 floats
        The first is 1.
    """
    a = net.stem(x)
    still_open, shares = torch.ones_like(a, dtype=torch.bool), [1.0]
    for block in net.blocks:
        total = block.branch(a) + block.shortcut(a)
        a = block.after(total)
        still_open &= a == total  # what follows the sum has left it as it is
        shares.append(float(still_open.double().mean()))
    return shares


def run(config: Config) -> Result:
    """Count open skip paths, block after block, for every seed.

    Raises
    ------
    ValueError
        If the mode is neither of the two, or the depth is below 1.
    """
    one_of("open_skips.run", "mode", config.mode, MODES)
    at_least("open_skips.run", "depth", config.depth, 1)
    shares = []
    for seed in config.seeds:
        net = ResidualNet(
            config.width,
            1,
            depth=config.depth,
            width=config.width,
            mode=config.mode,
            layers=config.layers,
            scale=config.scale,
            generator=torch.Generator().manual_seed(seed),
            device=config.device,
            dtype=torch.float64,
        )
        generator = torch.Generator().manual_seed(1000 + seed)
        shape = config.samples, config.width
        x = torch.randn(shape, generator=generator, dtype=torch.float64)
        shares.append(open_shares(net, x.to(config.device)))
    return Result(np.array(shares))
