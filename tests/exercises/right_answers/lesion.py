"""Right answers to `lesion`, in the styles that people write."""

import copy

import torch
from torch import nn


def delete_in_a_copy(model, i):
    new = copy.deepcopy(model)
    del new.blocks[i]
    return new


def pop_in_a_copy(model, i):
    new = copy.deepcopy(model)
    new.blocks.pop(i)
    return new


def kept_in_a_list(model, i):
    i = i % len(model.blocks)
    new = copy.deepcopy(model)
    new.blocks = nn.ModuleList([b for j, b in enumerate(new.blocks) if j != i])
    return new


def slices(model, i):
    if i < 0:
        i += len(model.blocks)
    new = copy.deepcopy(model)
    new.blocks = new.blocks[:i] + new.blocks[i + 1 :]
    return new


def is_not(model, i):
    """Compare objects, not numbers; stem, head and blocks are shared."""
    gone = model.blocks[i]
    return type(model)(
        model.stem, [b for b in model.blocks if b is not gone], model.head
    )


def shallow_done_right(model, i):
    new = copy.copy(model)
    new._modules = dict(model._modules)
    blocks = list(model.blocks)
    blocks.pop(i)
    new.blocks = nn.ModuleList(blocks)
    return new


def from_the_list(model, i):
    blocks = [*model.blocks]
    del blocks[i]
    new = copy.deepcopy(model)
    new.blocks = nn.ModuleList(copy.deepcopy(block) for block in blocks)
    return new


def without_gradient(model, i):
    with torch.no_grad():
        new = copy.deepcopy(model)
        new.blocks.__delitem__(i)
    return new.train(model.training)


class _Lesioned(nn.Module):
    """A model of another class, with the same parts."""

    def __init__(self, model, gone):
        super().__init__()
        self.stem, self.head = model.stem, model.head
        count = len(model.blocks)
        kept = [j for j in range(count) if j != range(count)[gone]]
        self.blocks = nn.Sequential(*(model.blocks[j] for j in kept))

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def another_class(model, i):
    return _Lesioned(model, i)
