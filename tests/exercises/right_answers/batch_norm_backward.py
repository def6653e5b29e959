"""Right answers to `batch_norm_backward`, in the styles that people write."""

import numpy as np


def one_line(dy, cache):
    x_hat, inv_std, gamma = cache
    n = dy.shape[0]
    dgamma, dbeta = np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)
    dx = (gamma * inv_std / n) * (n * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta


def by_name_and_einsum(dy, cache):
    x_hat, n = cache["x_hat"], len(dy)
    dx_hat = np.einsum("nd,d->nd", dy, cache["gamma"])
    along = np.einsum("nd,nd->d", dx_hat, x_hat) / n
    inner = dx_hat - np.ones((n, n)) @ dx_hat / n - np.einsum("nd,d->nd", x_hat, along)
    dx = np.einsum("nd,d->nd", inner, cache["inv_std"])
    return {"dgamma": np.einsum("nd,nd->d", dy, x_hat), "dbeta": dy.sum(0), "dx": dx}


def by_projection(dy, cache):
    dx, dgamma, dbeta = np.empty(dy.shape), np.empty(dy.shape[1]), np.empty(dy.shape[1])
    n, one = len(dy), np.ones(len(dy))
    for j, (v, g) in enumerate(zip(cache.x_hat.T, dy.T, strict=True)):
        away = np.outer(one, one) / n + np.outer(v, v) / n
        dx[:, j] = cache.gamma[j] * cache.inv_std[j] * (np.eye(n) - away) @ g
        dgamma[j], dbeta[j] = v @ g, one @ g
    return [dx, dgamma, dbeta]


def _layer_norm_backward(dy, x_hat, inv_std):
    along = np.mean(dy * x_hat, -1, keepdims=True)
    return inv_std * (dy - np.mean(dy, -1, keepdims=True) - x_hat * along)


def transposed_layer_norm_backward(dy, cache):
    x_hat, inv_std, gamma = cache
    dx = _layer_norm_backward((dy * gamma).T, x_hat.T, inv_std[:, None]).T
    return dx, (dy * x_hat).sum(0), dy.sum(0)


def through_mean_and_variance(dy, cache):
    """Go the textbook's way: dvar, dmean with the term that vanishes, then dx."""
    x_hat, inv_std, gamma = cache
    n, dx_hat, centred = len(dy), dy * gamma, x_hat / inv_std
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inv_std**3
    dmean = np.sum(dx_hat * -inv_std, axis=0) + dvar * np.mean(-2 * centred, axis=0)
    dx = dx_hat * inv_std + dvar * 2 * centred / n + dmean / n
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)


def in_place_on_its_own(dy, cache):
    x_hat, inv_std, gamma = cache
    dx = dy * gamma
    along = (dx * x_hat).mean(axis=0, keepdims=True)
    dx -= dx.mean(axis=0, keepdims=True)
    dx -= x_hat * along
    dx *= inv_std
    return dx, np.diag(dy.T @ x_hat), dy.sum(axis=0)


def by_torch(dy, cache):
    import torch

    g, v, s, w = (torch.tensor(np.ascontiguousarray(a)) for a in (dy, *cache))
    dx = s * w * (g - g.mean(0) - v * (g * v).mean(0))
    return dx, (g * v).sum(0), g.sum(0)
