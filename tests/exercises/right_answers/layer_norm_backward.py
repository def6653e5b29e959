"""Right answers to `layer_norm_backward`, in the styles that people write."""

import numpy as np


def steps(dy, cache):
    """Every node of the graph, one after the other, the vanishing term included."""
    x_hat, inv_std, gamma = cache
    d = dy.shape[-1]
    centred = x_hat / inv_std
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * centred, -1, keepdims=True) * -0.5 * inv_std**3
    dmean = -np.sum(dx_hat * inv_std, -1, keepdims=True)
    dmean += dvar * np.mean(-2 * centred, -1, keepdims=True)
    dx = dx_hat * inv_std + dvar * 2 * centred / d + dmean / d
    axes = tuple(range(dy.ndim))[:-1]
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)


def closed_form(dy, cache):
    x_hat, inv_std, gamma = cache
    d, dx_hat = dy.shape[-1], dy * gamma
    total = dx_hat.sum(-1, keepdims=True)
    along = (dx_hat * x_hat).sum(-1, keepdims=True)
    dx = inv_std / d * (d * dx_hat - total - x_hat * along)
    rows, hats = dy.reshape(-1, d), x_hat.reshape(-1, d)
    return dx, np.einsum("nd,nd->d", rows, hats), np.ones(len(rows)) @ rows


def by_jacobian(dy, cache):
    x_hat, inv_std, gamma = cache["x_hat"], cache["inv_std"], cache["gamma"]
    d = dy.shape[-1]
    dx, dgamma, dbeta = np.zeros(dy.shape), np.zeros(d), np.zeros(d)
    for at in np.ndindex(dy.shape[:-1]):
        away = np.ones((d, d)) / d + np.outer(x_hat[at], x_hat[at]) / d
        dx[at] = inv_std[at] * ((np.eye(d) - away) @ (gamma * dy[at]))
        dgamma += dy[at] * x_hat[at]
        dbeta += dy[at]
    return dx, dgamma, dbeta


def _batch_norm_backward(dy, x_hat, inv_std):
    n = dy.shape[0]
    return inv_std / n * (n * dy - dy.sum(0) - x_hat * (dy * x_hat).sum(0))


def transposed_batch_norm_backward(dy, cache):
    d = dy.shape[-1]
    hats, rows = cache.x_hat.reshape(-1, d), dy.reshape(-1, d)
    dx = _batch_norm_backward((rows * cache.gamma).T, hats.T, cache.inv_std.reshape(-1))
    return [dx.T.reshape(dy.shape), (rows * hats).sum(axis=0), rows.sum(axis=0)]


def backward_in_place_on_its_own(dy, cache):
    x_hat, inv_std, gamma = cache
    dx = dy * gamma
    along = (dx * x_hat).mean(-1, keepdims=True)
    dx -= dx.mean(-1, keepdims=True)
    dx -= x_hat * along
    dx *= inv_std
    leading = tuple(range(dy.ndim - 1))
    return {"dx": dx, "dgamma": (dy * x_hat).sum(leading), "dbeta": dy.sum(leading)}
