"""Right answers to `BatchNorm1d`, in the styles that people write."""
# ruff: noqa: D101

import torch
from torch import nn


class TwoBranches(nn.Module):
    """Numbers of axes told apart; statistics reassigned under no_grad."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.dim() == 3:
            n, c, length = x.shape
            flat = x.permute(0, 2, 1).reshape(n * length, c)
            return self.flat(flat).reshape(n, length, c).permute(0, 2, 1)
        return self.flat(x)

    def flat(self, x):
        if self.training:
            mean = x.mean(dim=0)
            var = x.var(dim=0, unbiased=False)
            with torch.no_grad():
                m, n = self.momentum, x.shape[0]
                self.running_mean = (1 - m) * self.running_mean + m * mean
                self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / (var + self.eps).sqrt()
        return x_hat * self.weight + self.bias


class WithTheCounter(nn.Module):
    """All five entries of torch's `state_dict`; shapes (1, C, 1) inside."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.empty(num_features)))
        self.register_parameter("bias", nn.Parameter(torch.empty(num_features)))
        for name, start in (("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((num_features,), start))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        self.eps, self.momentum = eps, momentum
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        axes, shape = [0, *range(2, x.ndim)], [1, -1] + [1] * (x.ndim - 2)
        if self.training:
            var, mean = torch.var_mean(x, dim=axes, correction=0)
            self.update(x.detach(), axes)
        else:
            mean, var = self.running_mean, self.running_var
        mean, var, weight, bias = (
            t.view(shape) for t in (mean, var, self.weight, self.bias)
        )
        return weight * (x - mean) * torch.rsqrt(var + self.eps) + bias

    @torch.no_grad()
    def update(self, x, axes):
        self.num_batches_tracked += 1
        self.running_mean.lerp_(x.mean(axes), self.momentum)
        self.running_var.lerp_(x.var(axes), self.momentum)


class Einsum(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.settings = {"eps": eps, "momentum": momentum}

    def forward(self, x):
        y = x[..., None] if x.ndim == 2 else x
        count, momentum = y.shape[0] * y.shape[2], self.settings["momentum"]
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean = torch.einsum("ncl->c", y) / count
            y = y - mean[:, None]
            squares = torch.einsum("ncl,ncl->c", y, y)
            var = squares / count
            new = squares.detach() / (count - 1)
            self.running_mean.mul_(1 - momentum).add_(momentum * mean.detach())
            self.running_var.mul_(1 - momentum).add_(momentum * new)
        else:
            y = y - mean[:, None]
        scale = self.weight * (var + self.settings["eps"]) ** -0.5
        y = torch.einsum("ncl,c->ncl", y, scale) + self.bias[:, None]
        return y.reshape(x.shape)


class _Memory(nn.Module):
    """What several layers could share the code of."""

    def __init__(self, num_features, momentum):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def statistics(self, rows):
        if not self.training:
            return self.running_mean, self.running_var
        mean = torch.stack([column.mean() for column in rows.T])
        var = torch.stack([((c - c.mean()) ** 2).mean() for c in rows.T])
        new = (mean.data, var.data * len(rows) / (len(rows) - 1))
        for old, batch in zip((self.running_mean, self.running_var), new, strict=True):
            old.copy_((1 - self.momentum) * old + self.momentum * batch)
        return mean, var


class Inherits(_Memory):
    """Statistics from a base class; a loop over the features; an in-place step."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, momentum)
        self.eps = eps
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.weight = nn.Parameter(torch.ones(num_features))

    def forward(self, x):
        mean, var = self.statistics(x.transpose(0, 1).flatten(1).T)
        std = torch.sqrt(var + self.eps)
        out = torch.empty_like(x)
        for c in range(x.shape[1]):
            out[:, c] = self.weight[c] * (x[:, c] - mean[c]) / std[c]
            out[:, c] += self.bias[c]
        return out
