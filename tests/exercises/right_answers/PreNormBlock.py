"""Right answers to `PreNormBlock`, in the styles that people write."""
# ruff: noqa: D101

import torch
from torch import nn
from torch.nn import functional as F


class InOneLine(nn.Module):
    def __init__(self, d, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.linear1, self.linear2 = nn.Linear(d, hidden), nn.Linear(hidden, d)

    def forward(self, x):
        return x + self.linear2(F.relu(self.linear1(self.norm(x))))


class InPlaceOnItsOwn(nn.Module):
    """In-place operations where nobody needs what they overwrite; another order."""

    def __init__(self, d, hidden):
        super().__init__()
        self.linear2 = nn.Linear(hidden, d)
        self.linear1 = nn.Linear(d, hidden)
        self.norm = nn.LayerNorm(d)
        self.relu = nn.ReLU(inplace=True)

    def branch(self, x):
        return self.linear2(self.relu(self.linear1(self.norm(x))))

    def forward(self, x):
        z = self.branch(x)
        z += x
        return z


class ZeroAtTheStart(nn.Module):
    """Linear2 starts at 0, so that the block starts as the identity."""

    def __init__(self, d, hidden=None):
        super().__init__()
        hidden = hidden or 4 * d
        self.norm = nn.LayerNorm((d,), eps=1e-5)
        self.linear1 = nn.Linear(d, hidden)
        self.linear2 = nn.Linear(hidden, d)
        nn.init.kaiming_normal_(self.linear1.weight)
        nn.init.zeros_(self.linear2.weight)

    def forward(self, x):
        print("x", tuple(x.shape))
        y = x.clone()
        y += self.linear2(self.linear1(self.norm(x)).clamp(min=0))
        return y


class ByHand(nn.Module):
    """The norm from tensor operations, its parameters in a layer norm all the same."""

    def __init__(self, d, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.linear1 = nn.Linear(d, hidden)
        self.linear2 = nn.Linear(hidden, d)

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, correction=0)
        normalized = centred / torch.sqrt(var + self.norm.eps)
        z = self.linear1(self.norm.weight * normalized + self.norm.bias)
        return self.linear2(torch.maximum(z, torch.zeros_like(z))) + x
