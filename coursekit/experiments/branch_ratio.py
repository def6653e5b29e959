r"""How much a residual branch contributes beside its skip, from the first update on.

The ratio at block l is the length of the branch's output over the length of the skip,
:math:`\|z_l\| / \|a_{l-1}\|`, both over a whole batch. It is followed through training
for the schemes of `coursekit.nets.schemes` and for nets with norms.

Sources of the schemes: arXiv:1901.09321 (last layer at zero), arXiv:2003.04887
(ReZero), arXiv:2103.17239 (LayerScale). With a norm in the branch the ratio starts near
:math:`1/\sqrt l`, because the variance of the trunk is 1 before the first block and
grows by 1 in each: De, Smith, 2020, arXiv:2002.10444.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, accuracy, digits, train
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
    steps: int = 100
    batch_size: int = 64
    lr: float = 2e-3
    every: int = 20
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
    accuracies : ndarray of shape (schemes, seeds)
        After training, on the test part, between 0 and 1.
    """

    schemes: tuple[str, ...]
    steps: np.ndarray
    ratios: np.ndarray
    accuracies: np.ndarray = field(repr=False)

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
    its running statistics are not those of any data. ``net`` itself stays as it is.
    """
    probe, ratios = deepcopy(net).train(), []
    a = probe.stem(x)
    for block in probe.blocks:
        z, skip = block.branch(a), block.shortcut(a)
        ratios.append(float(z.norm() / skip.norm()))
        a = block.after(z + skip)
    return np.array(ratios)


def one_run(
    config: Config, data: Split, *, scheme: str, seed: int
) -> tuple[np.ndarray, float]:
    """Train one net; return its ratios, (times, depth), and its test accuracy."""
    net = build(scheme, depth=config.depth, width=config.width, seed=seed)
    net = net.to(config.device)
    ratios: list[np.ndarray] = []

    def watch(step: int) -> None:
        if step % config.every == 0:
            ratios.append(ratios_of(net, data.test_x))

    train(
        net,
        data,
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        optimizer="adam",
        generator=torch.Generator().manual_seed(seed),
        watch=watch,
    )
    return np.array(ratios), accuracy(net, data)


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
    pairs = [(scheme, seed) for scheme in config.schemes for seed in config.seeds]
    runs = [
        one_run(config, data, scheme=scheme, seed=seed)
        for scheme, seed in tqdm(pairs, desc="nets", leave=False)
    ]
    shape = len(config.schemes), len(config.seeds)
    ratios = np.array([ratios for ratios, _ in runs])
    return Result(
        schemes=config.schemes,
        steps=np.arange(0, config.steps + 1, config.every),
        ratios=ratios.reshape(*shape, *ratios.shape[1:]),
        accuracies=np.array([accuracy for _, accuracy in runs]).reshape(shape),
    )
