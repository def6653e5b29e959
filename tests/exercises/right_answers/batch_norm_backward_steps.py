"""Right answers to `batch_norm_backward_steps`, in the styles that people write."""

import numpy as np


def by_name_with_a_dict(dy, steps):
    n, _ = dy.shape
    grads = {"dbeta": np.sum(dy, 0), "dgamma": np.sum(dy * steps["x_hat"], 0)}
    grads["dx_hat"] = dy * steps["gamma"]
    grads["dinv_std"] = np.sum(grads["dx_hat"] * steps["xmu"], 0)
    grads["dstd"] = grads["dinv_std"] * -(steps["inv_std"] ** 2)
    grads["dvar"] = 0.5 * grads["dstd"] * steps["inv_std"]
    grads["dsq"] = np.tile(grads["dvar"] / n, (n, 1))
    grads["dxmu"] = grads["dx_hat"] * steps["inv_std"]
    grads["dxmu"] += 2 * steps["xmu"] * grads["dsq"]
    grads["dmu"] = -np.sum(grads["dxmu"], 0)
    grads["dx"] = grads["dxmu"] + np.ones((n, 1)) * grads["dmu"] / n
    return grads


def without_the_term_that_vanishes(dy, steps):
    """Leave out of dmu what came through the variance: its rows sum to 0."""
    _, xmu, _, var, _, inv_std, x_hat, gamma = steps
    eps, n = 1 / inv_std**2 - var, len(dy)
    dx_hat = np.einsum("nd,d->nd", dy, gamma)
    dinv_std = np.einsum("nd,nd->d", dx_hat, xmu)
    dstd = -dinv_std / (var + eps)
    dvar = dstd / 2 / np.sqrt(var + eps)
    dsq = np.broadcast_to(dvar / n, dy.shape)
    direct = dx_hat * inv_std
    dxmu = direct + dsq * 2 * xmu
    dmu = -direct.sum(0)
    dgamma, dbeta = np.einsum("nd,nd->d", dy, x_hat), np.ones(n) @ dy
    return [
        *(dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu),
        direct + dsq * 2 * xmu + dmu / n,
    ]


def by_loops(dy, steps):
    n, d = dy.shape
    six = [np.zeros(d) for _ in range(6)]
    dbeta, dgamma, dinv_std, dstd, dvar, dmu = six
    dx_hat, dsq, dxmu, dx = (np.zeros((n, d)) for _ in range(4))
    for j in range(d):
        for i in range(n):
            dbeta[j] += dy[i, j]
            dgamma[j] += dy[i, j] * steps.x_hat[i, j]
            dx_hat[i, j] = steps.gamma[j] * dy[i, j]
            dinv_std[j] += dx_hat[i, j] * steps.xmu[i, j]
        dstd[j] = -dinv_std[j] / steps.std[j] ** 2
        dvar[j] = dstd[j] / (2 * steps.std[j])
        for i in range(n):
            dsq[i, j] = dvar[j] / n
            dxmu[i, j] = dx_hat[i, j] * steps.inv_std[j]
            dxmu[i, j] += 2 * steps.xmu[i, j] * dsq[i, j]
            dmu[j] -= dxmu[i, j]
        for i in range(n):
            dx[i, j] = dxmu[i, j] + dmu[j] / n
    return dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx


class _Tape:
    """A little reverse mode: gradients by name, added up as they come."""

    def __init__(self):
        self.grads = {}

    def send(self, name, gradient):
        self.grads[name] = self.grads.get(name, 0) + gradient

    def __getitem__(self, name):
        return self.grads[name]


def by_a_tape(dy, steps):
    _, xmu, sq, _, std, inv_std, x_hat, gamma = steps
    n, tape = dy.shape[0], _Tape()
    tape.send("dbeta", dy.sum(0))
    tape.send("dgamma", (dy * x_hat).sum(0))
    tape.send("dx_hat", gamma * dy)
    tape.send("dxmu", tape["dx_hat"] * inv_std)
    tape.send("dinv_std", (tape["dx_hat"] * xmu).sum(0))
    tape.send("dstd", -tape["dinv_std"] / std**2)
    tape.send("dvar", tape["dstd"] / (2 * std))
    tape.send("dsq", np.repeat(tape["dvar"][None] / n, n, axis=0))
    tape.send("dxmu", tape["dsq"] * 2 * xmu)
    tape.send("dx", tape["dxmu"])
    tape.send("dmu", -tape["dxmu"].sum(0))
    tape.send("dx", tape["dmu"] / n * np.ones_like(sq))
    return tape.grads


def in_place_on_its_own(dy, steps):
    _, xmu, _, _, std, inv_std, x_hat, gamma = steps
    dx_hat = dy.copy()
    dx_hat *= gamma
    dinv_std = np.multiply(dx_hat, xmu).sum(0)
    dstd = -dinv_std
    dstd /= std**2
    dvar = 0.5 * dstd / std
    dsq = np.full(dy.shape, 1 / len(dy))
    dsq *= dvar
    dxmu = dx_hat * inv_std
    dxmu += 2 * xmu * dsq
    dmu = np.negative(dxmu).sum(0)
    dx = dxmu.copy()
    dx += dmu / len(dy)
    dgamma, dbeta = np.multiply(dy, x_hat).sum(0), dy.sum(0)
    return dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx
