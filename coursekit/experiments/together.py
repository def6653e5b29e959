"""Nets of one architecture as one net: each of its layers is the stack of theirs.

A training step of the course's small nets costs calls and hardly any arithmetic, and a
stack of K nets takes no more calls than one of them. Its activations have the shape
(K, d, B), for d features and B samples of each net. No number of one net meets those of
another: each trains as it would alone, even beside one that diverges.
"""

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from coursekit.nets.parts import Multiplier


def _stacked(layers: Sequence[nn.Module], name: str) -> Tensor:
    return torch.stack([getattr(layer, name).detach() for layer in layers])


class _Stack(nn.Module):
    """Layers with matrices (K, d_out, d_in) and with columns (K, d, 1) or (K, 1, 1)."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        for name, parameter in layers[0].named_parameters():
            values = _stacked(layers, name)
            if parameter.ndim < 2:
                values = values.view(len(layers), -1, 1)
            stack = nn.Parameter(values, requires_grad=parameter.requires_grad)
            self.register_parameter(name, stack)
        for name, _ in layers[0].named_buffers():
            self.register_buffer(name, _stacked(layers, name).view(len(layers), -1, 1))


class Linears(_Stack):
    """K linear layers."""

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (K, d_out, B) for ``x`` of shape (K, d_in, B)."""
        return torch.baddbmm(self.bias, self.weight, x)


class Multipliers(_Stack):
    """K factors, learned or not."""

    def forward(self, z: Tensor) -> Tensor:
        """Return ``alpha * z``, shape (K, d, B)."""
        return self.alpha * z


class SampleNorms(_Stack):
    """K layer norms, group norms or RMS norms: they look at one sample at a time."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__(layers)
        self.normalize = copy.deepcopy(layers[0])  # what all have in common
        self.normalize.weight = self.normalize.bias = None
        for name in {"weight", "bias"} - dict(self.named_parameters()).keys():
            self.register_parameter(name, None)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize, scale and shift; shape (K, d, B)."""
        samples = x.mT
        x_hat = self.normalize(samples.flatten(0, 1)).view(samples.shape).mT
        y = x_hat if self.weight is None else x_hat * self.weight
        return y if self.bias is None else y + self.bias


class BatchNorms(nn.BatchNorm1d):
    """K batch norms of C channels: one of K * C channels."""

    def __init__(self, layers: Sequence[nn.BatchNorm1d]) -> None:
        first = layers[0]
        super().__init__(len(layers) * first.num_features, first.eps, first.momentum)
        for name, tensor in [*first.named_parameters(), *first.named_buffers()]:
            stack = getattr(self, name)
            stack.data = _stacked(layers, name).flatten()
            stack.requires_grad_(tensor.requires_grad)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize, scale and shift; shape (K, C, B)."""
        return super().forward(x.reshape(1, -1, x.shape[-1])).view(x.shape)


#: layer: the stack of such layers
STACKS: Mapping[type[nn.Module], type[nn.Module]] = {
    nn.Linear: Linears,
    nn.BatchNorm1d: BatchNorms,
    nn.LayerNorm: SampleNorms,
    nn.GroupNorm: SampleNorms,
    nn.RMSNorm: SampleNorms,
    Multiplier: Multipliers,
}


def stack(nets: Sequence[nn.Module]) -> nn.Module:
    """Return a net that sends ``x[k]``, shape (d, B), through what equals ``nets[k]``.

    Layers without parameters must treat every number alike, as activations do.

    Raises
    ------
    ValueError
        If a layer with parameters or buffers of its own has no entry in `STACKS`.

    Examples
    --------
    >>> layers = [nn.Linear(3, 2), nn.Linear(3, 2)]
    >>> x = torch.ones(2, 3, 5)
    >>> torch.allclose(stack(layers)(x)[1], layers[1](x[1].T).T)
    True
    """
    first = nets[0]
    if type(first) in STACKS:
        return STACKS[type(first)](nets)
    if list(first.parameters(recurse=False)) or list(first.buffers(recurse=False)):
        raise ValueError(
            f"stack: a layer with parameters or buffers must be one of "
            f"{', '.join(kind.__name__ for kind in STACKS)}; got {first}."
        )
    whole = copy.copy(first)
    whole._modules = {
        name: stack([net.get_submodule(name) for net in nets])
        for name, _ in first.named_children()
    }
    return whole


def alike(nets: Sequence[nn.Module]) -> list[list[int]]:
    """Return for every architecture where its nets stand.

    Examples
    --------
    >>> alike([nn.Linear(3, 2), nn.Linear(2, 2), nn.Linear(3, 2)])
    [[0, 2], [1]]
    """
    places: dict[str, list[int]] = {}
    for place, net in enumerate(nets):
        places.setdefault(str(net), []).append(place)
    return list(places.values())


def share(whole: nn.Module, nets: Sequence[nn.Module]) -> None:
    """Make what ``nets`` consist of parts of their stack, gradients included.

    From then on they move with it: an update of the stack is one of every net.
    """
    stacks = {**dict(whole.named_parameters()), **dict(whole.named_buffers())}
    for k, net in enumerate(nets):
        for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
            values, slopes = stacks[name].detach(), stacks[name].grad
            tensor.data = values.view(len(nets), -1)[k].view_as(tensor)
            if slopes is not None:
                tensor.grad = slopes.view(len(nets), -1)[k].view_as(tensor)
