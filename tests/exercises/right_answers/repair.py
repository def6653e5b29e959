"""Right answers to `repair`, in the styles that people write."""

import copy
import types

import torch
from torch import nn


class _Sound(nn.Module):
    """A block of one's own around the old branch."""

    def __init__(self, old):
        super().__init__()
        self.branch = copy.deepcopy(old.branch)

    def forward(self, a):
        return torch.relu(self.branch(a) + a)


def with_a_block_of_ones_own(net):
    net.blocks = nn.ModuleList([_Sound(block) for block in net.blocks])
    for parent in [*net.modules()]:
        for name, child in [*parent.named_children()]:
            if isinstance(child, nn.BatchNorm1d):
                setattr(parent, name, nn.BatchNorm1d(child.num_features))
    return net


def by_changing_classes(net):
    net.blocks = nn.ModuleList(copy.deepcopy(b) for b in net.blocks)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.__class__ = nn.BatchNorm1d
        if hasattr(module, "branch"):
            module.__class__ = _Sound
    return net


class _Named(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, width), nn.Linear(width, width)
        self.bn1, self.bn2 = nn.BatchNorm1d(width), nn.BatchNorm1d(width)

    def forward(self, a):
        z = self.bn2(self.fc2(self.bn1(self.fc1(a)).relu()))
        return (z + a).relu()


def with_new_parts_and_other_names(net):
    print("parameters", sum(p.numel() for p in net.parameters()))
    net.stem = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU())
    net.blocks = nn.ModuleList([_Named() for _ in range(24)])
    return net


def by_binding_methods(net):
    def forward(self, a):
        return torch.relu(self.branch(a).add(a))

    kept = copy.deepcopy(net.blocks[0].state_dict())
    blocks = [type(net.blocks[0])() for _ in range(24)]
    for block in blocks:
        block.load_state_dict(kept)
        block.forward = types.MethodType(forward, block)
        block.branch.norm1, block.branch.norm2 = (
            nn.BatchNorm1d(32),
            nn.BatchNorm1d(32),
        )
    net.blocks = nn.ModuleList(blocks)
    net.stem.norm = nn.BatchNorm1d(32)
    return net


class _Whole(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU())
        self.blocks = nn.Sequential(*(_Named() for _ in range(24)))
        self.head = nn.Sequential(head)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def with_a_whole_net_of_ones_own(net):
    return _Whole(net.head)
