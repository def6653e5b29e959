r"""What happens when the gradient does not pass through the batch's statistics.

Two nets differ in one thing: in the second, batch norm takes mean and variance as
constants on the way back. The linear layers before it have a bias, which the mean
takes out again: the loss cannot depend on it. There are no gamma and beta.

Source: Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Section 2, whose
example is a bias that grows without bound while the loss stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, accuracy, digits, train
from coursekit.nets import BatchNorm1d, PlainNet


class ConstantStatistics(BatchNorm1d):
    """Batch norm with the right output whose gradient ignores mean and variance."""

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor, int]:
        """Return the statistics of the batch, cut off from the graph."""
        mean, var, count = super()._batch_statistics(x)
        return mean.detach(), var.detach(), count


#: name: the norm of the net
NORMS: Mapping[str, type[nn.Module]] = {
    "full gradient": BatchNorm1d,
    "statistics as constants": ConstantStatistics,
}


@dataclass(frozen=True)
class Config:
    """Plain nets on the digits, trained with SGD without momentum."""

    norms: tuple[str, ...] = tuple(NORMS)
    steps: int = 300
    batch_size: int = 64
    lr: float = 0.3
    depth: int = 3
    width: int = 64
    every: int = 10
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Both nets through training; no units.

    Attributes
    ----------
    norms : tuple of str
        Of the first axis.
    steps : ndarray of shape (times,)
        Updates done.
    biases : ndarray of shape (norms, seeds, times)
        Largest absolute bias of the layers before a batch norm.
    growths : ndarray of shape (norms, seeds, times)
        Length of all their weights over that at the start.
    accuracies : ndarray of shape (norms, seeds)
        On the test part, between 0 and 1.
    """

    norms: tuple[str, ...]
    steps: np.ndarray
    biases: np.ndarray
    growths: np.ndarray
    accuracies: np.ndarray

    def last(self, what: str, norm: str) -> float:
        """Return the median over seeds of "biases" or "growths" after training."""
        return float(np.median(getattr(self, what)[self.norms.index(norm), :, -1]))

    def accuracy(self, norm: str) -> float:
        """Return the median accuracy over seeds."""
        return float(np.median(self.accuracies[self.norms.index(norm)]))


def one_run(
    config: Config, data: Split, *, norm: str, seed: int
) -> tuple[np.ndarray, float]:
    """Train one net; return (step, bias, length of weights) rows and its accuracy.

    Raises
    ------
    ValueError
        If ``norm`` is not one of `NORMS`, or there is no layer.
    """
    one_of("statistics_gradient.run", "norm", norm, NORMS)
    at_least("statistics_gradient.run", "steps", config.steps, 1)
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        norm=partial(NORMS[norm], affine=False),
        generator=torch.Generator().manual_seed(seed),
    ).to(config.device)
    *before_a_norm, _ = (m for m in net.modules() if isinstance(m, nn.Linear))
    rows: list[tuple[float, float, float]] = []

    @torch.no_grad()
    def watch(step: int) -> None:
        if step % config.every == 0:
            bias = max(float(layer.bias.abs().max()) for layer in before_a_norm)
            squares = sum(float(layer.weight.square().sum()) for layer in before_a_norm)
            rows.append((step, bias, squares**0.5))

    train(
        net,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        generator=torch.Generator().manual_seed(seed),
        watch=watch,
    )
    return np.array(rows), accuracy(net, data)


def run(config: Config) -> Result:
    """Train both nets from the same weights on the same batches, for every seed."""
    data = digits(config.device)
    pairs = [(norm, seed) for norm in config.norms for seed in config.seeds]
    runs = [
        one_run(config, data, norm=norm, seed=seed)
        for norm, seed in tqdm(pairs, desc="nets", leave=False)
    ]
    shape = len(config.norms), len(config.seeds)
    rows = np.array([rows for rows, _ in runs]).reshape(*shape, -1, 3)
    lengths = rows[..., 2]
    return Result(
        norms=config.norms,
        steps=rows[0, 0, :, 0],
        biases=rows[..., 1],
        growths=lengths / lengths[..., :1],
        accuracies=np.array([accuracy for _, accuracy in runs]).reshape(shape),
    )
