r"""How far gamma and beta move during training, and whether the net needs them.

Two nets with layer norm differ in one thing: whether the norms have gamma and beta. The
statistics of the last norm's output on the test digits are followed through training.

Source of the question: Xu et al., "Understanding and Improving Layer Normalization",
2019, arXiv:1911.07013, who trained Transformers with and without them.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from coursekit.experiments.training import Split, accuracy, digits, train
from coursekit.nets import PlainNet


@dataclass(frozen=True)
class Config:
    """A plain net on the digits, one update a step, with and without gamma and beta."""

    steps: int = 400
    batch_size: int = 32
    depth: int = 2
    width: int = 64
    lr: float = 0.05
    momentum: float = 0.9
    every: int = 10
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Run:
    """One net through training; no units.

    Attributes
    ----------
    steps : ndarray of shape (times,)
        Updates done when the statistics were taken.
    means, stds : ndarray of shape (times, vectors)
        Mean and biased standard deviation over the features of each output vector of
        the last norm, for the test digits.
    gamma, beta : ndarray of shape (width,)
        After training; ones and zeros where the norm has none.
    accuracy : float
        On the test part, between 0 and 1.
    """

    steps: np.ndarray
    means: np.ndarray
    stds: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    accuracy: float


@dataclass(frozen=True)
class Result:
    """The same training without and with gamma and beta."""

    without: Run
    learned: Run


def one_run(config: Config, data: Split, *, affine: bool) -> Run:
    """Train one net and watch what leaves its last norm."""
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=partial(nn.LayerNorm, elementwise_affine=affine),
        generator=torch.Generator().manual_seed(config.seed),
    ).to(config.device)
    norm = [module for module in net.modules() if isinstance(module, nn.LayerNorm)][-1]
    seen: dict[int, torch.Tensor] = {}

    @torch.no_grad()
    def watch(step: int) -> None:
        if step % config.every == 0:
            hook = norm.register_forward_hook(
                lambda _module, _inputs, output: seen.update({step: output.cpu()})
            )
            net(data.test_x)
            hook.remove()

    train(
        net,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        momentum=config.momentum,
        generator=torch.Generator().manual_seed(config.seed),
        watch=watch,
    )
    ones, zeros = torch.ones(config.width), torch.zeros(config.width)
    outputs = torch.stack(list(seen.values()))
    return Run(
        steps=np.array(list(seen)),
        means=outputs.mean(-1).numpy(),
        stds=outputs.std(-1, correction=0).numpy(),
        gamma=(norm.weight.detach().cpu() if affine else ones).numpy(),
        beta=(norm.bias.detach().cpu() if affine else zeros).numpy(),
        accuracy=accuracy(net, data),
    )


def run(config: Config) -> Result:
    """Train both nets from the same weights on the same batches."""
    data = digits(config.device)
    return Result(
        without=one_run(config, data, affine=False),
        learned=one_run(config, data, affine=True),
    )
