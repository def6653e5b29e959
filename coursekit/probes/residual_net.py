"""The small residual net that exercise 04 initializes, as its notebook shows it."""

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Add alpha times a branch of two layers to the input: pre-activation, no norm."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.ones(()))

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output, shape (N, d), for ``a`` of shape (N, d)."""
        h = torch.relu(self.linear1(torch.relu(a)))
        return a + self.alpha * self.linear2(h)


class ResidualNet(nn.Module):
    """Put L blocks of width d one after the other."""

    def __init__(self, d: int, L: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(d) for _ in range(L))

    def forward(self, a: Tensor) -> Tensor:
        """Return the last block's output, shape (N, d), for ``a`` of shape (N, d)."""
        for block in self.blocks:
            a = block(a)
        return a
