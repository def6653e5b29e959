r"""How much a gradient grows in each layer on its way back, before any training.

A batch of normal vectors goes through a net of equal layers, a normal gradient comes
back, and its length is taken at the output of every layer. No training.

- "plain he", "plain layer norm" and "plain batch norm" are `PlainNet`: each layer is
  linear, norm (if any), ReLU, with He's gain.
- "residual raw" and "residual batch norm" are `ResidualNet` in mode "pre" with one
  linear layer in each branch, so 30 blocks have 30 linear layers as well: each block is
  the input plus norm (if any), ReLU, linear of it.

Without norms a residual block of this form multiplies the gradient by sqrt(2). With
batch norm its growth falls from block to block as that of the root of the depth, so the
mean over 30 blocks, about 1.075, is no constant of each block. (With the order linear,
norm, ReLU in the branch it is about 1.062.)

Source: Yang, Pennington, Rao, Sohl-Dickstein, Schoenholz, "A Mean Field Theory of Batch
Normalization", 2019, arXiv:1902.08129, for what batch norm does in a plain net.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import BlockStack, PlainNet, ResidualNet

#: Growth of a gradient's length in each linear, batch norm, ReLU layer, for wide layers
#: and large batches: its square is pi / (pi - 1) (Yang et al., 2019, arXiv:1902.08129).
BATCH_NORM_GROWTH = math.sqrt(math.pi / (math.pi - 1))


def _plain(norm: Callable[[int], nn.Module] | None) -> Callable[..., BlockStack]:
    return lambda width, depth, generator: PlainNet(
        width, width, depth=depth, width=width, norm=norm, generator=generator
    )


def _residual(norm: Callable[[int], nn.Module] | None) -> Callable[..., BlockStack]:
    return lambda width, depth, generator: ResidualNet(
        width,
        width,
        depth=depth,
        width=width,
        mode="pre",
        norm=norm,
        layers=1,
        generator=generator,
    )


#: kind: (width, depth, generator) -> net with `depth` linear layers in its blocks
KINDS: Mapping[str, Callable[[int, int, torch.Generator], BlockStack]] = {
    "plain he": _plain(None),
    "plain layer norm": _plain(nn.LayerNorm),
    "plain batch norm": _plain(nn.BatchNorm1d),
    "residual raw": _residual(None),
    "residual batch norm": _residual(nn.BatchNorm1d),
}


@dataclass(frozen=True)
class Config:
    """Nets of ``depth`` layers, ``width`` features wide, on ``batch`` vectors."""

    kinds: tuple[str, ...] = tuple(KINDS)
    depth: int = 30
    width: int = 256
    batch: int = 256
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Lengths of the gradient on its way back.

    Attributes
    ----------
    kinds : tuple of str
        Of the first axis.
    lengths : ndarray of shape (kinds, seeds, depth + 1)
        Length of the gradient at the input of the first layer (index 0), ..., at the
        output of the last (index ``depth``), over that at the output of the last; no
        unit.
    """

    kinds: tuple[str, ...]
    lengths: np.ndarray

    @property
    def growths(self) -> np.ndarray:
        """Growth in each layer, no unit, shape (kinds, seeds): a geometric mean."""
        return self.lengths[..., 0] ** (1 / (self.lengths.shape[-1] - 1))

    def median(self, kind: str) -> float:
        """Return the median over seeds of the growth in each layer (no unit)."""
        return float(np.median(self.growths[self.kinds.index(kind)]))


def gradient_lengths(net: BlockStack, x: torch.Tensor, dy: torch.Tensor) -> np.ndarray:
    """Return the length of the gradient at the stem's output and at each block's.

    Parameters
    ----------
    net : BlockStack
        With L blocks.
    x, dy : Tensor of shape (N, d_in) and (N, d_out)
        The data, and the gradient that arrives at the output.

    Returns
    -------
    ndarray of shape (L + 1,)
        Over the whole batch, in the unit of ``dy`` over that of the activations.

    Examples
    --------
    >>> net = BlockStack(nn.Identity(), [nn.Identity()], nn.Identity())
    >>> x = torch.ones(2, 2, requires_grad=True)
    >>> gradient_lengths(net, x, torch.ones(2, 2))
    array([2., 2.])
    """
    activations = net.activations(x)
    y = net.head(activations[-1])
    gradients = torch.autograd.grad(y, activations, dy)
    return np.array([float(gradient.detach().norm()) for gradient in gradients])


def one_net(config: Config, *, kind: str, seed: int) -> np.ndarray:
    """Return the relative lengths in one net, shape (depth + 1,).

    Raises
    ------
    ValueError
        If the kind is unknown, or there is no layer, or a batch of fewer than two.
    """
    one_of("gradient_growth.run", "kind", kind, KINDS)
    at_least("gradient_growth.run", "depth", config.depth, 1)
    at_least("gradient_growth.run", "batch", config.batch, 2)
    generator = torch.Generator().manual_seed(seed)
    net = KINDS[kind](config.width, config.depth, generator).to(config.device)
    # drawn after the weights, so that the data does not repeat them
    x, dy = (
        torch.randn(config.batch, config.width, generator=generator).to(config.device)
        for _ in range(2)
    )
    lengths = gradient_lengths(net, x, dy)
    return lengths / lengths[-1]


def run(config: Config) -> Result:
    """Send one gradient back through a fresh net for every kind and seed."""
    lengths = [
        [one_net(config, kind=kind, seed=seed) for seed in config.seeds]
        for kind in config.kinds
    ]
    return Result(config.kinds, np.array(lengths))
