"""The net repaired, and repairs that leave something or break something."""
# ruff: noqa: D102, D103

import copy
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn

from coursekit.probes.capstone import Block, Net, Norm


class StillTrains(Norm):
    """One fault left: evaluation mode never arrives."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.BatchNorm1d.forward(self, x)


class StillConstant(Norm):
    """One fault left: mean and variance are constants in the backward pass."""

    def train(self, mode: bool = True) -> Norm:
        return nn.Module.train(self, mode)


def norms(net: nn.Module) -> Iterator[nn.Module]:
    return (part for part in net.modules() if isinstance(part, nn.BatchNorm1d))


def mend_norms(net: nn.Module, kind: type = nn.BatchNorm1d) -> None:
    for norm in norms(net):
        norm.__class__ = kind


def mend_sharing(net: Net) -> None:
    net.blocks = nn.ModuleList(map(copied, net.blocks))


def copied(part: nn.Module) -> nn.Module:
    """Do what `copy.deepcopy` does, in a fifth of the time."""
    twin = copy.copy(part)
    own = part._parameters.items()
    twin._parameters = {name: nn.Parameter(p.detach().clone()) for name, p in own}
    twin._buffers = {name: b.clone() for name, b in part._buffers.items()}
    twin._modules = {name: copied(inner) for name, inner in part._modules.items()}
    return twin


def add_and_mask(block: Block, a: Tensor) -> Tensor:
    return torch.relu(block.branch(a) + a)


def mend_blocks(net: Net, forward: Callable[..., Tensor] = add_and_mask) -> None:
    for block in net.blocks:
        block.forward = partial(forward, block)


def sound(net: Net) -> Net:
    mend_sharing(net)
    mend_norms(net)
    mend_blocks(net)
    return net


def nothing(net: Net) -> Net:
    return net


def evaluates_on_the_batch(net: Net) -> Net:
    mend_sharing(net)
    mend_norms(net, StillTrains)
    mend_blocks(net)
    return net


def constant_statistics(net: Net) -> Net:
    mend_sharing(net)
    mend_norms(net, StillConstant)
    mend_blocks(net)
    return net


def unmasked_skip(net: Net) -> Net:
    mend_sharing(net)
    mend_norms(net)
    return net


def one_block(net: Net) -> Net:
    mend_norms(net)
    mend_blocks(net)
    return net


def stem_forgotten(net: Net) -> Net:
    mend_sharing(net)
    mend_norms(net.blocks)
    mend_blocks(net)
    return net


def last_block_everywhere(net: Net) -> Net:
    net = sound(net)
    for block in net.blocks:
        block.forward = lambda a: add_and_mask(block, a)  # noqa: B023
    return net


def without_biases(net: Net) -> Net:
    net = sound(net)
    for group in (net.stem, *net.blocks):
        for part in group.modules():
            if isinstance(part, nn.Linear):
                part.bias = None
    return net


def no_skip(net: Net) -> Net:
    net = sound(net)
    mend_blocks(net, lambda block, a: torch.relu(block.branch(a)))
    return net


def no_gradient_along_the_skip(net: Net) -> Net:
    net = sound(net)
    mend_blocks(net, lambda block, a: torch.relu(block.branch(a) + a.detach()))
    return net


def no_last_activation(net: Net) -> Net:
    net = sound(net)
    mend_blocks(net, lambda block, a: block.branch(a) + a)
    return net
