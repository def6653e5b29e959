"""Right answers to `ReZeroBlock`, in the styles that people write."""
# ruff: noqa: D101

import torch
from torch import nn
from torch.nn import functional as F


class LinesTakenOut(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.linear1 = nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(()))

    def forward(self, a):
        h = torch.relu(self.linear1(torch.relu(a)))
        return a + self.alpha * self.linear2(h)


class OwnWeights(nn.Module):
    """He's weights, biases at zero, and alpha with an axis of length 1."""

    def __init__(self, d):
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(1))
        self.linear1, self.linear2 = nn.Linear(d, d), nn.Linear(d, d)
        for layer in (self.linear1, self.linear2):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def branch(self, a):
        return self.linear2(F.relu(self.linear1(F.relu(a))))

    def forward(self, a):
        return torch.add(a, self.alpha * self.branch(a))


class SmallLastLayer(nn.Module):
    """The last layer is small, which is no zero; activations as modules."""

    def __init__(self, d):
        super().__init__()
        self.relu = nn.ReLU()
        self.linear1 = nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)
        nn.init.normal_(self.linear2.weight, std=1e-3)
        self.register_parameter("alpha", nn.Parameter(torch.tensor(0.0)))

    def forward(self, a):
        z = self.relu(a)
        for layer in (self.linear1, self.relu, self.linear2):
            z = layer(z)
        z = z * self.alpha
        z += a
        return z


class AlphaAtTheEnd(nn.Module):
    """Matrices in place of calls: alpha times the weights, and ReLU as a maximum."""

    def __init__(self, d):
        super().__init__()
        self.linear1, self.linear2 = (nn.Linear(d, d) for _ in range(2))
        self.alpha = nn.Parameter(torch.zeros(()))

    def forward(self, a):
        h = (a.clamp(min=0) @ self.linear1.weight.T + self.linear1.bias).clamp(min=0)
        W2, b2 = self.linear2.weight, self.linear2.bias
        return h @ (self.alpha * W2).T + self.alpha * b2 + a
