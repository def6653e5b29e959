"""Residual blocks with one norm, before the branch (Pre-LN) or after the sum."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from coursekit.nets.drawing import HE, default_generator
from coursekit.nets.parts import ActivationChoice, Chain, NormChoice, Parts


class _Sublayer(nn.Module):
    """Two linear layers and a norm; subclasses say where the norm stands."""

    norm_on_trunk: ClassVar[bool]

    def __init__(
        self,
        d: int,
        *,
        norm: NormChoice = "layer",
        activation: ActivationChoice = "relu",
        hidden: int | None = None,
        scale: float = 1.0,
        gain: float = HE,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if norm is None:
            raise ValueError(
                f"{type(self).__name__}: norm must be given, for example 'layer' or "
                "'rms'; got None."
            )
        generator = generator or default_generator()
        parts = Parts(norm, activation, gain, generator, device, dtype)
        inner = d if hidden is None else hidden
        mlp = {
            "linear1": parts.new_linear(d, inner),
            "activation": parts.new_activation(),
            "linear2": parts.new_linear(inner, d),
            "scale": parts.new_constant(scale),
        }
        if self.norm_on_trunk:
            self.branch = Chain(**mlp)
            self.norm = parts.new_norm(d)
        else:
            self.branch = Chain(norm=parts.new_norm(d), **mlp)
        self.shortcut = nn.Identity()


class PreNormBlock(_Sublayer):
    r"""Pre-LN: ``x + f(norm(x))``; the sum itself is never normalized.

    The trunk adds up to a growing sum, so a net of these blocks needs a final norm
    before its head. ``f`` is linear, activation, linear: the MLP sublayer of a
    Transformer [1]_.

    Parameters
    ----------
    d : int
        Features before and after.
    norm : {"layer", "rms", "batch"} or function, default="layer"
        A function takes the width and returns a module.
    activation : str or function, default="relu"
    hidden : int or None, default=None
        Features inside; ``d`` if None (Transformers often take ``4 d``).
    scale : float, default=1.0
        A constant factor on the branch.
    gain : float, default=sqrt(2)
        Of both weights, see `coursekit.nets.drawing.draw`. Biases start at 0.
    generator : torch.Generator or None, default=None
        Draws the weights; None is a fresh one with a fixed seed.
    device, dtype
        Of parameters and buffers.

    Attributes
    ----------
    branch : Chain
        ``f(norm(x))``, from (*, d) to (*, d).
    shortcut : nn.Identity

    Raises
    ------
    ValueError
        If ``norm`` is None or a name is unknown.

    References
    ----------
    .. [1] Xiong et al., "On Layer Normalization in the Transformer Architecture",
       2020, arXiv:2002.04745, Table 1.

    Examples
    --------
    >>> block = PreNormBlock(4, norm="rms")
    >>> x = torch.ones(2, 3, 4)
    >>> torch.equal(block(x), x + block.branch(x))
    True
    """

    norm_on_trunk = False

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output for ``x`` of shape (*, d); the shape stays."""
        return self.shortcut(x) + self.branch(x)


class PostNormBlock(_Sublayer):
    r"""Post-LN: ``norm(x + f(x))``; every sum is normalized.

    The norm stands on the trunk, so there is no path through the net that leaves the
    input as it is. ``f`` is linear, activation, linear [1]_. Parameters and errors
    are those of `PreNormBlock`.

    Attributes
    ----------
    branch : Chain
        ``f(x)``, from (*, d) to (*, d).
    shortcut : nn.Identity
    norm : nn.Module

    References
    ----------
    .. [1] Xiong et al., "On Layer Normalization in the Transformer Architecture",
       2020, arXiv:2002.04745, Table 1.

    Examples
    --------
    >>> block = PostNormBlock(4)
    >>> x = torch.arange(4.0)
    >>> torch.equal(block(x), block.norm(x + block.branch(x)))
    True
    """

    norm_on_trunk = True

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output for ``x`` of shape (*, d); the shape stays."""
        return self.norm(self.shortcut(x) + self.branch(x))
