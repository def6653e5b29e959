"""Batch norms as torch modules: a right one and wrong ones.

Imported when a layer is first made, so that the other two tasks do without torch. What
is wrong with a layer is said in `module_mistakes` and `module_slips`.
"""
# ruff: noqa: D101, D102

from typing import ClassVar

import torch
from torch import Tensor, nn


class Sound(nn.Module):
    """A right layer, in steps that the wrong ones replace one at a time."""

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        super().__init__()
        self.eps, self.momentum, self.many = eps, momentum, num_features
        self.set_up(torch.ones(num_features), torch.zeros(num_features))

    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        self.weight, self.bias = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())
        self.register_buffer("running_mean", zeros.clone())
        self.register_buffer("running_var", ones.clone())

    def uses_batch(self) -> bool:
        return self.training

    def updates(self) -> bool:
        return self.uses_batch()

    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return rows.mean(0), rows.var(0, correction=0)

    def remember(self, rows: Tensor) -> None:
        self.move(rows.mean(0), rows.var(0))

    @torch.no_grad()
    def move(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var, self.momentum)

    def divisor(self, var: Tensor) -> Tensor:
        return torch.sqrt(var + self.eps)

    def affine(self, x_hat: Tensor) -> Tensor:
        return self.weight * x_hat + self.bias

    def forward(self, x: Tensor) -> Tensor:
        x = x.movedim(1, -1)
        rows = x.reshape(-1, self.many)
        mean, var = self.running_mean, self.running_var
        if self.uses_batch():
            mean, var = self.moments(rows)
        if self.updates():
            self.remember(rows)
        return self.affine((x - mean) / self.divisor(var)).movedim(-1, 1)


class PlainAttributes(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        self.weight, self.bias = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())
        self.running_mean, self.running_var = zeros.clone(), ones.clone()


class RunningParameters(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        self.weight, self.bias = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())
        self.running_mean = nn.Parameter(zeros.clone())
        self.running_var = nn.Parameter(ones.clone())


class NoMemory(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        self.weight, self.bias = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())

    def forward(self, x: Tensor) -> Tensor:
        rows = x.movedim(1, -1)
        mean, var = self.moments(rows.flatten(0, -2))
        return self.affine((rows - mean) / self.divisor(var)).movedim(-1, 1)


class NothingLearns(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        del self.weight, self.bias
        self.weight, self.bias = ones.clone(), zeros.clone()


class AllBuffers(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        del self.weight, self.bias
        self.register_buffer("weight", ones.clone())
        self.register_buffer("bias", zeros.clone())


class GammaAndBeta(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        del self.weight, self.bias
        self.gamma, self.beta = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())

    def affine(self, x_hat: Tensor) -> Tensor:
        return self.gamma * x_hat + self.beta


class RowBuffers(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        self.weight, self.bias = nn.Parameter(ones.clone()), nn.Parameter(zeros.clone())
        self.register_buffer("running_mean", zeros.clone()[None])
        self.register_buffer("running_var", ones.clone()[None])


class Rows(RowBuffers):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        self.weight = nn.Parameter(ones.clone()[None])
        self.bias = nn.Parameter(zeros.clone()[None])


class WeightAtZero(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        self.weight = nn.Parameter(zeros.clone())


class RandomWeight(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        self.weight = nn.Parameter(torch.randn(self.many))


class VarianceAtZero(Sound):
    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        self.running_var = zeros.clone()


class KeepsGraph(Sound):
    def move(self, mean: Tensor, var: Tensor) -> None:
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * var


class ModeFromGradients(Sound):
    def uses_batch(self) -> bool:
        return torch.is_grad_enabled()


class NeedsBoth(Sound):
    def uses_batch(self) -> bool:
        return self.training and torch.is_grad_enabled()


class DetachedStatistics(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return super().moments(rows.detach())


class DetachedVariance(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return rows.mean(0), rows.detach().var(0, correction=0)


class NoGradEverywhere(Sound):
    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class PositionsApart(Sound):
    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 2 or not self.training:
            return super().forward(x)
        var, mean = torch.var_mean(x, 0, correction=0, keepdim=True)
        self.remember(x.movedim(1, -1).reshape(-1, self.many))
        x_hat = (x - mean) / self.divisor(var)
        return self.affine(x_hat.movedim(1, -1)).movedim(-1, 1)


class TwoAxesOnly(Sound):
    def forward(self, x: Tensor) -> Tensor:
        _, _ = x.shape
        return super().forward(x)


class MomentumExchanged(Sound):
    @torch.no_grad()
    def move(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.lerp_(mean, 1 - self.momentum)
        self.running_var.lerp_(var, 1 - self.momentum)


class UnbiasedInY(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return rows.mean(0), rows.var(0)


class BiasedMemory(Sound):
    def remember(self, rows: Tensor) -> None:
        self.move(rows.mean(0), rows.var(0, correction=0))


class VariancesExchanged(UnbiasedInY, BiasedMemory):
    pass


class NeverUpdated(Sound):
    def remember(self, rows: Tensor) -> None:
        pass


class LastBatchOnly(Sound):
    @torch.no_grad()
    def move(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.copy_(mean)
        self.running_var.copy_(var)


class RunningStd(Sound):
    def remember(self, rows: Tensor) -> None:
        self.move(rows.mean(0), rows.std(0))


class UpdatesAlways(Sound):
    def updates(self) -> bool:
        return True

    def remember(self, rows: Tensor) -> None:
        if len(rows) > 1:
            super().remember(rows)


class EvalUsesBatch(Sound):
    def uses_batch(self) -> bool:
        return True

    def updates(self) -> bool:
        return self.training


class Unused(EvalUsesBatch):
    def remember(self, rows: Tensor) -> None:
        pass


class EvalIgnored(Sound):
    def uses_batch(self) -> bool:
        return True

    def remember(self, rows: Tensor) -> None:
        self.move(rows.mean(0), rows.var(0) if len(rows) > 1 else rows.std(0))


class RunningInTraining(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        self.remember(rows)
        return self.running_mean, self.running_var

    def updates(self) -> bool:
        return False


class OverFeatures(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return rows.mean(1, keepdim=True), rows.var(1, keepdim=True, correction=0)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 2:
            return super().forward(x)
        flat = super().forward(x.movedim(1, -1).reshape(-1, self.many))
        return flat.reshape(len(x), -1, self.many).movedim(-1, 1)


class EpsOutside(Sound):
    def divisor(self, var: Tensor) -> Tensor:
        return torch.sqrt(var) + self.eps


class EpsLeftOut(Sound):
    def divisor(self, var: Tensor) -> Tensor:
        return torch.sqrt(var)


class EpsFixed(Sound):
    def divisor(self, var: Tensor) -> Tensor:
        return torch.sqrt(var + 1e-5)


class MomentumFixed(Sound):
    def remember(self, rows: Tensor) -> None:
        self.momentum = 0.1
        super().remember(rows)


class DividedByVariance(Sound):
    def divisor(self, var: Tensor) -> Tensor:
        return var + self.eps


class NoAffine(Sound):
    def affine(self, x_hat: Tensor) -> Tensor:
        return x_hat + 0 * (self.weight + self.bias)


class BiasScaled(Sound):
    def affine(self, x_hat: Tensor) -> Tensor:
        return self.weight * (x_hat + self.bias)


class OnePass(Sound):
    def moments(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        mean = rows.mean(0)
        return mean, rows.square().mean(0) - mean**2

    def remember(self, rows: Tensor) -> None:
        mean, var = self.moments(rows)
        self.move(mean, var * len(rows) / (len(rows) - 1))


class ChangesInput(Sound):
    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        y = super().forward(x.clone())
        with torch.no_grad():
            x -= x.mean(0)
        return y


class Shared(Sound):
    """Keeps its statistics on the class: whoever updates last is heard by all."""

    made: ClassVar[list[Sound]] = []

    @torch.no_grad()
    def move(self, mean: Tensor, var: Tensor) -> None:
        super().move(mean, var)
        for layer in self.made:
            if layer.many != self.many:
                continue
            layer.running_mean.copy_(self.running_mean)
            layer.running_var.copy_(self.running_var)

    def set_up(self, ones: Tensor, zeros: Tensor) -> None:
        super().set_up(ones, zeros)
        self.made.append(self)
        del self.made[:-2]
