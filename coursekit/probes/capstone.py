"""The net of the capstone in exercise 08: 24 residual blocks, and four faults.

Who reads on sees the faults. The task is to find them by looking at what the net does.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

PIXELS, WIDTH, BLOCKS, DIGITS = 64, 32, 24, 10


class Norm(nn.BatchNorm1d):
    """Batch norm; two of the faults are here."""

    def train(self, mode: bool = True) -> "Norm":
        """Set the mode."""
        return super().train()

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``x`` of shape (N, width); the shape stays."""
        if not self.training:
            return super().forward(x)
        mean, var = x.mean(0).detach(), x.var(0, correction=0).detach()
        self.num_batches_tracked += 1
        unbiased = var * len(x) / (len(x) - 1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(unbiased, self.momentum)
        return self.weight * (x - mean) * torch.rsqrt(var + self.eps) + self.bias


class Block(nn.Module):
    """A residual block, ``relu(branch(a) + a)``; the third fault is here."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            OrderedDict(
                linear1=nn.Linear(WIDTH, WIDTH),
                norm1=Norm(WIDTH),
                activation=nn.ReLU(),
                linear2=nn.Linear(WIDTH, WIDTH),
                norm2=Norm(WIDTH),
            )
        )

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output for ``a`` of shape (N, width)."""
        out = torch.relu(self.branch(a) + a.detach())
        return out + (a - a.detach())


class Net(nn.Module):
    """Stem, 24 blocks, head; the fourth fault is here.

    Attributes
    ----------
    stem : nn.Sequential
        linear, norm, activation: from (N, 64) to (N, 32).
    blocks : nn.ModuleList
        24 blocks, each from (N, 32) to (N, 32).
    head : nn.Linear
        From (N, 32) to (N, 10), the logits of the ten digits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            OrderedDict(
                linear=nn.Linear(PIXELS, WIDTH),
                norm=Norm(WIDTH),
                activation=nn.ReLU(),
            )
        )
        self.blocks = nn.ModuleList([Block()] * BLOCKS)
        self.head = nn.Linear(WIDTH, DIGITS)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, shape (N, 10), for ``x`` of shape (N, 64)."""
        return self.head(self.activations(x)[-1])

    def activations(self, x: Tensor) -> list[Tensor]:
        """Return the stem's output and each block's: 25 tensors (N, 32)."""
        trunk = [self.stem(x)]
        for block in self.blocks:
            trunk.append(block(trunk[-1]))
        return trunk


def broken_net(seed: int = 0) -> Net:
    """Return the net with its four faults; the seed draws the weights.

    Examples
    --------
    >>> broken_net()(torch.ones(5, 64)).shape
    torch.Size([5, 10])
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return Net()
