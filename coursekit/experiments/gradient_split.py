r"""What reaches a residual block's input through its skip path and through its branch.

In ``out = g(z + a)`` the gradient passes ``g`` first and is then copied: one copy takes
the skip path, the other the branch, and the two are added (He, Zhang, Ren, Sun, 2016,
arXiv:1603.05027, Eq. 5, for one block and with ``g`` after the sum).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments.checks import at_least
from coursekit.nets import ResidualNet
from coursekit.nets.drawing import HE


@dataclass(frozen=True)
class Config:
    """A fresh net of residual blocks with two linear layers each, He's gain, float64.

    ``zero_branch`` makes all weights 0, so that z = 0.
    """

    mode: str = "post"
    activation: str = "sigmoid"
    zero_branch: bool = False
    depth: int = 20
    width: int = 64
    samples: int = 32
    seed: int = 1
    device: str = "cpu"


@dataclass(frozen=True)
class Split:
    """Lengths of the gradient at one block, no unit, and its shares at the input.

    Attributes
    ----------
    arriving, after_g : float
        Length at the block's output, and behind ``g``, before the sum.
    skip, branch, leaving : float
        Length of what comes through either path, and of their sum.
    """

    arriving: float
    after_g: float
    skip: float
    branch: float
    leaving: float


@dataclass(frozen=True)
class Result:
    """The split at every block; the first block of the net comes first."""

    splits: tuple[Split, ...]

    def lengths(self, name: str) -> np.ndarray:
        """Return one attribute of `Split` for all blocks, shape (depth,)."""
        return np.array([getattr(split, name) for split in self.splits])


def split(block: nn.Module, a: Tensor, delta: Tensor) -> tuple[Split, Tensor]:
    """Send a gradient back through one block, by each path alone and by both.

    Parameters
    ----------
    block : ResidualBlock
        Or any module with ``branch``, ``shortcut`` and ``after``.
    a : Tensor of shape (N, d_in)
        The block's input.
    delta : Tensor of shape (N, d_out)
        The gradient at its output.

    Returns
    -------
    lengths : Split
    gradient : Tensor of shape (N, d_in)
        At the block's input.

    Examples
    --------
    >>> from coursekit.nets import ResidualBlock
    >>> block = ResidualBlock(2, 2, gain=0.0)  # all weights 0, so z = 0
    >>> a, delta = torch.tensor([[1.0, -1.0]]), torch.tensor([[3.0, 4.0]])
    >>> split(block, a, delta)[0]
    Split(arriving=5.0, after_g=3.0, skip=3.0, branch=0.0, leaving=3.0)
    """
    a = a.detach().requires_grad_(True)
    z, s = block.branch(a), block.shortcut(a)
    total = (z + s).detach().requires_grad_(True)
    (after_g,) = torch.autograd.grad(block.after(total), total, delta)
    by_skip = _back(s, a, after_g)
    by_branch = _back(z, a, after_g)
    gradient = by_skip + by_branch
    parts = (delta, after_g, by_skip, by_branch, gradient)
    return Split(*(float(part.norm()) for part in parts)), gradient


def _back(output: Tensor, a: Tensor, gradient: Tensor) -> Tensor:
    """Return the gradient at ``a`` of one path with this gradient at its output."""
    if output is a:  # the identity leaves no trace in the graph
        return gradient
    return torch.autograd.grad(output, a, gradient)[0]


def split_all(
    blocks: Sequence[nn.Module], x: Tensor, delta: Tensor
) -> tuple[Split, ...]:
    """Send a gradient back through a stack of blocks; the first block comes first.

    Parameters
    ----------
    blocks : sequence of ResidualBlock
        Applied in turn.
    x, delta : Tensor of shape (N, d)
        Input of the first block, gradient at the output of the last.
    """
    inputs = [x]
    with torch.no_grad():
        for block in blocks:
            inputs.append(block(inputs[-1]))
    splits = []
    for block, a in zip(reversed(blocks), inputs[-2::-1], strict=True):
        lengths, delta = split(block, a, delta)
        splits.append(lengths)
    return tuple(splits[::-1])


def run(config: Config) -> Result:
    """Send a random gradient of length 1 back from the last block to the first.

    Raises
    ------
    ValueError
        If the depth is below 1, or a mode or an activation is unknown.
    """
    at_least("gradient_split.run", "depth", config.depth, 1)
    net = ResidualNet(
        config.width,
        1,
        depth=config.depth,
        width=config.width,
        mode=config.mode,
        activation=config.activation,
        gain=0.0 if config.zero_branch else HE,
        generator=torch.Generator().manual_seed(config.seed),
        device=config.device,
        dtype=torch.float64,
    )
    generator = torch.Generator().manual_seed(1000 + config.seed)
    shape = 2, config.samples, config.width
    both = torch.randn(shape, generator=generator, dtype=torch.float64)
    x, delta = both.to(config.device)
    return Result(split_all(net.blocks, x, delta / delta.norm()))
