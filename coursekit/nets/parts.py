"""The parts networks are made of: activations and norms by name, chains of layers."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn

from coursekit.nets.batch_norm import BatchNorm1d
from coursekit.nets.drawing import HE, linear
from coursekit.nets.layer_norm import LayerNorm, RMSNorm

#: A name from the table, or a function without arguments that returns a module.
ActivationChoice = str | Callable[[], nn.Module]
#: None, a name from the table, or a function from a width to a module.
NormChoice = None | str | Callable[[int], nn.Module]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}
NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": BatchNorm1d,
    "layer": LayerNorm,
    "rms": RMSNorm,
}


def choose(name: str, what: str, table: dict[str, Callable]) -> Callable:
    """Return ``table[name]``, or say which names there are.

    Examples
    --------
    >>> choose("swish", "activation", ACTIVATIONS)
    Traceback (most recent call last):
    ValueError: choose: activation must be one of relu, leaky-relu, gelu, tanh, \
sigmoid, identity; got 'swish'.
    """
    if name not in table:
        raise ValueError(
            f"choose: {what} must be one of {', '.join(table)}; got {name!r}."
        )
    return table[name]


def make_activation(activation: ActivationChoice) -> nn.Module:
    """Return a new activation module; ``activation`` is a name or makes one."""
    if isinstance(activation, str):
        activation = choose(activation, "activation", ACTIVATIONS)
    return activation()


def make_norm(
    norm: NormChoice,
    width: int,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Module | None:
    """Return a new norm for vectors of ``width`` features, or None for None.

    Anything that is not in the table is given as a function of the width.

    Examples
    --------
    >>> from coursekit.nets.group_norm import GroupNorm
    >>> make_norm(lambda width: GroupNorm(8, width), 64)
    GroupNorm(8, 64, eps=1e-05, affine=True, bias=True)
    """
    if norm is None:
        return None
    if isinstance(norm, str):
        norm = choose(norm, "norm", NORMS)
    return norm(width).to(device=device, dtype=dtype)


class Chain(nn.Sequential):
    """A sequence of named modules that leaves out those that are None.

    Examples
    --------
    >>> Chain(norm=None, activation=nn.ReLU())
    Chain(
      (activation): ReLU()
    )
    """

    def __init__(self, **modules: nn.Module | None) -> None:
        kept = {name: module for name, module in modules.items() if module is not None}
        super().__init__(OrderedDict(kept))


class Multiplier(nn.Module):
    """Multiply by ``alpha``: a learned parameter, or a constant kept as a buffer.

    Parameters
    ----------
    alpha : Tensor of shape () or (d,)
        One factor for all features or one for each; no unit.
    learned : bool
        Whether training moves it.
    """

    def __init__(self, alpha: torch.Tensor, *, learned: bool) -> None:
        super().__init__()
        if learned:
            self.alpha = nn.Parameter(alpha)
        else:
            self.register_buffer("alpha", alpha)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return ``alpha * z`` for ``z`` of shape (*, d)."""
        return self.alpha * z

    def extra_repr(self) -> str:
        """Return the shape of alpha, and whether it is learned."""
        learned = isinstance(self.alpha, nn.Parameter)
        return f"{tuple(self.alpha.shape)}, learned={learned}"


def layers_between(
    widths: Sequence[int],
    *,
    norm: NormChoice,
    activation: ActivationChoice,
    generator: torch.Generator,
    pre_activation: bool = False,
    gain: float = HE,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> dict[str, nn.Module | None]:
    """Return the modules that lead from ``widths[0]`` to ``widths[-1]``, by name.

    Each step is ``linear, norm, activation``, or with ``pre_activation`` ``norm,
    activation, linear``; the names count from 1. A norm that was not asked for is
    None, which `Chain` leaves out.

    Examples
    --------
    >>> names = layers_between(
    ...     [3, 4, 5], norm="layer", activation="relu", generator=torch.Generator()
    ... )
    >>> list(names)
    ['linear1', 'norm1', 'activation1', 'linear2', 'norm2', 'activation2']
    """
    factory = {"device": device, "dtype": dtype}
    layers: dict[str, nn.Module | None] = {}
    for i, (before, after) in enumerate(pairwise(widths), start=1):
        step = {
            f"linear{i}": linear(
                before, after, gain=gain, generator=generator, **factory
            ),
            f"norm{i}": make_norm(norm, before if pre_activation else after, **factory),
            f"activation{i}": make_activation(activation),
        }
        if pre_activation:  # to the end: the linear layer comes last
            step[f"linear{i}"] = step.pop(f"linear{i}")
        layers |= step
    return layers
