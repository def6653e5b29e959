"""Right answers to `layer_norm_forward`, in the styles that people write."""

from typing import NamedTuple

import numpy as np


def flattened(x, gamma, beta, eps=1e-5):
    rows = x.reshape(-1, x.shape[-1])
    x_hat = (rows - rows.mean(axis=1)[:, None]) / np.sqrt(rows.var(1) + eps)[:, None]
    inv_std = (1 / np.sqrt(rows.var(axis=1) + eps)).reshape(*x.shape[:-1], 1)
    y = (x_hat * gamma + beta).reshape(x.shape)
    return y, (x_hat.reshape(x.shape), inv_std, gamma)


def _batch_norm(x, eps):
    centred = x - x.mean(axis=0)
    inv_std = 1.0 / np.sqrt((centred**2).mean(axis=0) + eps)
    return centred * inv_std, inv_std


def transposed_batch_norm(x, gamma, beta, eps=1e-5):
    x_hat, inv_std = _batch_norm(x.reshape(-1, x.shape[-1]).T, eps)
    x_hat = x_hat.T.reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, inv_std.reshape(*x.shape[:-1], 1), gamma)


def by_einsum(x, gamma, beta, eps=1e-5):
    d = x.shape[-1]
    centred = x - np.einsum("...i->...", x)[..., None] / d
    var = np.einsum("...i,...i->...", centred, centred)[..., None] / d
    x_hat = centred * (var + eps) ** -0.5
    return np.einsum("...i,i->...i", x_hat, gamma) + beta, (
        x_hat,
        (var + eps) ** -0.5,
        gamma,
    )


def by_loops(x, gamma, beta, eps=1e-5):
    x_hat, inv_std = np.empty(x.shape), np.empty((*x.shape[:-1], 1))
    for at in np.ndindex(x.shape[:-1]):
        mean = sum(float(v) for v in x[at]) / len(x[at])
        var = sum((float(v) - mean) ** 2 for v in x[at]) / len(x[at])
        inv_std[at] = 1 / (var + eps) ** 0.5
        for i, v in enumerate(x[at]):
            x_hat[at][i] = (v - mean) * inv_std[at][0]
    return gamma * x_hat + beta, [x_hat, inv_std, gamma]


def in_place_on_its_own(x, gamma, beta, eps=1e-5):
    x_hat = x.copy()
    x_hat -= x_hat.mean(-1, keepdims=True)
    inv_std = np.square(x_hat).mean(-1, keepdims=True)
    inv_std += eps
    np.sqrt(inv_std, out=inv_std)
    np.reciprocal(inv_std, out=inv_std)
    x_hat *= inv_std
    y = x_hat.copy()
    y *= gamma
    y += beta
    return y, (x_hat, inv_std, gamma)


def with_a_dict(x, gamma, beta, eps=1e-5):
    mu = x.mean(-1, keepdims=True)
    std = np.sqrt(x.var(-1, keepdims=True) + eps)
    x_hat = (x - mu) / std
    cache = {"x_hat": x_hat, "inv_std": 1 / std, "gamma": gamma, "mu": mu, "eps": eps}
    return gamma * x_hat + beta, cache


class _Kept(NamedTuple):
    """A cache as some write it."""

    x_hat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray


def with_prints(x, gamma, beta, eps=1e-5):
    print("x has shape", x.shape)
    mean, std = x.mean(-1, keepdims=True), x.std(-1, keepdims=True)
    inv_std = 1 / np.sqrt(std**2 + eps)
    x_hat = (x - mean) * inv_std
    return [gamma * x_hat + beta, _Kept(x_hat, inv_std, gamma)]


def by_torch(x, gamma, beta, eps=1e-5):
    import torch

    t = torch.tensor(np.ascontiguousarray(x))
    mean, var = t.mean(-1, keepdim=True), t.var(-1, keepdim=True, correction=0)
    inv_std = torch.rsqrt(var + eps)
    x_hat = (t - mean) * inv_std
    y = torch.tensor(gamma) * x_hat + torch.tensor(beta)
    return y, (x_hat.numpy(), inv_std.requires_grad_(), gamma)


def with_a_harmless_slip(x, gamma, beta, eps=1e-5):
    """Subtract the mean of what has mean 0 already."""
    centred = x - x.mean(-1, keepdims=True)
    var = np.square(centred).mean(-1, keepdims=True) - centred.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    return gamma * centred * inv_std + beta, (centred * inv_std, inv_std, gamma)
