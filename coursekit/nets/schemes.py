"""How much each residual branch gives at the start: the published schemes.

Each scheme changes blocks whose weights were already drawn (`coursekit.nets.drawing`).
A block is any module with a ``branch`` that is a `Chain`.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from coursekit.nets.parts import Multiplier, choose

#: The schemes made for networks without norms.
WITHOUT_NORM = ("skipinit", "fixup")


def he(block: nn.Module) -> None:
    """Leave the branch as drawn, with He's gain (He et al., 2015, arXiv:1502.01852).

    Without a norm each block then about doubles the variance of its input.
    """


@torch.no_grad()
def zero_last(block: nn.Module) -> None:
    """Set what comes last in the branch to zero, so that the branch starts at 0.

    Where a norm ends the branch, its weight (Goyal et al., 2017, arXiv:1706.02677,
    Section 5.1); else the last linear layer (as in Fixup's rule 1, arXiv:1901.09321).

    Raises
    ------
    ValueError
        If a norm without a weight comes last.
    """
    last = [m for m in block.branch if not isinstance(m, Multiplier)][-1]
    if getattr(last, "weight", None) is None:
        raise ValueError(
            "zero_last: what ends the branch must have a weight to set to zero; "
            f"got {last}."
        )
    for parameter in last.parameters():
        parameter.zero_()


def rezero(block: nn.Module) -> None:
    """Multiply the branch by a learned scalar alpha that starts at 0.

    Bachlechner et al., 2020, arXiv:2003.04887, Eq. 1. At the start only alpha gets a
    gradient; the branch's weights get theirs as soon as alpha has moved.
    """
    _multiply(block, torch.zeros(()))


def skipinit(block: nn.Module) -> None:
    """Multiply the branch by a learned scalar that starts at 0, in place of norms.

    De, Smith, 2020, arXiv:2002.10444, Section 4. The same factor as `rezero`, put
    forward as what batch norm does for a residual network at the start.
    """
    _multiply(block, torch.zeros(()))


def layerscale(block: nn.Module, *, value: float = 0.1) -> None:
    """Multiply each feature of the branch by a learned factor that starts small.

    Touvron et al., 2021, arXiv:2103.17239, Eq. 4 and Section 3. They start at 0.1 up
    to 18 layers, 1e-5 up to 24 and 1e-6 beyond.
    """
    d_out = _linears(block)[-1].out_features
    _multiply(block, torch.full((d_out,), value))


@torch.no_grad()
def fixup(block: nn.Module, *, depth: int) -> None:
    """Shrink the branch's weights with the depth of the net and zero the last layer.

    With m linear layers in each of ``depth`` = L branches: all but the last are
    multiplied by ``L ** (-1 / (2 m - 2))``, the last starts at zero, and a learned
    scalar that starts at 1 multiplies the branch (Zhang, Dauphin, Ma, 2019,
    arXiv:1901.09321, rules 1-3). `initialize` zeroes the net's head too (rule 1). The
    ordinary biases of the linear layers stand in for rule 3's scalar ones.

    Raises
    ------
    ValueError
        If the branch has fewer than two linear layers.
    """
    *inner, last = _linears(block)
    if not inner:
        raise ValueError(
            "fixup: the branch must have at least 2 linear layers for the factor "
            "L ** (-1 / (2 m - 2)); got m = 1."
        )
    for layer in inner:
        layer.weight.mul_(depth ** (-1 / (2 * len(inner))))
    for parameter in last.parameters():
        parameter.zero_()
    _multiply(block, torch.ones(()))


#: Every scheme that needs nothing but the block.
SCHEMES: dict[str, Callable[[nn.Module], None]] = {
    "he": he,
    "zero-last": zero_last,
    "rezero": rezero,
    "skipinit": skipinit,
    "layerscale": layerscale,
}


@torch.no_grad()
def initialize(net: nn.Module, scheme: str) -> None:
    """Apply a scheme to every block of a freshly drawn residual net, in place.

    Parameters
    ----------
    net : ResidualNet
        Or any module with ``blocks`` whose branches are chains, and for "fixup" with
        a ``head`` that ends in a linear layer.
    scheme : {"he", "zero-last", "rezero", "skipinit", "layerscale", "fixup"}
        See the functions of this module.

    Raises
    ------
    ValueError
        If the scheme is unknown, does not suit the branches, or is made for networks
        without norms ("skipinit", "fixup") and the net has one.

    Examples
    --------
    >>> from coursekit.nets import ResidualNet
    >>> net = ResidualNet(3, 2, depth=4, width=8, mode="pre")
    >>> initialize(net, "rezero")
    >>> block, a = net.blocks[0], torch.ones(5, 8)
    >>> torch.equal(block(a), a)
    True
    """
    schemes = SCHEMES | {"fixup": partial(fixup, depth=len(net.blocks))}
    apply = choose(scheme, "initialize: scheme", schemes)
    norms = [name for name, _ in net.named_modules() if "norm" in name]
    if scheme in WITHOUT_NORM and norms:
        raise ValueError(
            f"initialize: norm must be None for the scheme {scheme!r}, which takes its "
            f"place; got {norms[0]}."
        )
    for block in net.blocks:
        apply(block)
    if scheme == "fixup":
        for parameter in net.head[-1].parameters():
            parameter.zero_()


def _linears(block: nn.Module) -> list[nn.Linear]:
    return [module for module in block.branch if isinstance(module, nn.Linear)]


def _multiply(block: nn.Module, alpha: torch.Tensor) -> None:
    """Put a learned factor at the end of the branch, beside its weights."""
    beside = _linears(block)[-1].weight
    factor = Multiplier(alpha.to(beside.device, beside.dtype), learned=True)
    block.branch.add_module("multiplier", factor)
