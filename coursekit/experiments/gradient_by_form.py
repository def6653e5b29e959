r"""How much of a gradient comes through a deep net: plain, post- and pre-activation.

The three forms of one layer, with ``z`` what its weights compute:

- "plain": ``g(z)``;
- "post": ``g(z + a)``, He, Zhang, Ren, Sun, "Deep Residual Learning for Image
  Recognition", 2015, arXiv:1512.03385, Eq. 1, and the article this course began with;
- "pre": ``z + a`` with g before the weights, He, Zhang, Ren, Sun, "Identity Mappings in
  Deep Residual Networks", 2016, arXiv:1603.05027, Eq. 5.

A random gradient of length 1 arrives at the last layer's output; its length at the
first layer's input is what the net multiplied it by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.nets import PlainNet, ResidualNet

FORMS = ("plain", "post", "pre")
#: data and gradients are drawn apart from the weights
OTHER_SEEDS = 1000


@dataclass(frozen=True)
class Config:
    """Nets of ``width`` features with ``layers`` linear layers a block, float64."""

    activation: str = "sigmoid"
    forms: tuple[str, ...] = FORMS
    depths: tuple[int, ...] = (1, 5, 10, 15, 20)
    width: int = 64
    samples: int = 64
    layers: int = 1
    gain: float = 1.0
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """``factors``: length of the gradient at the input, (forms, depths, seeds)."""

    forms: tuple[str, ...]
    depths: np.ndarray
    factors: np.ndarray

    def median(self, form: str, depth: int) -> float:
        """Return the median over seeds for one form and one depth, no unit."""
        row, column = self.forms.index(form), list(self.depths).index(depth)
        return float(np.median(self.factors[row, column]))


def new_blocks(config: Config, *, form: str, depth: int, seed: int) -> nn.ModuleList:
    """Return the blocks of a fresh net, each from (N, width) to (N, width).

    Raises
    ------
    ValueError
        If ``form`` is not one of `FORMS`, or ``depth`` is below 1.
    """
    one_of("gradient_by_form.run", "form", form, FORMS)
    at_least("gradient_by_form.run", "depth", depth, 1)
    options = {
        "depth": depth,
        "width": config.width,
        "activation": config.activation,
        "layers": config.layers,
        "gain": config.gain,
        "generator": torch.Generator().manual_seed(seed),
        "device": config.device,
        "dtype": torch.float64,
    }
    if form == "plain":
        return PlainNet(config.width, 1, **options).blocks
    return ResidualNet(config.width, 1, mode=form, **options).blocks


def input_and_gradient(config: Config, seed: int) -> tuple[Tensor, Tensor]:
    """Return data and a gradient of length 1, both of shape (samples, width)."""
    generator = torch.Generator().manual_seed(OTHER_SEEDS + seed)
    x, delta = torch.randn(
        2, config.samples, config.width, generator=generator, dtype=torch.float64
    ).to(config.device)
    return x, delta / delta.norm()


def factor(blocks: Sequence[nn.Module], x: Tensor, delta: Tensor) -> float:
    """Return what the blocks multiply the length of a gradient by, going back.

    Parameters
    ----------
    blocks : sequence of nn.Module
        From (N, d) to (N, d), applied in turn.
    x, delta : Tensor of shape (N, d)
        Input of the first, and gradient at the output of the last.

    Returns
    -------
    float
        Length of the gradient at ``x`` over the length of ``delta``; no unit.

    Examples
    --------
    >>> halves = [nn.Hardtanh(-1.0, 1.0), nn.ReLU()]
    >>> factor(halves, torch.tensor([[0.5, -0.5]]), torch.tensor([[3.0, 4.0]]))
    0.6000000238418579
    """
    start = x.clone().requires_grad_(True)
    a = start
    for block in blocks:
        a = block(a)
    (gradient,) = torch.autograd.grad(a, start, delta)
    return float(gradient.norm() / delta.norm())


def run(config: Config) -> Result:
    """Send a gradient back through nets of every form, depth and seed."""
    shape = len(config.forms), len(config.depths), len(config.seeds)
    factors = np.zeros(shape)
    for row, column, number in np.ndindex(shape):
        seed = config.seeds[number]
        blocks = new_blocks(
            config, form=config.forms[row], depth=config.depths[column], seed=seed
        )
        x, delta = input_and_gradient(config, seed)
        factors[row, column, number] = factor(blocks, x, delta)
    return Result(config.forms, np.array(config.depths), factors)
