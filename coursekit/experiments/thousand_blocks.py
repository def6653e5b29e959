r"""A residual net of 1,000 blocks without any norm learns; 50 plain layers do not.

All branches start at zero, so the net starts as the linear map of its stem, and Adam's
rate is divided by the depth (see `first_update`). Zhang, Dauphin, Ma, "Fixup
Initialization", 2019, arXiv:1901.09321, trained up to 10,000 layers without norms.

The environment variable ``COURSEKIT_QUICK`` asks for `QUICK_DEPTH` blocks in place of
1,000: the course's own tests set it, to save their time. Nothing else changes.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, accuracy, digits, train
from coursekit.nets import BlockStack, PlainNet, ResidualNet

#: Set to anything but nothing or 0, it makes the residual net `QUICK_DEPTH` deep.
QUICK = "COURSEKIT_QUICK"
FULL_DEPTH, QUICK_DEPTH = 1000, 150
#: plain net: the gain of its weights
PLAIN_GAINS: Mapping[str, float] = {
    "plain, torch's default": 3**-0.5,
    "plain, He": 2**0.5,
}


def depth_here() -> int:
    """Return the blocks of the residual net: 1,000, or 150 under ``COURSEKIT_QUICK``.

    Examples
    --------
    >>> depth_here() in (150, 1000)
    True
    """
    return FULL_DEPTH if os.environ.get(QUICK, "0") in ("", "0") else QUICK_DEPTH


@dataclass(frozen=True)
class Config:
    """One residual net and two plain ones on the digits; ``lr`` is before division."""

    depth: int = field(default_factory=depth_here)
    plain_depth: int = 50
    width: int = 32
    steps: int = 60
    batch_size: int = 512
    lr: float = 0.1
    every: int = 5
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Test accuracies through training, between 0 and 1.

    Attributes
    ----------
    nets : tuple of str
        "residual" and the names of `PLAIN_GAINS`.
    depths : tuple of int
        Blocks of the residual net, layers of the plain ones.
    steps : ndarray of shape (times,)
        Updates done; the first is 0.
    accuracies : ndarray of shape (nets, times)
    without_branches : float
        Accuracy of the trained residual net when its head follows right after its stem.
    """

    nets: tuple[str, ...]
    depths: tuple[int, ...]
    steps: np.ndarray
    accuracies: np.ndarray
    without_branches: float

    def end(self, net: str) -> float:
        """Return the accuracy of one net after its last update."""
        return float(self.accuracies[self.nets.index(net), -1])


def build(config: Config, net: str) -> BlockStack:
    """Return an untrained net, from 64 pixels to 10 digits.

    Raises
    ------
    ValueError
        If ``net`` is neither "residual" nor one of `PLAIN_GAINS`.
    """
    one_of("thousand_blocks.run", "net", net, ("residual", *PLAIN_GAINS))
    generator = torch.Generator().manual_seed(config.seed)
    options = {"width": config.width, "generator": generator}
    if net == "residual":
        options |= {"mode": "pre", "init": "zero-last"}
        return ResidualNet(64, 10, depth=config.depth, **options)
    return PlainNet(64, 10, depth=config.plain_depth, gain=PLAIN_GAINS[net], **options)


def train_and_watch(
    config: Config, data: Split, model: BlockStack, name: str
) -> list[float]:
    """Train ``model`` in place behind a bar; return its accuracies, shape (times,)."""
    curve: list[float] = []
    bar = tqdm(total=config.steps, desc=name, leave=False)

    def watch(step: int) -> None:
        bar.update(step - bar.n)
        if step % config.every == 0:
            curve.append(accuracy(model, data))

    with bar:
        train(
            model,
            data,
            steps=config.steps,
            batch_size=config.batch_size,
            lr=config.lr / len(model.blocks),
            optimizer="adam",
            generator=torch.Generator().manual_seed(config.seed),
            watch=watch,
        )
    return curve


def run(config: Config) -> Result:
    """Train the three nets for the same number of updates.

    Raises
    ------
    ValueError
        If a depth or ``every`` is below 1.
    """
    for name in ("depth", "plain_depth", "every"):
        at_least("thousand_blocks.run", name, getattr(config, name), 1)
    data, names = digits(config.device), ("residual", *PLAIN_GAINS)
    models = [build(config, name).to(config.device) for name in names]
    curves = [
        train_and_watch(config, data, model, name)
        for model, name in zip(models, names, strict=True)
    ]
    stem_and_head = BlockStack(models[0].stem, [], models[0].head)
    return Result(
        nets=names,
        depths=tuple(len(model.blocks) for model in models),
        steps=np.arange(0, config.steps + 1, config.every),
        accuracies=np.array(curves),
        without_branches=accuracy(stem_and_head, data),
    )
