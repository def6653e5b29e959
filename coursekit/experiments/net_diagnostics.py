r"""What to look at in a net that does not work as it should, with one fault at a time.

A healthy 24-block residual net with batch norm stands beside the same net with one
fault. None of the faults raises an error, and most of the nets train. What shows them:
the gradient by layer, also against differences; the spread by block; the accuracy in
training mode, in evaluation mode and on batches sorted by class; the parameter count.

The net is the post-activation one of He, Zhang, Ren, Sun, "Deep Residual Learning for
Image Recognition", 2015, arXiv:1512.03385, with linear layers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, digits, train
from coursekit.nets import BatchNorm1d, ResidualBlock, ResidualNet

#: the step of a difference quotient in float64 (lesson 00)
STEP = 1e-6


class DetachedBatchNorm(BatchNorm1d):
    """Batch norm that takes mean and variance for constants in the backward pass."""

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor, int]:
        mean, var, count = super()._batch_statistics(x)
        return mean.detach(), var.detach(), count


def pass_skip_unmasked(block: ResidualBlock, a: Tensor) -> Tensor:
    """Return the block's output; its backward pass forgets ReLU's mask on the skip.

    Parameters
    ----------
    block : ResidualBlock
        Post-activation.
    a : Tensor of shape (N, d)
    """
    right = block.after(block.branch(a) + a.detach())
    return right + (a - a.detach())  # adds 0, and a gradient of 1


def healthy(net: ResidualNet) -> None:
    """Leave the net as it is."""


def evaluates_on_the_batch(net: ResidualNet) -> None:
    """Let batch norm use the batch's statistics in evaluation mode too."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.track_running_stats = False
            module.running_mean = module.running_var = module.num_batches_tracked = None


def detached_statistics(net: ResidualNet) -> None:
    """Take the statistics out of the gradient."""
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm1d):
                setattr(parent, name, DetachedBatchNorm(child.num_features))


def unmasked_skip(net: ResidualNet) -> None:
    """Let the skip's gradient past the activation that follows the sum."""
    for block in net.blocks:
        block.forward = partial(pass_skip_unmasked, block)


def one_block_for_all(net: ResidualNet) -> None:
    """Use the first block in every place, as ``[block] * depth`` does."""
    net.blocks = nn.ModuleList([net.blocks[0]] * len(net.blocks))


FAULTS: Mapping[str, Callable[[ResidualNet], None]] = {
    "healthy": healthy,
    "evaluates on the batch": evaluates_on_the_batch,
    "detached statistics": detached_statistics,
    "unmasked skip": unmasked_skip,
    "one block for all": one_block_for_all,
}


@dataclass(frozen=True)
class Config:
    """24 residual blocks on the digits, a short training, one fault or none.

    ``every``: of how many blocks one has its gradient held against differences.
    """

    fault: str = "healthy"
    depth: int = 24
    width: int = 64
    steps: int = 80
    every: int = 4
    batch_size: int = 64
    lr: float = 0.02
    momentum: float = 0.9
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """What the diagnostics read; no units.

    Attributes
    ----------
    gradients : ndarray of shape (depth,)
        At the start: norm of the gradient of the loss with respect to what enters each
        block.
    probed : ndarray of shape (probes,)
        Blocks whose gradient was held against differences, counted from 0.
    slope_errors : ndarray of shape (probes,)
        At the start: how far that gradient is off the difference quotient, along one
        random direction, relative to the quotient.
    bias_gradient : float
        At the start: largest entry of the gradient of a bias that stands before a
        batch norm. The norm takes every such bias away again, so it must be 0.
    stds : ndarray of shape (depth + 1,)
        At the start: of the stem's output and each block's.
    training_mode, evaluation_mode, sorted_batches, recalibrated : float
        After training: accuracy on the test digits, between 0 and 1, in batches of 50.
        In training mode and shuffled, in evaluation mode and shuffled, in evaluation
        mode and sorted by class; and again in evaluation mode, when the running
        statistics were averaged anew over the training digits.
    parameters : int
        How many numbers training moves.
    """

    gradients: np.ndarray
    probed: np.ndarray
    slope_errors: np.ndarray
    bias_gradient: float
    stds: np.ndarray
    training_mode: float
    evaluation_mode: float
    sorted_batches: float
    recalibrated: float
    parameters: int


def new_net(config: Config) -> ResidualNet:
    """Return a net with the fault of ``config``.

    Raises
    ------
    ValueError
        If the fault is not one of `FAULTS`, or ``depth`` is below 1.
    """
    one_of("net_diagnostics.run", "fault", config.fault, FAULTS)
    at_least("net_diagnostics.run", "depth", config.depth, 1)
    net = ResidualNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=nn.BatchNorm1d,
        generator=torch.Generator().manual_seed(config.seed),
    )
    FAULTS[config.fault](net)
    return net.to(config.device)


def loss_from(net: ResidualNet, a: Tensor, y: Tensor, *, block: int) -> Tensor:
    """Return the loss (nats) when ``a`` of shape (N, width) enters block ``block``."""
    for later in net.blocks[block:]:
        a = later(a)
    return nn.functional.cross_entropy(net.head(a), y)


def slope_error(
    net: ResidualNet, a: Tensor, y: Tensor, *, block: int, direction: Tensor
) -> float:
    """Return how far a block's gradient is off a central difference.

    Parameters
    ----------
    net : ResidualNet
        In float64, in training mode.
    a : Tensor of shape (N, width)
        What enters the block.
    y : Tensor of shape (N,)
        The digits, int64.
    block : int
        Counted from 0.
    direction : Tensor of the shape of ``a``
        Along which the difference is taken.

    Returns
    -------
    float
        Relative to the size of the difference; no unit.
    """
    a = a.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_from(net, a, y, block=block), a)
    with torch.no_grad():
        ahead = loss_from(net, a + STEP * direction, y, block=block)
        behind = loss_from(net, a - STEP * direction, y, block=block)
    difference = (ahead - behind) / (2 * STEP)
    return float(((gradient * direction).sum() - difference).abs() / difference.abs())


def largest_bias_gradient(net: ResidualNet, loss: Tensor) -> float:
    """Return the largest entry of the gradients of the branches' biases.

    In this net each of them stands before a batch norm.
    """
    linears = [
        module for module in net.blocks.modules() if isinstance(module, nn.Linear)
    ]
    gradients = torch.autograd.grad(
        loss, [layer.bias for layer in linears], retain_graph=True
    )
    return max(float(gradient.abs().max()) for gradient in gradients)


@torch.no_grad()
def accuracy_in_batches(
    net: nn.Module, data: Split, order: Tensor, *, training: bool, size: int = 50
) -> float:
    """Return the share of right test answers, batch by batch in the order given.

    Parameters
    ----------
    net : nn.Module
        Its running statistics are left as they were, its mode is not.
    data : Split
    order : Tensor of shape (500,)
        The test samples in the order in which they come.
    training : bool
        The mode.
    size : int, default=50
        Of the batches.
    """
    buffers = [buffer.clone() for buffer in net.buffers()]
    net.train(training)
    right = [net(data.test_x[b]).argmax(1) == data.test_y[b] for b in order.split(size)]
    for buffer, before in zip(net.buffers(), buffers, strict=True):
        buffer.copy_(before)
    return float(torch.cat(right).float().mean())


@torch.no_grad()
def recalibrate(net: nn.Module, data: Split, *, size: int) -> None:
    """Replace the running statistics by their average over the training digits.

    Parameters
    ----------
    net : nn.Module
        Changed in place; left in training mode.
    data : Split
    size : int
        Of the batches; what does not fill one is left out.
    """
    for module in net.modules():
        if getattr(module, "num_batches_tracked", None) is not None:
            module.num_batches_tracked.zero_()
            module.momentum = None  # the plain average over all batches from here on
    net.train()
    for start in range(0, len(data.train_x) - size + 1, size):
        net(data.train_x[start : start + size])


def before_training(config: Config, data: Split) -> dict[str, np.ndarray | float]:
    """Return what `Result` has of the start, in float64 and training mode."""
    net = new_net(config).double()
    x, y = data.train_x[: config.batch_size].double(), data.train_y[: config.batch_size]
    net.train()
    trunk = net.activations(x)
    loss = nn.functional.cross_entropy(net.head(trunk[-1]), y)
    bias_gradient = largest_bias_gradient(net, loss)
    gradients = torch.autograd.grad(loss, trunk[:-1])
    generator = torch.Generator().manual_seed(config.seed)
    probed, errors = range(0, config.depth, config.every), []
    for block in probed:
        direction = torch.randn(x.shape[0], config.width, generator=generator).to(x)
        entering = {"block": block, "direction": direction}
        errors.append(slope_error(net, trunk[block], y, **entering))
    return {
        "gradients": np.array([float(g.norm()) for g in gradients]),
        "probed": np.array(probed),
        "slope_errors": np.array(errors),
        "bias_gradient": bias_gradient,
        "stds": np.array([float(a.detach().std()) for a in trunk]),
    }


def run(config: Config) -> Result:
    """Read all diagnostics of one net, before and after a short training.

    Raises
    ------
    ValueError
        As `new_net`, and if ``every`` is below 1.
    """
    at_least("net_diagnostics.run", "every", config.every, 1)
    data, net = digits(config.device), new_net(config)
    train(
        net,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        momentum=config.momentum,
        generator=torch.Generator().manual_seed(config.seed),
    )
    shuffled = torch.randperm(500, generator=torch.Generator().manual_seed(config.seed))
    by_class = data.test_y.argsort(stable=True)
    accuracies = {
        "training_mode": accuracy_in_batches(net, data, shuffled, training=True),
        "evaluation_mode": accuracy_in_batches(net, data, shuffled, training=False),
        "sorted_batches": accuracy_in_batches(net, data, by_class, training=False),
    }
    recalibrate(net, data, size=config.batch_size)
    return Result(
        **before_training(config, data),
        **accuracies,
        recalibrated=accuracy_in_batches(net, data, shuffled, training=False),
        parameters=sum(parameter.numel() for parameter in net.parameters()),
    )


def run_all(
    config: Config, faults: tuple[str, ...] = tuple(FAULTS)
) -> dict[str, Result]:
    """Return `run` for every fault, by name, behind a progress bar."""
    return {
        fault: run(replace(config, fault=fault))
        for fault in tqdm(faults, desc="nets", leave=False)
    }
