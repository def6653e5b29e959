"""Right answers to `repaired_step`, in the styles that people write."""

import numpy as np


def the_broken_one_with_an_axis(x, Ws, bs, dout, lr):
    h = [x]
    for k in range(len(Ws)):
        h.append(np.maximum(h[k] @ Ws[k] + bs[k], 0))
    grad, Ws, bs = dout, list(Ws), list(bs)
    for k in range(len(Ws) - 1, -1, -1):
        grad = grad * (h[k + 1] > 0)
        step_W = h[k].T @ grad / len(x)
        step_b = grad.sum(axis=0) / len(x)
        grad = grad @ Ws[k].T
        Ws[k] = Ws[k] - lr * step_W
        bs[k] = bs[k] - lr * step_b
    return Ws, bs


def gradients_first(x, Ws, bs, dout, lr):
    zs, a = [], [x]
    for W, b in zip(Ws, bs, strict=True):
        zs.append(np.dot(a[-1], W) + b)
        a.append(zs[-1] * (zs[-1] > 0))
    dzs, delta = [], dout / x.shape[0]
    for W, z in zip(reversed(Ws), reversed(zs), strict=True):
        dzs.append(np.where(z > 0, delta, 0))
        delta = dzs[-1] @ np.transpose(W)
    dzs.reverse()
    dWs = [np.einsum("ni,no->io", low, dz) for low, dz in zip(a[:-1], dzs, strict=True)]
    dbs = [np.ones(len(x)) @ dz for dz in dzs]
    new_Ws = [W - lr * dW for W, dW in zip(Ws, dWs, strict=True)]
    return {
        "new_Ws": new_Ws,
        "new_bs": [b - lr * d for b, d in zip(bs, dbs, strict=True)],
    }


def bias_as_a_row_of_W(x, Ws, bs, dout, lr):
    ones = np.ones((len(x), 1))
    full = [np.vstack([W, b]) for W, b in zip(Ws, bs, strict=True)]
    inputs, a = [], x
    for M in full:
        inputs.append(np.hstack([a, ones]))
        a = np.maximum(inputs[-1] @ M, 0)
    new, delta, top = [], dout, a
    for M, low in zip(full[::-1], inputs[::-1], strict=True):
        dz = delta * (top > 0)
        new.insert(0, M - lr / len(x) * low.T @ dz)
        delta, top = (dz @ M.T)[:, :-1], low[:, :-1]
    return tuple(M[:-1] for M in new), tuple(M[-1] for M in new)


def sample_by_sample(x, Ws, bs, dout, lr):
    new_Ws, new_bs = [W.copy() for W in Ws], [b.copy() for b in bs]
    for row, delta in zip(x, dout, strict=True):
        a = [row]
        for W, b in zip(Ws, bs, strict=True):
            a.append(np.maximum(a[-1] @ W + b, 0))
        for k in reversed(range(len(Ws))):
            dz = delta * (a[k + 1] > 0)
            new_Ws[k] -= lr * np.outer(a[k], dz) / len(x)
            new_bs[k] -= lr * dz / len(x)
            delta = Ws[k] @ dz
    return new_Ws, new_bs


def by_torch(x, Ws, bs, dout, lr):
    import torch

    Ws, bs = [torch.tensor(W) for W in Ws], [torch.tensor(b) for b in bs]
    a = [torch.tensor(x)]
    for W, b in zip(Ws, bs, strict=True):
        a.append((a[-1] @ W + b).clamp(min=0))
    delta, new = torch.tensor(dout), []
    for W, b, low, top in zip(Ws[::-1], bs[::-1], a[-2::-1], a[:0:-1], strict=True):
        dz = delta * (top > 0)
        new.append((W - lr * low.T @ dz / len(x), b - lr * dz.mean(0)))
        delta = dz @ W.T
    return [W for W, _ in new[::-1]], [b for _, b in new[::-1]]
