r"""What deleting or reordering blocks of a trained net costs, without more training.

Whole blocks are taken out of a trained residual net, or change places, and the error on
the test digits is taken again. Plain nets of the same blocks, without the skips, stand
beside it; the one with half as many blocks is there because it trains about as well.

Source: Veit, Wilber, Belongie, "Residual Networks Behave Like Ensembles of Relatively
Shallow Networks", 2016, arXiv:1605.06431, Section 4, with convolutional nets on images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from torch import nn
from tqdm.auto import tqdm

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import accuracy, digits, seeded, train_together
from coursekit.nets import BlockStack, PlainNet, ResidualNet

#: kind: (the net, its blocks); every block has two linear layers and torch's batch norm
KINDS: Mapping[str, tuple[partial[BlockStack], int]] = {
    "residual": (partial(ResidualNet, mode="pre", layers=2), 10),
    "plain": (partial(PlainNet, layers=2), 10),
    "short plain": (partial(PlainNet, layers=2), 5),
}


@dataclass(frozen=True)
class Config:
    """Nets on the digits, trained by SGD with momentum; then ``draws`` random lesions.

    ``deleted`` says how many blocks are taken out at once, at random.
    """

    kinds: tuple[str, ...] = tuple(KINDS)
    width: int = 64
    steps: int = 200
    batch_size: int = 64
    lr: float = 0.05
    momentum: float = 0.9
    deleted: tuple[int, ...] = (1, 2, 3, 4, 5)
    draws: int = 20
    seeds: tuple[int, ...] = (0, 1, 2)
    device: str = "cpu"


@dataclass(frozen=True)
class Lesions:
    """What lesions did to the nets of one kind: shares of wrong answers, 0 to 1.

    Attributes
    ----------
    whole : ndarray of shape (seeds,)
        Before any lesion.
    one : ndarray of shape (seeds, blocks)
        Without each block in turn.
    several : ndarray of shape (seeds, counts, draws)
        Without as many random blocks as ``Config.deleted`` says.
    swapped : ndarray of shape (seeds, blocks - 1)
        With each block and the next one in exchanged places.
    shuffled : ndarray of shape (seeds, draws)
        With all blocks in random order.
    """

    whole: np.ndarray
    one: np.ndarray
    several: np.ndarray
    swapped: np.ndarray
    shuffled: np.ndarray


@dataclass(frozen=True)
class Result:
    """The lesions of every kind of net, and how many blocks were taken out at once."""

    deleted: np.ndarray
    of: dict[str, Lesions]


@cache
def nets_of(kind: str, config: Config) -> list[BlockStack]:
    """Return trained nets, one for each seed; trained once in a session.

    Others get the same objects: use `rearranged`, which leaves them as they are.

    Raises
    ------
    ValueError
        If ``kind`` is not one of `KINDS`.
    """
    one_of("lesions.run", "kind", kind, KINDS)
    make, blocks = KINDS[kind]
    nets = [
        make(
            64,
            10,
            depth=blocks,
            width=config.width,
            norm=nn.BatchNorm1d,
            generator=generator,
        ).to(config.device)
        for generator in seeded(config.seeds)
    ]
    train_together(
        nets,
        _data(config.device),
        steps=config.steps,
        batch_size=config.batch_size,
        lr=config.lr,
        momentum=config.momentum,
        generators=seeded(config.seeds),
    )
    return nets


def trained(kind: str, seed: int, config: Config) -> BlockStack:
    """Return that of `nets_of` whose seed is ``seed``, in evaluation mode."""
    return nets_of(kind, config)[config.seeds.index(seed)]


def rearranged(net: BlockStack, order: Sequence[int]) -> BlockStack:
    """Return a net of the blocks of ``net`` that ``order`` names, in that order.

    Stem, head and blocks are the same objects: nothing is copied and nothing trained.
    All are in evaluation mode.

    Raises
    ------
    ValueError
        If a block does not exist.

    Examples
    --------
    >>> net = ResidualNet(3, 2, depth=3, width=4, mode="pre")
    >>> lesioned = rearranged(net, [0, 2])  # block 1 is gone
    >>> lesioned.blocks[1] is net.blocks[2], len(net.blocks)
    (True, 3)
    """
    for number in order:
        if number not in range(len(net.blocks)):
            raise ValueError(
                f"rearranged: every entry of order must be a block from 0 to "
                f"{len(net.blocks) - 1}; got {number}."
            )
    if net.training:
        net.eval()
    lesioned = BlockStack(net.stem, [net.blocks[i] for i in order], net.head)
    lesioned.training = False  # as its parts; .eval() would visit every one again
    return lesioned


def error(kind: str, seed: int, config: Config, order: Sequence[int]) -> float:
    """Return the share of wrong test answers of a trained net, blocks in ``order``."""
    net = rearranged(trained(kind, seed, config), order)
    return 1 - accuracy(net, _data(config.device))


_data = cache(digits)


def lesions_of(kind: str, seed: int, config: Config) -> dict[str, np.ndarray]:
    """Return for one net what `Lesions` has for all seeds."""
    net, rng = trained(kind, seed, config), np.random.default_rng(seed)
    blocks = range(len(net.blocks))
    wrong = partial(error, kind, seed, config)

    def without(count: int) -> float:
        gone = rng.choice(len(blocks), size=count, replace=False)
        return wrong([i for i in blocks if i not in gone])

    def with_swapped(place: int) -> float:
        order = list(blocks)
        order[place : place + 2] = order[place : place + 2][::-1]
        return wrong(order)

    counts = [count for count in config.deleted for _ in range(config.draws)]
    return {
        "whole": np.array(wrong(blocks)),
        "one": np.array([wrong([j for j in blocks if j != i]) for i in blocks]),
        "several": np.array([without(count) for count in counts]).reshape(
            len(config.deleted), config.draws
        ),
        "swapped": np.array([with_swapped(place) for place in blocks[:-1]]),
        "shuffled": np.array(
            [wrong(rng.permutation(len(blocks))) for _ in range(config.draws)]
        ),
    }


def run(config: Config) -> Result:
    """Train a net for every kind and seed and damage it, behind a progress bar.

    Raises
    ------
    ValueError
        If a kind is unknown, or blocks are to be deleted that no net has.
    """
    for kind in config.kinds:
        one_of("lesions.run", "kind", kind, KINDS)
    fewest = min(KINDS[kind][1] for kind in config.kinds)
    for count in config.deleted:
        at_least("lesions.run", "deleted", count, 1)
        at_least("lesions.run", "the number of blocks of a net", fewest, count)
    pairs = [(kind, seed) for kind in config.kinds for seed in config.seeds]
    found = {
        pair: lesions_of(*pair, config)
        for pair in tqdm(pairs, desc="nets", leave=False)
    }
    of = {
        kind: Lesions(
            **{
                name: np.array([found[kind, seed][name] for seed in config.seeds])
                for name in Lesions.__dataclass_fields__
            }
        )
        for kind in config.kinds
    }
    return Result(np.array(config.deleted), of)
