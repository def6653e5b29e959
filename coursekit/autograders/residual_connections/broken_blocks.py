"""Residual blocks as torch modules: the course's own with the card's names; wrong ones.

Imported when a block is first made, so that the other two tasks do without torch. What
is wrong with a block is said in `module_mistakes`.
"""
# ruff: noqa: D101, D102

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from coursekit import nets


class Reference(nn.Module):
    """The block of `coursekit.nets` with its layers under the names of the card."""

    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__()
        block = nets.ResidualBlock(d_in, d_out, mode=mode)
        self.linear1, self.linear2 = block.branch.linear1, block.branch.linear2
        self.shortcut = block.shortcut
        self._block = (block,)  # in a tuple: each parameter has one name

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output."""
        return self._block[0](a)


class Sound(nn.Module):
    """A right block, in steps that the wrong ones replace one at a time."""

    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__()
        self.pre = mode == "pre"
        self.linear1 = nn.Linear(d_in, d_out)
        self.linear2 = nn.Linear(d_out, d_out)
        self.shortcut = self.skip_path(d_in, d_out)

    def skip_path(self, d_in: int, d_out: int) -> nn.Module:
        """Return what stands on the skip path."""
        if d_in == d_out:
            return nn.Identity()
        return nn.Linear(d_in, d_out, bias=False)

    def branch(self, a: Tensor) -> Tensor:
        """Return z."""
        first = self.linear1(torch.relu(a) if self.pre else a)
        return self.linear2(torch.relu(first))

    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        """Return the output, from both paths."""
        return z + skip if self.pre else torch.relu(z + skip)

    def forward(self, a: Tensor) -> Tensor:
        """Return the block's output."""
        return self.meet(self.branch(a), self.shortcut(a))


class AlwaysProjects(Sound):
    def skip_path(self, d_in: int, d_out: int) -> nn.Module:
        return nn.Linear(d_in, d_out, bias=False)


class AlwaysProjectsWithBias(Sound):
    def skip_path(self, d_in: int, d_out: int) -> nn.Module:
        return nn.Linear(d_in, d_out)


class NeverProjects(Sound):
    def skip_path(self, d_in: int, d_out: int) -> nn.Module:
        return nn.Identity()


class BiasOnSkip(Sound):
    def skip_path(self, d_in: int, d_out: int) -> nn.Module:
        return nn.Identity() if d_in == d_out else nn.Linear(d_in, d_out)


class NarrowInside(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.linear1 = nn.Linear(d_in, d_in)
        self.linear2 = nn.Linear(d_in, d_out)


class NoBiases(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.linear1 = nn.Linear(d_in, d_out, bias=False)
        self.linear2 = nn.Linear(d_out, d_out, bias=False)


class OneLayerTwice(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.linear2 = self.linear1


class PlainList(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.layers = [self.linear1, self.linear2, self.shortcut]
        del self.linear1, self.linear2, self.shortcut

    def forward(self, a: Tensor) -> Tensor:
        first, second, shortcut = self.layers
        return self.meet(second(torch.relu(first(a))), shortcut(a))


class MadeInForward(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        nn.Module.__init__(self)
        self.widths, self.mode = (d_in, d_out), mode

    def forward(self, a: Tensor) -> Tensor:
        return Sound(*self.widths, mode=self.mode)(a)


class SharedByAll(Sound):
    made: ClassVar[dict[tuple[int, int], Any]] = {}

    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        first, second = self.made.setdefault(
            (d_in, d_out), (self.linear1, self.linear2)
        )
        self.linear1, self.linear2 = first, second


class ZeroStart(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        for layer in (self.linear1, self.linear2):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)


class PreAsPost(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.pre = False


class PostAsPre(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.pre = True


class ModesExchanged(Sound):
    def __init__(self, d_in: int, d_out: int, *, mode: str) -> None:
        super().__init__(d_in, d_out, mode=mode)
        self.pre = not self.pre


class NoSkip(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return super().meet(z, 0 * skip)


class SkipAfter(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return z + skip if self.pre else torch.relu(z) + skip


class NoLastActivation(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return z + skip


class AlsoAfterTheSum(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return torch.relu(z + skip)


class NoFirstActivation(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return self.linear2(torch.relu(self.linear1(a)))


class AfterTheWeights(Sound):
    def branch(self, a: Tensor) -> Tensor:
        z = self.linear2(torch.relu(self.linear1(a)))
        return torch.relu(z) if self.pre else z


class NoInnerActivation(Sound):
    def branch(self, a: Tensor) -> Tensor:
        return self.linear2(self.linear1(torch.relu(a) if self.pre else a))


class SkipFromActivated(Sound):
    def forward(self, a: Tensor) -> Tensor:
        activated = torch.relu(a) if self.pre else a
        return self.meet(self.branch(a), self.shortcut(activated))


class ActivatesInPlace(Sound):
    def forward(self, a: Tensor) -> Tensor:
        z = self.branch(torch.relu_(a) if self.pre else a)
        return self.meet(z, self.shortcut(a))


class AddsInPlace(Sound):
    def forward(self, a: Tensor) -> Tensor:
        skip = self.shortcut(a)
        skip += self.branch(a)
        return skip if self.pre else torch.relu(skip)


class SkipDetached(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return super().meet(z, skip.detach())


class BranchDetached(Sound):
    def meet(self, z: Tensor, skip: Tensor) -> Tensor:
        return super().meet(z.detach(), skip)
