"""The parts networks are made of: layers, norms and activations, chosen by name."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import nn

from coursekit.nets.batch_norm import BatchNorm1d
from coursekit.nets.drawing import HE, default_generator, linear
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
    >>> choose("instance", "coursekit.nets: norm", NORMS)
    Traceback (most recent call last):
    ValueError: coursekit.nets: norm must be one of batch, layer, rms; got 'instance'.
    """
    if name not in table:
        raise ValueError(f"{what} must be one of {', '.join(table)}; got {name!r}.")
    return table[name]


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


@dataclass(frozen=True)
class Parts:
    """What the layers of one network have in common, and those layers made to it.

    Attributes
    ----------
    norm : None, {"batch", "layer", "rms"} or function
        A function takes a width and returns a module.
    activation : str or function
        A name in `ACTIVATIONS`, or a function without arguments that returns a module.
    gain : float
        Of the weights, see `coursekit.nets.drawing.draw`.
    generator : torch.Generator
        Draws the weights, layer after layer.
    device, dtype
        Of parameters and buffers.

    Examples
    --------
    >>> from coursekit.nets.group_norm import GroupNorm
    >>> parts = Parts(norm=lambda width: GroupNorm(8, width))
    >>> parts.new_norm(64)
    GroupNorm(8, 64, eps=1e-05, affine=True, bias=True)
    >>> list(parts.steps([3, 16, 16]))
    ['linear1', 'norm1', 'activation1', 'linear2', 'norm2', 'activation2']
    """

    norm: NormChoice = None
    activation: ActivationChoice = "relu"
    gain: float = HE
    generator: torch.Generator = field(default_factory=default_generator)
    device: torch.device | str | None = None
    dtype: torch.dtype | None = None

    def new_linear(
        self, d_in: int, d_out: int, *, gain: float | None = None, bias: bool = True
    ) -> nn.Linear:
        """Return a linear layer; ``gain`` overrules the common one."""
        return linear(
            d_in,
            d_out,
            gain=self.gain if gain is None else gain,
            bias=bias,
            generator=self.generator,
            device=self.device,
            dtype=self.dtype,
        )

    def new_norm(self, width: int) -> nn.Module | None:
        """Return a norm for vectors of ``width`` features, or None without norms."""
        if self.norm is None:
            return None
        make = self.norm
        if isinstance(make, str):
            make = choose(make, "coursekit.nets: norm", NORMS)
        return make(width).to(device=self.device, dtype=self.dtype)

    def new_activation(self) -> nn.Module:
        """Return an activation."""
        make = self.activation
        if isinstance(make, str):
            make = choose(make, "coursekit.nets: activation", ACTIVATIONS)
        return make()

    def new_constant(self, scale: float) -> Multiplier | None:
        """Return a module that multiplies by ``scale``, or None where that is 1."""
        if scale == 1.0:
            return None
        dtype = torch.get_default_dtype() if self.dtype is None else self.dtype
        alpha = torch.tensor(scale, device=self.device, dtype=dtype)
        return Multiplier(alpha, learned=False)

    def steps(
        self, widths: Sequence[int], *, pre_activation: bool = False
    ) -> dict[str, nn.Module | None]:
        """Return the modules that lead from ``widths[0]`` to ``widths[-1]``, by name.

        Each step is ``linear, norm, activation``, or with ``pre_activation`` ``norm,
        activation, linear``; the names count from 1.
        """
        modules: dict[str, nn.Module | None] = {}
        for i, (before, after) in enumerate(pairwise(widths), start=1):
            layer = {f"linear{i}": self.new_linear(before, after)}
            norm = {f"norm{i}": self.new_norm(before if pre_activation else after)}
            activation = {f"activation{i}": self.new_activation()}
            if pre_activation:
                modules |= norm | activation | layer
            else:
                modules |= layer | norm | activation
        return modules
