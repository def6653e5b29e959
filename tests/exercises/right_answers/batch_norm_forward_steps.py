"""Right answers to `batch_norm_forward_steps`, in the styles that people write."""

from typing import NamedTuple

import numpy as np


def with_a_dict(x, gamma, beta, eps=1e-5):
    steps = {"eps": eps, "gamma": gamma}
    steps["mu"] = np.mean(x, axis=0)
    steps["xmu"] = x - steps["mu"]
    steps["sq"] = np.square(steps["xmu"])
    steps["var"] = steps["sq"].sum(axis=0) / x.shape[0]
    steps["std"] = (steps["var"] + eps) ** 0.5
    steps["inv_std"] = 1.0 / steps["std"]
    steps["x_hat"] = steps["xmu"] / steps["std"]
    return steps["x_hat"] * gamma + beta, steps


class _Steps(NamedTuple):
    """Steps as some write them."""

    mu: np.ndarray
    xmu: np.ndarray
    sq: np.ndarray
    var: np.ndarray
    std: np.ndarray
    inv_std: np.ndarray
    x_hat: np.ndarray
    gamma: np.ndarray


def by_einsum(x, gamma, beta, eps=1e-5):
    n = len(x)
    mu = np.einsum("nd->d", x) / n
    xmu = x - mu[None, :]
    var = np.einsum("nd,nd->d", xmu, xmu) / n
    std = np.sqrt(var + eps)
    x_hat = np.einsum("nd,d->nd", xmu, 1 / std)
    steps = _Steps(mu, xmu, xmu * xmu, var, std, 1 / std, x_hat, gamma)
    return np.einsum("nd,d->nd", x_hat, gamma) + beta, steps


def by_loops(x, gamma, beta, eps=1e-5):
    n, d = x.shape
    mu, var, std, inv_std = (np.zeros(d) for _ in range(4))
    xmu, sq, x_hat, y = (np.zeros((n, d)) for _ in range(4))
    for j in range(d):
        mu[j] = sum(x[i, j] for i in range(n)) / n
        for i in range(n):
            xmu[i, j] = x[i, j] - mu[j]
            sq[i, j] = xmu[i, j] ** 2
        var[j] = sum(sq[:, j]) / n
        std[j] = np.sqrt(var[j] + eps)
        inv_std[j] = 1 / std[j]
        for i in range(n):
            x_hat[i, j] = xmu[i, j] * inv_std[j]
            y[i, j] = gamma[j] * x_hat[i, j] + beta[j]
    return y, [mu, xmu, sq, var, std, inv_std, x_hat, gamma]


def in_place_on_its_own(x, gamma, beta, eps=1e-5):
    mu = x.mean(0)
    xmu = x.copy()
    xmu -= mu
    sq = xmu.copy()
    sq *= xmu
    var = sq.mean(0)
    std = var.copy()
    std += eps
    np.sqrt(std, out=std)
    x_hat = xmu.copy()
    x_hat /= std
    y = gamma * x_hat
    y += beta
    return y, (mu, xmu, sq, var, std, np.reciprocal(std), x_hat, gamma.copy())


def with_keepdims_and_ravel(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0, keepdims=True)
    var = x.var(axis=0, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    y = gamma * x_hat + beta
    flat = [array.ravel() for array in (mu, var, std, 1 / std)]
    return y, (flat[0], x - mu, (x - mu) ** 2, *flat[1:], x_hat, gamma)


def by_torch(x, gamma, beta, eps=1e-5):
    import torch

    t = torch.tensor(np.ascontiguousarray(x))
    mu = t.mean(0)
    sq = (t - mu).square()
    std = (sq.mean(0) + eps).sqrt()
    x_hat = (t - mu) / std
    y = torch.tensor(gamma) * x_hat + torch.tensor(beta)
    return y, (mu, t - mu, sq, sq.mean(0), std, 1 / std, x_hat, gamma)
