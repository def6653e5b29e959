r"""How much a residual branch contributes beside its skip, from the first update on.

The ratio at block l is the length of the branch's output over the length of the skip,
:math:`\|z_l\| / \|a_{l-1}\|`, both over a whole batch. It is followed through training
for the schemes of `coursekit.nets.schemes` and for nets with norms. After training each
block is taken out alone: the error then says what the branch is worth.

Sources of the schemes: arXiv:1901.09321 (last layer at zero), arXiv:2003.04887
(ReZero), arXiv:2103.17239 (LayerScale). With a norm in the branch the ratio starts near
:math:`1/\sqrt l`, because the variance of the trunk is 1 before the first block and
grows by 1 in each: De, Smith, 2020, arXiv:2002.10444.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.lesions import rearranged
from coursekit.experiments.training import (
    Split,
    accuracy,
    as_in_training,
    digits,
    seeded,
    train_together,
)
from coursekit.nets import ResidualNet

#: scheme: (the norm in the branch, the initialization); torch's norms run fused
SCHEMES: Mapping[str, tuple[Callable[[int], nn.Module] | None, str]] = {
    "zero-last": (None, "zero-last"),
    "rezero": (None, "rezero"),
    "layerscale": (None, "layerscale"),
    "he": (None, "he"),
    "batch norm": (nn.BatchNorm1d, "he"),
    "layer norm": (nn.LayerNorm, "he"),
}


@dataclass(frozen=True)
class Config:
    """Pre-activation residual nets on the digits, trained with Adam.

    With plain SGD one rate does not suit all: the "he" net diverges where the others
    learn well.
    """

    schemes: tuple[str, ...] = tuple(SCHEMES)
    depth: int = 10
    width: int = 64
    steps: int = 60
    batch_size: int = 64
    lr: float = 3e-3
    every: int = 10
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Ratios through training; no units.

    Attributes
    ----------
    schemes : tuple of str
    steps : ndarray of shape (times,)
        Updates done when the ratios were taken; the first is 0.
    ratios : ndarray of shape (schemes, seeds, times, depth)
        Length of the branch over length of the skip, first block first.
    errors : ndarray of shape (schemes, seeds)
        Share of wrong answers on the test part after training, between 0 and 1.
    damages : ndarray of shape (schemes, seeds, depth)
        What is added to that error when one block alone is taken out.
    """

    schemes: tuple[str, ...]
    steps: np.ndarray
    ratios: np.ndarray
    errors: np.ndarray
    damages: np.ndarray

    def through(self, scheme: str) -> np.ndarray:
        """Return the mean over blocks, median over seeds; shape (times,)."""
        mean = self.ratios[self.schemes.index(scheme)].mean(axis=-1)
        return np.median(mean, axis=0)

    def start(self, scheme: str) -> float:
        """Return `through` before the first update."""
        return float(self.through(scheme)[0])

    def end(self, scheme: str) -> float:
        """Return `through` after the last update."""
        return float(self.through(scheme)[-1])

    def by_block(self, scheme: str, time: int) -> np.ndarray:
        """Return the median over seeds at ``steps[time]``; shape (depth,)."""
        return np.median(self.ratios[self.schemes.index(scheme), :, time], axis=0)

    def damage(self, scheme: str) -> float:
        """Return the mean over blocks of what one deletion costs, median over seeds."""
        mean = self.damages[self.schemes.index(scheme)].mean(axis=-1)
        return float(np.median(mean))


def build(scheme: str, *, depth: int, width: int, seed: int) -> ResidualNet:
    """Return the untrained net of one scheme, from 64 pixels to 10 digits.

    Raises
    ------
    ValueError
        If ``scheme`` is not one of `SCHEMES`.
    """
    one_of("branch_ratio.run", "scheme", scheme, SCHEMES)
    norm, init = SCHEMES[scheme]
    return ResidualNet(
        64,
        10,
        depth=depth,
        width=width,
        mode="pre",
        norm=norm,
        init=init,
        generator=torch.Generator().manual_seed(seed),
    )


@torch.no_grad()
def ratios_of(net: ResidualNet, x: Tensor) -> np.ndarray:
    """Return the ratio at each block, shape (depth,), for ``x`` of shape (N, 64).

    Batch norm takes its statistics from ``x``, as in training: before the first update
    its running statistics are not those of any data. They stay as they are.
    """
    ratios = []
    with as_in_training(net):
        a = net.stem(x)
        for block in net.blocks:
            z, skip = block.branch(a), block.shortcut(a)
            ratios.append(float(z.norm() / skip.norm()))
            a = block.after(z + skip)
    return np.array(ratios)


def errors_of(net: ResidualNet, data: Split) -> tuple[float, np.ndarray]:
    """Return the test error, and what it is without each block, shape (depth,)."""
    blocks = range(len(net.blocks))
    orders = [blocks, *([i for i in blocks if i != gone] for gone in blocks)]
    whole, *without = (1 - accuracy(rearranged(net, order), data) for order in orders)
    return whole, np.array(without)


def of_scheme(config: Config, data: Split, *, scheme: str) -> dict[str, np.ndarray]:
    """Train a net for every seed and return what `Result` has of one scheme."""
    nets = [
        build(scheme, depth=config.depth, width=config.width, seed=seed).to(
            config.device
        )
        for seed in config.seeds
    ]
    ratios: list[list[np.ndarray]] = []

    def watch(step: int) -> None:
        if step % config.every == 0:
            ratios.append([ratios_of(net, data.test_x) for net in nets])

    train_together(
        nets,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        optimizer="adam",
        generators=seeded(config.seeds),
        watch=watch,
    )
    whole, without = zip(*(errors_of(net, data) for net in nets), strict=True)
    return {
        "ratios": np.array(ratios).swapaxes(0, 1),
        "errors": np.array(whole),
        "damages": np.array(without) - np.array(whole)[:, None],
    }


def run(config: Config) -> Result:
    """Train a net for every scheme and seed, behind a progress bar.

    Raises
    ------
    ValueError
        If a scheme is unknown, or ``depth`` or ``every`` is below 1.
    """
    at_least("branch_ratio.run", "depth", config.depth, 1)
    at_least("branch_ratio.run", "every", config.every, 1)
    data = digits(config.device)
    found = [
        of_scheme(config, data, scheme=scheme)
        for scheme in tqdm(config.schemes, desc="schemes", leave=False)
    ]
    return Result(
        schemes=config.schemes,
        steps=np.arange(0, config.steps + 1, config.every),
        **{
            name: np.array([one[name] for one in found])
            for name in ("ratios", "errors", "damages")
        },
    )
