"""The residual block of fully connected layers, post-activation or pre-activation."""

import torch
from torch import Tensor, nn

from coursekit.nets.drawing import HE, default_generator
from coursekit.nets.parts import ActivationChoice, Chain, NormChoice, Parts

MODES = ("post", "pre")
SHORTCUTS = ("auto", "identity", "projection")


class ResidualBlock(nn.Module):
    r"""Add what a few layers compute to their input.

    With ``z = branch(a)`` and ``s = shortcut(a)``:

    - ``mode="post"``: ``g(z + s)``, the activation ``g`` after the sum [1]_. The branch
      is linear, norm, g, linear, norm. With z = 0 the block is the identity only
      where ``g(a) = a``: for ReLU, where a >= 0.
    - ``mode="pre"``: ``z + s``, the activation inside the branch [2]_. The branch is
      norm, g, linear, norm, g, linear. With z = 0 the block is the identity for every
      g and every a.

    Parameters
    ----------
    d_in, d_out : int
        Features before and after.
    mode : {"post", "pre"}, default="post"
    norm : None, {"batch", "layer", "rms"} or function, default=None
        The norm in the branch; a function takes a width and returns a module.
    activation : str or function, default="relu"
        "relu", "leaky-relu", "gelu", "tanh", "sigmoid", "identity", or a function
        without arguments that returns a module.
    shortcut : {"auto", "identity", "projection"}, default="auto"
        The identity has no parameters and needs ``d_in == d_out``; the projection is
        a matrix without bias ([1]_, Eq. 2). "auto" projects only where it must.
    hidden : int or None, default=None
        Features between the branch's layers; ``d_out`` if None.
    layers : int, default=2
        Linear layers in the branch.
    scale : float, default=1.0
        A constant factor on the branch, for example ``1 / sqrt(L)`` in a net of L
        blocks. It is part of ``branch``.
    gain : float, default=sqrt(2)
        Of the branch's weights, see `coursekit.nets.drawing.draw`; the projection has
        gain 1. All biases start at 0.
    generator : torch.Generator or None, default=None
        Draws the weights. None is a fresh generator with a fixed seed: two blocks
        made without a generator have equal weights.
    device, dtype
        Of parameters and buffers.

    Attributes
    ----------
    branch : Chain
        From (N, d_in) to (N, d_out), the scale included.
    shortcut : nn.Identity or nn.Linear
        From (N, d_in) to (N, d_out).
    after : nn.Module
        What follows the sum: the activation, or with "pre" the identity.

    Raises
    ------
    ValueError
        If a name is unknown, ``layers`` is below 1, or ``shortcut="identity"`` is
        asked for between different widths.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Eq. 1-2.
    .. [2] He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", 2016,
       arXiv:1603.05027, Fig. 4e.

    Examples
    --------
    >>> block = ResidualBlock(4, 4, mode="pre", norm="layer")
    >>> a = torch.ones(2, 4)
    >>> torch.equal(block(a), block.branch(a) + a)
    True
    >>> list(dict(block.branch.named_children()))
    ['norm1', 'activation1', 'linear1', 'norm2', 'activation2', 'linear2']
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        *,
        mode: str = "post",
        norm: NormChoice = None,
        activation: ActivationChoice = "relu",
        shortcut: str = "auto",
        hidden: int | None = None,
        layers: int = 2,
        scale: float = 1.0,
        gain: float = HE,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        _check(d_in, d_out, mode=mode, shortcut=shortcut, layers=layers)
        generator = generator or default_generator()
        parts = Parts(norm, activation, gain, generator, device, dtype)
        inner = [d_out if hidden is None else hidden] * (layers - 1)
        steps = parts.steps([d_in, *inner, d_out], pre_activation=mode == "pre")
        self.after: nn.Module = nn.Identity()
        if mode == "post":  # the last activation comes after the sum
            self.after = steps.pop(f"activation{layers}")
        self.branch = Chain(**steps, scale=parts.new_constant(scale))
        self.shortcut: nn.Module = nn.Identity()
        if shortcut == "projection" or d_in != d_out:
            self.shortcut = parts.new_linear(d_in, d_out, gain=1.0, bias=False)

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output, shape (N, d_out), for ``a`` of shape (N, d_in)."""
        return self.after(self.branch(a) + self.shortcut(a))


def _check(d_in: int, d_out: int, *, mode: str, shortcut: str, layers: int) -> None:
    """Raise ValueError for an impossible block."""
    if mode not in MODES:
        raise ValueError(f"ResidualBlock: mode must be one of {MODES}; got {mode!r}.")
    if shortcut not in SHORTCUTS:
        raise ValueError(
            f"ResidualBlock: shortcut must be one of {SHORTCUTS}; got {shortcut!r}."
        )
    if layers < 1:
        raise ValueError(f"ResidualBlock: layers must be at least 1; got {layers}.")
    if shortcut == "identity" and d_in != d_out:
        raise ValueError(
            f"ResidualBlock: d_out must equal d_in = {d_in} for "
            f'shortcut="identity"; got {d_out}. Use shortcut="projection".'
        )
