"""What goes wrong with the factor 1/sqrt(L), and with changing a net in place."""

from collections.abc import Callable
from typing import Any

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.initialization_and_scaling.start_mistakes import (
    LAST,
    RIGHT,
    Change,
    Part,
    changed_shown,
    fill,
    instead,
    output_shown,
)
from coursekit.probes import initialization_and_scaling as probes

SLIPS = Catalogue()


def add(name: str, change: Change, explanation: str, evidence: Any) -> None:
    """Add a mistake in the scheme "scaled"."""
    SLIPS.add(name, explanation, evidence=evidence)(instead("scaled", change))


def _by_blocks(power: float, *names: str) -> Change:
    """Return what multiplies parameters by a power of the number of blocks."""

    def change(model: Any) -> None:
        for block in model.blocks:
            for name in names:
                block.get_parameter(name).data.mul_(len(model.blocks) ** power)

    return change


def _by_place(model: Any) -> None:
    for number, block in enumerate(model.blocks, start=1):
        block.alpha.data.fill_(number**-0.5)


add(
    "1/L for 1/sqrt(L)",
    _by_blocks(-1, "alpha"),
    "You set alpha to 1/L. Then a branch adds the share 1/L^2 to the variance, and all "
    "of them together 1/L: stable, but the branches start almost absent. Take the "
    "root.",
    output_shown,
)
add(
    "the root on the wrong side",
    _by_blocks(0.5, "alpha"),
    "You set alpha to sqrt(L), which makes the branches larger. It is 1/sqrt(L).",
    output_shown,
)
add(
    "width in place of depth",
    lambda model: fill(model.blocks[0].linear1.weight.shape[0] ** -0.5, "alpha")(model),
    "Your alpha is 1/sqrt(d), with the width of the layers. The variance grows with "
    "the number of blocks, so it is `len(model.blocks)` that belongs under the root.",
    output_shown,
)
add(
    "layers counted in place of blocks",
    lambda model: fill((2 * len(model.blocks)) ** -0.5, "alpha")(model),
    "Your alpha is 1/sqrt(2 L): you counted the linear layers, two in each block. A "
    "branch is added once in a block, so count the blocks.",
    output_shown,
)
add(
    "the block's place in place of their number",
    _by_place,
    "Your alpha is 1/sqrt(l), with l the place of the block: 1 in the first, smaller "
    "later. Then the variance grows like 1 + l. All blocks get the same 1/sqrt(L).",
    output_shown,
)
add(
    "the last layer scaled in place of alpha",
    _by_blocks(-0.5, *LAST),
    "You multiplied linear2 by 1/sqrt(L) and left alpha at 1. At the start the net "
    "computes the same. But the card asks for alpha, so that the layers stay as they "
    "were drawn: set alpha to 1/sqrt(L).",
    changed_shown,
)
add(
    "the last layer's weight scaled in place of alpha",
    _by_blocks(-0.5, "linear2.weight"),
    "You multiplied the weight of linear2 by 1/sqrt(L); its bias is still added whole. "
    "Alpha multiplies both: set alpha to 1/sqrt(L) and leave the layers as they are.",
    changed_shown,
)
add(
    "both layers scaled in place of alpha",
    _by_blocks(-0.5, "linear1.weight", "linear2.weight"),
    "You multiplied the weights of both layers by 1/sqrt(L), so that the branch is "
    "multiplied by 1/L. Set alpha to 1/sqrt(L), once, and leave the layers as "
    "they are.",
    changed_shown,
)
add(
    "scaled twice",
    _by_blocks(-0.5, "alpha", "linear2.weight", "linear2.bias"),
    "You multiplied the last layer by 1/sqrt(L) and set alpha to 1/sqrt(L) too. "
    "Together that is 1/L. Leave the layers as they were drawn.",
    changed_shown,
)


@SLIPS.add(
    "only the first block",
    "You changed the first block and no other. Does `return` stand inside the loop, or "
    "do you take `model.blocks[0]`? Every block needs its start.",
    evidence=output_shown,
)
def _first_block(model, scheme):
    if scheme == "scaled":
        model.blocks[0].alpha.data.fill_(len(model.blocks) ** -0.5)
    else:
        RIGHT[scheme](Part(model.blocks[:1]))


@SLIPS.add(
    "nothing in the net changed",
    "After your function every number in the net is what it was. `block.alpha * 0` "
    "makes a new tensor, and a deep copy is another net. Change the parameters in "
    "place, inside `with torch.no_grad():`, with `zero_()` or `fill_(...)`.",
    evidence=changed_shown,
)
def _nothing(model, scheme):
    for block in model.blocks:
        block.alpha.data * 0


def only(value: str) -> Callable[[frozenset[tuple[str, str]]], bool]:
    """Return the mark of a mistake that is wrong in one observed value alone."""
    return lambda wrong: {name for _, name in wrong} == {value}


@SLIPS.add(
    "new parameters in place of new numbers",
    "You put a new `nn.Parameter` where one was. An optimizer that was made before "
    "still holds the old one and trains it, to no effect. Change the numbers of the "
    "parameter that is there, with `zero_()` or `fill_(...)`.",
    shows=only(probes.REPLACED),
)
def _replaced(model, scheme):
    RIGHT[scheme](model)
    for block in model.blocks:
        block.alpha = type(block.alpha)(block.alpha.data.clone())


@SLIPS.add(
    "parameters frozen at the start",
    "Some parameters have `requires_grad` False now, so training would leave them "
    "where they are. A scheme says where they begin; all of them go on learning. Use "
    "`with torch.no_grad():` around the change and leave `requires_grad` alone.",
    shows=only(probes.FROZEN),
)
def _frozen(model, scheme):
    RIGHT[scheme](model)
    for block in model.blocks:
        block.alpha.requires_grad_(False)


@SLIPS.add(
    "random numbers drawn",
    "Your function draws random numbers, or sets their seed, so the layers are not "
    "what was drawn before or the caller's next draw is another. The weights are there "
    "already: change only what the scheme is about.",
    evidence=changed_shown,
)
def _drawn_again(model, scheme):
    from torch import nn

    for block in model.blocks:
        nn.init.kaiming_normal_(block.linear1.weight)
        nn.init.kaiming_normal_(block.linear2.weight)
    RIGHT[scheme](model)
