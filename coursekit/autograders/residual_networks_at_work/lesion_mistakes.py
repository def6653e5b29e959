"""What goes wrong when a block is taken out of a model."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many blocks there should be, and are."""
    name = "the number of blocks"
    return (
        f"of {len(inputs['W'])} blocks {expected[name]} should be left; you have "
        f"{got[name]}"
    )


def left_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many blocks the given model has afterwards."""
    name = "the given model's blocks afterwards"
    return (
        f"the model you were given had {expected[name]} blocks; afterwards it has "
        f"{got[name]}"
    )


def kept(model: Any, keep: Callable[[int], bool]) -> Any:
    """Return a copy of the model with the blocks that ``keep`` says yes to."""
    lesioned = copy.deepcopy(model)
    blocks = [block for j, block in enumerate(lesioned.blocks) if keep(j)]
    lesioned.blocks = type(model.blocks)(blocks)
    return lesioned


def place(model: Any, i: int) -> int:
    """Return ``i`` counted from the front."""
    return i % len(model.blocks)


@MISTAKES.add(
    "deleted in the model itself",
    "`del model.blocks[i]` takes the block out of the caller's model, and there is "
    "nothing left to compare with. Make `copy.deepcopy(model)` first, and delete in "
    "the copy.",
    evidence=left_shown,
)
def _in_itself(model, i):
    del model.blocks[i]
    return model


@MISTAKES.add(
    "a shallow copy",
    "`copy.copy(model)` makes a new object around the same parts, the list of blocks "
    "among them. What you delete there is gone from the given model too. Use "
    "`copy.deepcopy(model)`.",
    evidence=left_shown,
)
def _shallow(model, i):
    lesioned = copy.copy(model)
    del lesioned.blocks[i]
    return lesioned


@MISTAKES.add(
    "nothing deleted",
    "All blocks are still there. `pop` on a list made from the blocks, or `del` on a "
    "copy that is not the one you return, leaves the model as it is. Delete in the "
    "copy's own `blocks`, and return that copy.",
    evidence=count_shown,
)
def _nothing(model, i):
    return copy.deepcopy(model)


@MISTAKES.add(
    "counted from 1",
    "You delete block i - 1. Blocks are counted from 0, as in every Python list: the "
    "first one is `model.blocks[0]`.",
)
def _from_one(model, i):
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[i - 1]
    return lesioned


@MISTAKES.add(
    "one block too far",
    "You delete block i + 1, the one behind. Slices leave out their end: "
    "`blocks[:i]` ends before block i, and `blocks[i + 1:]` begins after it.",
)
def _too_far(model, i):
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[(place(model, i) + 1) % len(model.blocks)]
    return lesioned


@MISTAKES.add(
    "a negative i deletes nothing",
    "You compare each block's number with i, and no block has a negative number. "
    "Count from the end as lists do: `i % len(model.blocks)` is the number from the "
    "front, and `del` needs no such care.",
    evidence=count_shown,
)
def _negative_ignored(model, i):
    return kept(model, lambda j: j != i)


@MISTAKES.add(
    "slices around a negative i",
    "You put `blocks[:i]` and `blocks[i + 1:]` together. With i = -1 the second one is "
    "`blocks[0:]`, all of them, so most blocks are there twice. Count from the front "
    "first: `i % len(model.blocks)`.",
    evidence=count_shown,
)
def _slices(model, i):
    lesioned = copy.deepcopy(model)
    lesioned.blocks = lesioned.blocks[:i] + lesioned.blocks[i + 1 :]
    return lesioned


@MISTAKES.add(
    "everything from block i on deleted",
    "You keep the blocks before block i and lose those behind it. Only one block is "
    "to go; the others stay, before and behind.",
    evidence=count_shown,
)
def _only_before(model, i):
    return kept(model, lambda j: j < place(model, i))


@MISTAKES.add(
    "everything up to block i deleted",
    "You keep the blocks behind block i and lose those before it. Only one block is "
    "to go; the others stay, before and behind.",
    evidence=count_shown,
)
def _only_behind(model, i):
    return kept(model, lambda j: j > place(model, i))


@MISTAKES.add(
    "block i alone kept",
    "You keep the one block that was to go, and lose the others. Keep all blocks but "
    "that one.",
    evidence=count_shown,
)
def _only_it(model, i):
    return kept(model, lambda j: j == place(model, i))


@MISTAKES.add(
    "switched off, not taken out",
    "The output is right, but there are as many blocks as before: something that does "
    "nothing (`nn.Identity()`, or a branch of zeros) stands in the block's place. Take "
    "it out, so that who counts blocks or paths counts right.",
    evidence=count_shown,
)
def _identity(model, i):
    import torch

    lesioned = copy.deepcopy(model)
    lesioned.blocks[i] = torch.nn.Identity()
    return lesioned


@MISTAKES.add(
    "the weights of the model's own block set to 0",
    "You overwrite the weights of the block in the given model. They are lost for "
    "good, and the block is still there. Take it out of a copy.",
    evidence=count_shown,
)
def _zeroed(model, i):
    for parameter in model.blocks[i].parameters():
        parameter.data.zero_()
    return model


@MISTAKES.add(
    "the skip deleted with the block",
    "In the place of the block you have zeros, so nothing of what came before gets "
    "through. Only the branch goes: the next block gets what block i would have got.",
    evidence=count_shown,
)
def _no_trunk(model, i):
    import torch

    class Zeros(torch.nn.Module):
        def forward(self, a):
            return torch.zeros_like(a)

    lesioned = copy.deepcopy(model)
    lesioned.blocks[i] = Zeros()
    return lesioned


@MISTAKES.add(
    "the skip deleted, the branch kept",
    "You have cut the skip of block i and kept its branch. It is the other way round: "
    "without block i the trunk runs on, and its branch is gone.",
    evidence=count_shown,
)
def _branch_only(model, i):
    lesioned = copy.deepcopy(model)
    lesioned.blocks[i] = lesioned.blocks[i].branch
    return lesioned


@MISTAKES.add(
    "a chain without `blocks`",
    "You return an `nn.Sequential` of stem, blocks and head. It computes the right "
    "thing, but it has no `blocks`, so nobody can take a second one out. Return a "
    "model like the given one.",
)
def _sequential(model, i):
    import torch

    blocks = [*model.blocks]
    del blocks[i]
    return torch.nn.Sequential(model.stem, *blocks, model.head)


@MISTAKES.add(
    "the deleted block returned",
    "`pop` takes a block out and returns that block. The card asks for the model that "
    "is left: call `pop` in a line of its own, and return the copy.",
)
def _popped(model, i):
    return copy.deepcopy(model).blocks.pop(i)


@MISTAKES.add(
    "the blocks alone returned",
    "You return the list of the blocks that are left. A model has a stem and a head "
    "too: put the blocks into a copy of the given model, and return that.",
)
def _blocks_only(model, i):
    blocks = copy.deepcopy(model).blocks
    del blocks[i]
    return blocks


@MISTAKES.add(
    "the new model put into evaluation mode",
    "You call `eval()` on the copy, so with batch norm it is another function than the "
    "model in training mode that you were given. Leave the mode to the caller.",
)
def _copy_in_evaluation(model, i):
    lesioned = copy.deepcopy(model).eval()
    del lesioned.blocks[i]
    return lesioned


@MISTAKES.add(
    "the given model put into evaluation mode",
    "`model.eval()` changes the caller's model, and training would go on in the wrong "
    "mode. Leave the mode as it is: it goes into the copy by itself.",
)
def _model_in_evaluation(model, i):
    model.eval()
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[i]
    return lesioned


@MISTAKES.add(
    "a model with new weights",
    "The blocks of your model are not those of the given one: their weights are drawn "
    "again. A lesion takes a block out of a trained net and leaves all others as they "
    "are trained.",
    shows=lambda wrong: (
        {value for _, value in wrong} == {"out", "the change in a second call"}
    ),
)
def _new_weights(model, i):
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[i]
    for part in lesioned.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    return lesioned
