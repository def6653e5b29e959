r"""A deep net that is as good as a shallow one, made by adding layers that do nothing.

A shallow plain net is trained as in `coursekit.experiments.degradation`. Then blocks
are put behind its last one whose layers pass on what they are given: the weights are
the identity, batch norm's weight and bias are the standard deviation and the mean that
it takes away, and ReLU leaves alone what another ReLU has let through. The result has
the layers of the deep net that trains so badly, and the loss of the shallow one.

Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
arXiv:1512.03385, Section 1: "a solution by construction to the deeper model".
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments import degradation
from coursekit.experiments.checks import at_least
from coursekit.experiments.training import digits, training_loss
from coursekit.nets import BlockStack


@dataclass(frozen=True)
class Config:
    """Train plain nets of depth ``shallow``, then lengthen them to ``deep``."""

    shallow: int = 4
    deep: int = 20
    training: degradation.Config = field(default_factory=degradation.Config)


@dataclass(frozen=True)
class Result:
    """Mean cross-entropy (nats) on the training digits, in evaluation mode.

    ``shallow`` and ``built`` have shape (seeds,): before and after the layers were
    added. ``layers`` is the number of linear layers in the blocks of the built nets.
    """

    shallow: np.ndarray
    built: np.ndarray
    layers: int


@torch.no_grad()
def set_to_identity(block: nn.Module, a: Tensor) -> None:
    """Make ``block`` pass on non-negative activations, in evaluation mode.

    Parameters
    ----------
    block : nn.Module
        Linear layers from n to n features, batch norms and ReLUs.
    a : Tensor of shape (N, n)
        What the block will be given; its mean and variance become batch norm's.
    """
    for module in block:
        if isinstance(module, nn.Linear):
            nn.init.eye_(module.weight)
            nn.init.zeros_(module.bias)
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.copy_(a.mean(0))
            module.running_var.copy_(a.var(0, correction=0))
            module.weight.copy_((module.running_var + module.eps).sqrt())
            module.bias.copy_(module.running_mean)


@torch.no_grad()
def lengthen(net: BlockStack, deeper: BlockStack, x: Tensor) -> BlockStack:
    """Return ``net`` with as many blocks as ``deeper`` has, in evaluation mode.

    The first blocks, stem and head are those of ``net``; the others are taken from
    ``deeper`` and set to the identity for the data ``x`` of shape (N, d_in).
    """
    net.eval()
    added = deeper.blocks[len(net.blocks) :]
    a = net.activations(x)[-1]
    for block in added:
        set_to_identity(block, a)
    return BlockStack(net.stem, [*net.blocks, *added], net.head).eval()


def run(config: Config) -> Result:
    """Train a shallow net for every seed, lengthen it, and take both losses.

    Raises
    ------
    ValueError
        As `degradation.run`, and if ``deep`` is below ``shallow``.
    """
    at_least("identity_layers.run", "deep", config.deep, config.shallow)
    training, losses = config.training, []
    data = digits(training.device)
    nets, deeper_nets = (
        [
            degradation.make_net("plain", depth, width=training.width, seed=seed).to(
                training.device
            )
            for seed in training.seeds
        ]
        for depth in (config.shallow, config.deep)
    )
    degradation.train_nets(nets, training, data)
    for net, deeper in zip(nets, deeper_nets, strict=True):
        built = lengthen(net, deeper, data.train_x)
        losses.append((training_loss(net, data), training_loss(built, data)))
    layers = [m for m in built.blocks.modules() if isinstance(m, nn.Linear)]
    shallow, long = np.array(losses).T
    return Result(shallow=shallow, built=long, layers=len(layers))
