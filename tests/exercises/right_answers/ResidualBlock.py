"""Right answers to `ResidualBlock`, in the styles that people write."""
# ruff: noqa: D101

import torch
from torch import nn
from torch.nn import functional as F


class TwoMethods(nn.Module):
    def __init__(self, d_in, d_out, *, mode):
        super().__init__()
        self.linear1 = nn.Linear(d_in, d_out)
        self.linear2 = nn.Linear(d_out, d_out)
        if d_in == d_out:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Linear(d_in, d_out, bias=False)
        self.forward_of_mode = {"post": self.post, "pre": self.pre}[mode]

    def post(self, a):
        return F.relu(self.linear2(F.relu(self.linear1(a))) + self.shortcut(a))

    def pre(self, a):
        return self.shortcut(a) + self.linear2(F.relu(self.linear1(F.relu(a))))

    def forward(self, a):
        return self.forward_of_mode(a)


class NoShortcutAtAll(nn.Module):
    """None where the widths are equal; the skip path is registered first."""

    def __init__(self, d_in, d_out, *, mode="post"):
        super().__init__()
        self.shortcut = None if d_in == d_out else nn.Linear(d_in, d_out, bias=False)
        self.linear1, self.linear2 = nn.Linear(d_in, d_out), nn.Linear(d_out, d_out)
        self.relu, self.mode = nn.ReLU(), mode

    def forward(self, a):
        skip = a if self.shortcut is None else self.shortcut(a)
        if self.mode == "post":
            return self.relu(skip + self.linear2(self.relu(self.linear1(a))))
        elif self.mode == "pre":
            return skip + self.linear2(self.relu(self.linear1(self.relu(a))))
        raise ValueError(self.mode)


class InPlaceOnItsOwn(nn.Module):
    """In-place operations where nobody needs what they overwrite."""

    def __init__(self, d_in, d_out, mode):
        super().__init__()
        self.linear1 = nn.Linear(d_in, d_out)
        self.linear2 = nn.Linear(d_out, d_out)
        self.shortcut = (
            nn.Linear(d_in, d_out, bias=False) if d_in - d_out else nn.Identity()
        )
        self.inplace = nn.ReLU(inplace=True)
        self.pre = mode == "pre"

    def forward(self, a):
        out = self.linear1(a.clamp(min=0) if self.pre else a)
        out = self.linear2(self.inplace(out))
        out += self.shortcut(a)
        return out if self.pre else self.inplace(out)


class ZeroLastLayer(nn.Module):
    """Starts as the identity: linear2 alone is 0, and still learns."""

    def __init__(self, d_in, d_out, *, mode):
        super().__init__()
        self.linear1 = nn.Linear(d_in, d_out)
        self.linear2 = nn.Linear(d_out, d_out)
        nn.init.kaiming_normal_(self.linear1.weight, nonlinearity="relu")
        nn.init.zeros_(self.linear2.weight)
        nn.init.zeros_(self.linear2.bias)
        self.shortcut = nn.Sequential()
        if d_in != d_out:
            self.register_module("shortcut", nn.Linear(d_in, d_out, bias=False))
        self.first = torch.relu if mode == "pre" else nn.Identity()
        self.last = torch.relu if mode == "post" else nn.Identity()

    def forward(self, a):
        z = self.linear2(torch.relu(self.linear1(self.first(a))))
        return self.last(z + self.shortcut(a))


class _Skip(nn.Module):
    """Parameters by hand, as some write them."""

    def __init__(self, d_in, d_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(d_out, d_in) / d_in**0.5)

    def forward(self, a):
        return a @ self.weight.T


class _Affine(_Skip):
    def __init__(self, d_in, d_out):
        super().__init__(d_in, d_out)
        self.bias = nn.Parameter(torch.zeros(d_out))

    def forward(self, a):
        return torch.einsum("ni,oi->no", a, self.weight) + self.bias


class LayersByHand(nn.Module):
    def __init__(self, d_in, d_out, *, mode):
        super().__init__()
        self.linear1, self.linear2 = _Affine(d_in, d_out), _Affine(d_out, d_out)
        self.shortcut = _Skip(d_in, d_out) if d_in != d_out else lambda a: a
        self.mode = mode

    def forward(self, a):
        h = torch.maximum(a, torch.zeros(1)) if self.mode == "pre" else a
        z = self.linear2(torch.where(self.linear1(h) > 0, self.linear1(h), 0.0))
        s = z + self.shortcut(a)
        return s if self.mode == "pre" else s * (s > 0)
