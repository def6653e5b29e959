"""The Pre-LN block as it should be, and the blocks of `module_mistakes`."""
# ruff: noqa: D101, D102

import torch
from torch import Tensor, nn


class Reference(nn.Module):
    """Right; the others change one method each."""

    def __init__(self, d: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.linear1 = nn.Linear(d, hidden)
        self.linear2 = nn.Linear(hidden, d)

    def mlp(self, x: Tensor) -> Tensor:
        return self.linear2(torch.relu(self.linear1(x)))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x))


class PostNorm(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x + self.mlp(x))


class SkipFromNormalized(Reference):
    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        return x + self.mlp(x)


class AlsoAfterTheSum(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x + self.mlp(self.norm(x)))


class NormLast(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.mlp(x))


class Sandwich(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.mlp(self.norm(x)))


class NormUnused(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(x)


class NormInside(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.norm = nn.LayerNorm(hidden)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.linear2(torch.relu(self.norm(self.linear1(x))))


class NoSkip(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return self.mlp(self.norm(x))


class ActivationAfter(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.mlp(self.norm(x)))


class NoActivation(Reference):
    def mlp(self, x: Tensor) -> Tensor:
        return self.linear2(self.linear1(x))


class ActivationLast(Reference):
    def mlp(self, x: Tensor) -> Tensor:
        return torch.relu(super().mlp(x))


class ActivationFirst(Reference):
    def mlp(self, x: Tensor) -> Tensor:
        return self.linear2(self.linear1(torch.relu(x)))


class HiddenIgnored(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, d)


class OneLayerTwice(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        if d == hidden:
            self.linear2 = self.linear1


class NoBiases(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.linear1 = nn.Linear(d, hidden, bias=False)
        self.linear2 = nn.Linear(hidden, d, bias=False)


class PlainNorm(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.norm = nn.LayerNorm(d, elementwise_affine=False)


class WithRMSNorm(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.norm = nn.RMSNorm(d)


class WithBatchNorm(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.norm = nn.BatchNorm1d(d)


class PlainList(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        nn.Module.__init__(self)
        layers = nn.LayerNorm(d), nn.Linear(d, hidden), nn.Linear(hidden, d)
        self.layers = [layer.double() for layer in layers]

    def forward(self, x: Tensor) -> Tensor:
        norm, linear1, linear2 = self.layers
        return x + linear2(torch.relu(linear1(norm(x))))


class MadeInForward(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        nn.Module.__init__(self)
        self.sizes = d, hidden

    def forward(self, x: Tensor) -> Tensor:
        return Reference(*self.sizes).to(x.dtype)(x)


class SharedByAll(Reference):
    kept: dict[tuple[int, int], Reference] = {}  # noqa: RUF012

    def __init__(self, d: int, hidden: int) -> None:
        nn.Module.__init__(self)
        made = self.kept.setdefault((d, hidden), Reference(d, hidden))
        self.norm, self.linear1, self.linear2 = made.norm, made.linear1, made.linear2


class AddsInPlace(Reference):
    def forward(self, x: Tensor) -> Tensor:
        x += self.mlp(self.norm(x))
        return x


class SkipDetached(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach() + self.mlp(self.norm(x))


class BranchDetached(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x)).detach()


class NormDetached(Reference):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x).detach())


class ZeroStart(Reference):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        for layer in (self.linear1, self.linear2):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
