"""ReZero blocks as torch modules: a right one, and the wrong ones.

Imported when a block is first made, so that the other tasks do without it. What is
wrong with a block is said in `repair_mistakes`.
"""
# ruff: noqa: D101, D102

import torch
from torch import Tensor, nn

from coursekit import nets
from coursekit.nets.schemes import rezero


class Reference(nn.Module):
    """The block of `coursekit.nets` after its scheme `rezero`, by the card's names."""

    def __init__(self, d: int) -> None:
        super().__init__()
        block = nets.ResidualBlock(d, d, mode="pre")
        rezero(block)
        branch = dict(block.branch.named_children())
        self.linear1, self.linear2 = branch["linear1"], branch["linear2"]
        self.alpha = next(branch["multiplier"].parameters())
        self._block = (block,)  # in a tuple: each parameter has one name

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output, made of the parameters that it has now."""
        return self._block[0].double()(a)


class Sound(nn.Module):
    """A right block, in steps that the wrong ones replace one at a time."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(()))
        with torch.no_grad():
            self.begin()

    def begin(self) -> None:
        """Change what was drawn."""

    def branch(self, a: Tensor) -> Tensor:
        """Return z, without alpha."""
        return self.linear2(torch.relu(self.linear1(torch.relu(a))))

    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        """Return the output, from branch and skip path."""
        return a + self.alpha * z

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output."""
        return self.meet(self.branch(a), a)


class TwoZeros(Sound):
    def begin(self) -> None:
        self.linear2.weight.zero_()
        self.linear2.bias.zero_()


class WeightAtZero(Sound):
    def begin(self) -> None:
        self.linear2.weight.zero_()


class FirstAtZero(Sound):
    def begin(self) -> None:
        self.linear1.weight.zero_()
        self.linear1.bias.zero_()


class AlphaOffZeroLastAtZero(TwoZeros):
    def begin(self) -> None:
        super().begin()
        self.alpha.fill_(1.0)


class AlphaOffZero(Sound):
    def begin(self) -> None:
        self.alpha.fill_(1.0)


class PlainAlpha(Sound):
    def __init__(self, d: int) -> None:
        super().__init__(d)
        del self.alpha
        self.alpha = torch.zeros(())


class AlphaDetached(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return a + self.alpha.detach() * z


class BranchDetached(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return a + self.alpha * z.detach()


class SkipMultiplied(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return self.alpha * (a + z)


class SkipMissing(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return self.alpha * z


class Multiplied(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return a * (1 + self.alpha * z)


_layers: dict[int, nn.Linear] = {}


class Shared(Sound):
    def __init__(self, d: int) -> None:
        super().__init__(d)
        self.linear2 = _layers.setdefault(d, self.linear2)


class Mixed(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return (1 - self.alpha) * a + self.alpha * z


class ReluAfterSum(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return torch.relu(super().meet(z, a))


class ReluOnBranch(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return torch.relu(super().branch(a))


class ReluOnSkip(Sound):
    def forward(self, a: Tensor) -> Tensor:
        return super().forward(torch.relu(a))


class FirstReluMissing(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return self.linear2(torch.relu(self.linear1(a)))


class InnerReluMissing(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return self.linear2(self.linear1(torch.relu(a)))


class InPlace(Sound):
    def meet(self, z: Tensor, a: Tensor) -> Tensor:
        return a.add_(self.alpha * z)


class ReluInPlace(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return super().branch(torch.relu_(a))
