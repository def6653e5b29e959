r"""Batch norm with its stability taken away again, at a high learning rate.

"Noisy" batch norm shifts and stretches every feature anew at each step, after it was
normalized: what the next layer receives changes all the time. If stable distributions
were what makes batch norm work, this net should train as badly as one without norm.

The drift is measured where a layer's activation receives its input: between two updates
the squared distance of mean and standard deviation of each feature over the batch,
averaged over features, layers and steps.

Source: Santurkar, Tsipras, Ilyas, Madry, "How Does Batch Normalization Help
Optimization?", 2018, arXiv:1805.11604, Section 2.1, at the scale of the digits (there
the noise also differs from sample to sample).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, accuracy, digits, train
from coursekit.nets import PlainNet


class NoisyBatchNorm(nn.BatchNorm1d):
    """Batch norm whose output is shifted and stretched at random, anew at every step.

    Parameters
    ----------
    width : int
        Features.
    shift : float
        Each feature's shift is drawn from -shift to shift.
    stretch : float
        Each feature's factor is drawn from 1 to stretch.
    generator : torch.Generator
        Draws both; all samples of a batch get the same.
    """

    def __init__(
        self, width: int, *, shift: float, stretch: float, generator: torch.Generator
    ) -> None:
        super().__init__(width)
        self.shift, self.stretch, self.generator = shift, stretch, generator

    def forward(self, x: Tensor) -> Tensor:
        """Normalize; in training, add the noise of this step. Shape (N, width)."""
        y = super().forward(x)
        if not self.training:
            return y
        shift, stretch = torch.rand(2, x.shape[1], generator=self.generator)
        shift, stretch = self.shift * (2 * shift - 1), 1 + (self.stretch - 1) * stretch
        return stretch.to(x.device) * y + shift.to(x.device)


@dataclass(frozen=True)
class Config:
    """Plain nets on the digits, trained with SGD without momentum.

    ``cases`` are pairs of a norm ("none", "batch" or "noisy batch") and a learning
    rate.
    """

    cases: tuple[tuple[str, float], ...] = (
        ("none", 1.0),
        ("none", 0.3),
        ("batch", 1.0),
        ("noisy batch", 1.0),
    )
    steps: int = 250
    batch_size: int = 64
    depth: int = 7
    width: int = 64
    shift: float = 0.8
    stretch: float = 1.25
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


#: norm: (config, generator of the noise) -> what makes one, or None
NORMS: Mapping[str, Callable[[Config, torch.Generator], Callable | None]] = {
    "none": lambda config, generator: None,
    "batch": lambda config, generator: nn.BatchNorm1d,
    "noisy batch": lambda config, generator: partial(
        NoisyBatchNorm,
        shift=config.shift,
        stretch=config.stretch,
        generator=generator,
    ),
}


@dataclass(frozen=True)
class Result:
    """Drift and accuracy of every case; no units.

    Attributes
    ----------
    cases : tuple of (str, float)
        Norm and learning rate.
    drifts : ndarray of shape (cases, seeds, steps - 1)
        From each update to the next, averaged over features and layers.
    accuracies : ndarray of shape (cases, seeds)
        On the test part, between 0 and 1.
    """

    cases: tuple[tuple[str, float], ...]
    drifts: np.ndarray
    accuracies: np.ndarray

    def drift(self, norm: str, lr: float) -> float:
        """Return the median over seeds of the drift averaged over the steps."""
        return float(np.median(self.drifts[self.cases.index((norm, lr))].mean(axis=-1)))

    def accuracy(self, norm: str, lr: float) -> float:
        """Return the median accuracy over seeds."""
        return float(np.median(self.accuracies[self.cases.index((norm, lr))]))


def one_run(
    config: Config, data: Split, *, norm: str, lr: float, seed: int
) -> tuple[np.ndarray, float]:
    """Train one net; return its drift after each update, and its accuracy.

    Raises
    ------
    ValueError
        If ``norm`` is not one of `NORMS`, or there are fewer than two steps.
    """
    one_of("noisy_batch_norm.run", "norm", norm, NORMS)
    at_least("noisy_batch_norm.run", "steps", config.steps, 2)
    # not the seed of the weights, which the noise would repeat
    noise = torch.Generator().manual_seed(10_000 + seed)
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=NORMS[norm](config, noise),
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)
    seen: list[Tensor] = []

    def record(module: nn.Module, inputs: tuple[Tensor]) -> None:
        if module.training:
            x = inputs[0].detach()
            mean = x.mean(dim=0)
            std = (x - mean).square().mean(dim=0).sqrt()  # torch.std is slow along N
            seen.append(torch.stack([mean, std]))

    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(record)
    train(
        net,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=lr,
        generator=torch.Generator().manual_seed(seed),
    )
    # one row a step; a layer's (mean, std) of every feature
    moments = torch.stack(seen).reshape(config.steps, -1, 2, config.width)
    drift = moments.diff(dim=0).square().sum(dim=2).mean(dim=(1, 2))
    return drift.cpu().numpy(), accuracy(net, data)


def run(config: Config) -> Result:
    """Train a net for every case and seed, behind a progress bar."""
    data = digits(config.device)
    shape = len(config.cases), len(config.seeds)
    drifts = np.zeros((*shape, config.steps - 1))
    accuracies = np.zeros(shape)
    for place in tqdm(list(np.ndindex(shape)), desc="nets", leave=False):
        norm, lr = config.cases[place[0]]
        drifts[place], accuracies[place] = one_run(
            config, data, norm=norm, lr=lr, seed=config.seeds[place[1]]
        )
    return Result(config.cases, drifts, accuracies)
