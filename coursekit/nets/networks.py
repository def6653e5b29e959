"""Stacks of equal blocks: the plain network and the residual one beside it."""

from collections.abc import Iterable
from functools import partial

import torch
from torch import Tensor, nn

from coursekit.nets.drawing import HE, default_generator
from coursekit.nets.parts import ActivationChoice, Chain, NormChoice, Parts
from coursekit.nets.residual import MODES, ResidualBlock
from coursekit.nets.schemes import initialize
from coursekit.nets.sublayers import PostNormBlock, PreNormBlock

SUBLAYERS = {"post-norm": PostNormBlock, "pre-norm": PreNormBlock}
#: The modes whose blocks leave the sum as it is.
NORM_IN_BRANCH = ("pre", "pre-norm")


class BlockStack(nn.Module):
    """A stem, blocks of equal width and a head, applied in turn.

    Parameters
    ----------
    stem, head : nn.Module
        From the data to the first activation, and from the last one to the output.
    blocks : iterable of nn.Module
        Each from (N, width) to (N, width). ``del net.blocks[i]`` removes one for good:
        a lesion.

    Examples
    --------
    >>> net = BlockStack(nn.Linear(2, 3), [nn.ReLU(), nn.Tanh()], nn.Linear(3, 1))
    >>> x = torch.ones(5, 2)
    >>> [tuple(a.shape) for a in net.activations(x)]
    [(5, 3), (5, 3), (5, 3)]
    >>> torch.equal(net.head(net.activations(x)[-1]), net(x))
    True
    """

    def __init__(
        self, stem: nn.Module, blocks: Iterable[nn.Module], head: nn.Module
    ) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.ModuleList(blocks)
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        """Return the output, shape (N, d_out), for ``x`` of shape (N, d_in)."""
        a = self.stem(x)
        for block in self.blocks:
            a = block(a)
        return self.head(a)

    def activations(self, x: Tensor) -> list[Tensor]:
        """Return the stem's output and each block's: L + 1 tensors (N, width).

        They are part of the graph: give ``net.head(activations[-1])`` a loss and
        `torch.autograd.grad` gives its gradient with respect to each. In training mode
        this is a forward pass like any other and moves batch norm's running statistics.
        """
        activations = [self.stem(x)]
        for block in self.blocks:
            activations.append(block(activations[-1]))
        return activations


class PlainNet(BlockStack):
    r"""A deep network without residual connections.

    Every layer is linear, norm, activation; the head is linear. With ``layers=2``
    it has exactly the layers of a post-activation `ResidualNet` of the same depth,
    without the shortcuts: the pair compared in [1]_.

    Parameters
    ----------
    d_in, d_out : int
        Features of the data and of the output.
    depth : int
        Blocks between stem and head; may be 0.
    width : int
        Features of every activation.
    norm : None, {"batch", "layer", "rms"} or function, default=None
        A function takes a width and returns a module.
    activation : str or function, default="relu"
        See `ResidualBlock`.
    layers : int, default=1
        Linear layers in each block.
    gain : float, default=sqrt(2)
        Of every weight: std ``gain / sqrt(fan_in)``. He's gain for ReLU; torch's
        default for linear layers corresponds to ``1 / sqrt(3)``. Biases start at 0.
    generator : torch.Generator or None, default=None
        Draws the weights; None is a fresh one with a fixed seed, so the net is the
        same each time. Data drawn with the same seed as the net would repeat its
        weights: give them different seeds.
    device, dtype
        Of parameters and buffers.

    Attributes
    ----------
    stem, head : Chain
    blocks : nn.ModuleList of Chain

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Section 3.3.

    Examples
    --------
    >>> net = PlainNet(64, 10, depth=3, width=16, norm="batch")
    >>> net(torch.ones(8, 64)).shape
    torch.Size([8, 10])
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        *,
        depth: int,
        width: int,
        norm: NormChoice = None,
        activation: ActivationChoice = "relu",
        layers: int = 1,
        gain: float = HE,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        _check_sizes("PlainNet", depth=depth, width=width, layers=layers)
        generator = generator or default_generator()
        parts = Parts(norm, activation, gain, generator, device, dtype)
        super().__init__(
            stem=_stem(d_in, width, parts, gain=gain),
            blocks=[Chain(**parts.steps([width] * (layers + 1))) for _ in range(depth)],
            head=Chain(linear=parts.new_linear(width, d_out)),
        )


class ResidualNet(BlockStack):
    r"""A deep network of residual blocks.

    ===========  ============================  ===================  ===================
    mode         one block                     stem                 head
    ===========  ============================  ===================  ===================
    "post"       g(a + branch(a))              linear, norm, g      linear
    "pre"        a + branch(a), norm and g     linear               norm, g, linear
                 inside the branch
    "post-norm"  norm(a + branch(a))           linear               linear
    "pre-norm"   a + branch(norm(a))           linear               norm, linear
    ===========  ============================  ===================  ===================

    The first two are `ResidualBlock`, the others `PostNormBlock` and `PreNormBlock`.
    Where nothing normalizes the trunk, its last value is normalized before the head.

    Parameters
    ----------
    d_in, d_out : int
        Features of the data and of the output.
    depth : int
        L, the residual blocks; may be 0.
    width : int
        Features of every activation; all shortcuts are identities.
    mode : {"post", "pre", "post-norm", "pre-norm"}, default="post"
    norm : None, {"batch", "layer", "rms"} or function, default=None
        A function takes a width and returns a module. "post-norm" and "pre-norm" need
        one.
    activation : str or function, default="relu"
        See `ResidualBlock`.
    init : str, default="he"
        "he", "zero-last", "rezero", "skipinit", "layerscale" or "fixup", see
        `coursekit.nets.schemes`.
    layers : int, default=2
        Linear layers in each branch; "post-norm" and "pre-norm" have two.
    hidden : int or None, default=None
        Features between them; ``width`` if None.
    scale : float, default=1.0
        A constant factor on each branch, for example ``1 / sqrt(depth)``.
    gain : float, default=sqrt(2)
        Of every weight but the stem's, which has gain 1: it reads data and not
        activations (He et al., 2015, arXiv:1502.01852, Section 2.2).
    generator : torch.Generator or None, default=None
        Draws the weights; None is a fresh one with a fixed seed, so the net is the
        same each time. Data drawn with the same seed as the net would repeat its
        weights: give them different seeds.
    device, dtype
        Of parameters and buffers.

    Attributes
    ----------
    stem, head : Chain
    blocks : nn.ModuleList
        Each with ``branch`` and ``shortcut``.

    Raises
    ------
    ValueError
        If a name is unknown, or the choices do not go together.

    Examples
    --------
    >>> net = ResidualNet(64, 10, depth=3, width=16, mode="pre", norm="batch")
    >>> a = net.activations(torch.ones(8, 64))
    >>> block = net.blocks[2]
    >>> torch.equal(a[3], block.shortcut(a[2]) + block.branch(a[2]))
    True
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        *,
        depth: int,
        width: int,
        mode: str = "post",
        norm: NormChoice = None,
        activation: ActivationChoice = "relu",
        init: str = "he",
        layers: int = 2,
        hidden: int | None = None,
        scale: float = 1.0,
        gain: float = HE,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        _check_sizes("ResidualNet", depth=depth, width=width, layers=layers)
        _check_mode(mode, layers)
        generator = generator or default_generator()
        parts = Parts(norm, activation, gain, generator, device, dtype)
        options = {"hidden": hidden, "scale": scale, **vars(parts)}
        if mode in SUBLAYERS:
            new_block = partial(SUBLAYERS[mode], width, **options)
        else:
            options |= {"mode": mode, "layers": layers}
            new_block = partial(ResidualBlock, width, width, **options)
        super().__init__(
            stem=_stem(d_in, width, parts, gain=1.0, linear_only=mode != "post"),
            blocks=[new_block() for _ in range(depth)],
            head=_head(width, d_out, parts, mode),
        )
        initialize(self, init)


def _stem(
    d_in: int, width: int, parts: Parts, *, gain: float, linear_only: bool = False
) -> Chain:
    """Return what leads from the data to the first activations."""
    layer = parts.new_linear(d_in, width, gain=gain)
    if linear_only:
        return Chain(linear=layer)
    norm, activation = parts.new_norm(width), parts.new_activation()
    return Chain(linear=layer, norm=norm, activation=activation)


def _head(width: int, d_out: int, parts: Parts, mode: str) -> Chain:
    """Return what follows the last residual block: the norm it lacks, then linear."""
    return Chain(
        norm=parts.new_norm(width) if mode in NORM_IN_BRANCH else None,
        activation=parts.new_activation() if mode == "pre" else None,
        linear=parts.new_linear(width, d_out),
    )


def _check_sizes(net: str, **sizes: int) -> None:
    """Raise ValueError for a negative depth, or another size below 1."""
    for name, size in sizes.items():
        least = 0 if name == "depth" else 1
        if size < least:
            raise ValueError(f"{net}: {name} must be at least {least}; got {size}.")


def _check_mode(mode: str, layers: int) -> None:
    """Raise ValueError for an unknown mode, or layers that its blocks cannot have."""
    modes = (*MODES, *SUBLAYERS)
    if mode not in modes:
        raise ValueError(f"ResidualNet: mode must be one of {modes}; got {mode!r}.")
    if mode in SUBLAYERS and layers != 2:
        raise ValueError(
            f"ResidualNet: layers must be 2 for mode {mode!r}; got {layers}."
        )
