"""Right answers to `residual_forward`, in the styles that people write."""

from typing import NamedTuple

import numpy as np


def one_line_each(a, W1, b1, W2, b2):
    z1 = np.dot(a, W1) + b1
    h = z1 * (z1 > 0)
    s = a + (h.dot(W2) + b2)
    out = np.where(s > 0, s, 0)
    cache = a, z1, s, W1, W2
    return out, cache


def by_einsum(a, W1, b1, W2, b2):
    z1 = np.einsum("nd,dm->nm", a, W1) + b1[None, :]
    z = np.einsum("nm,md->nd", z1.clip(min=0), W2) + b2[None, :]
    return (z + a).clip(0, None), [a, z1, z + a, W1, W2]


def by_loops(a, W1, b1, W2, b2):
    n, d = a.shape
    m = len(b1)
    z1, s, out = np.zeros((n, m)), np.zeros((n, d)), np.zeros((n, d))
    for i in range(n):
        for k in range(m):
            z1[i, k] = sum(a[i, j] * W1[j, k] for j in range(d)) + b1[k]
        for j in range(d):
            z = sum(max(z1[i, k], 0.0) * W2[k, j] for k in range(m)) + b2[j]
            s[i, j] = z + a[i, j]
            out[i, j] = max(s[i, j], 0.0)
    return out, (a, z1, s, W1, W2)


def in_place_on_its_own(a, W1, b1, W2, b2):
    z1 = a @ W1
    z1 += b1
    h = z1.copy()
    h[h < 0] = 0
    s = h @ W2
    s += b2
    s += a
    out = np.empty_like(s)
    np.maximum(s, 0.0, out=out)
    return out, (a, z1, s, W1, W2)


def columns_transposed(a, W1, b1, W2, b2):
    z1 = W1.T @ a.T + b1[:, None]
    s = (W2.T @ np.maximum(z1, 0) + b2[:, None] + a.T).T
    return np.maximum(s, 0), {"a": a, "z1": z1.T, "s": s, "W1": W1, "W2": W2}


def with_a_dict(a, W1, b1, W2, b2):
    def relu(x):
        return (x + np.abs(x)) / 2

    z1 = a @ W1 + b1
    z = relu(z1) @ W2 + b2
    s = np.add(z, a)
    cache = {"a": a.copy(), "z": z, "z1": z1, "s": s, "W1": W1, "W2": W2, "b1": b1}
    return relu(s), cache


class _Layer:
    """A linear layer, as some write it."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def __call__(self, x):
        return x @ self.W + self.b


class _Kept(NamedTuple):
    """A cache as some write it."""

    a: np.ndarray
    z1: np.ndarray
    s: np.ndarray
    W1: np.ndarray
    W2: np.ndarray


def with_a_class_behind(a, W1, b1, W2, b2):
    first, second = _Layer(W1, b1), _Layer(W2, b2)
    z1 = first(a)
    s = a + second(np.maximum(0, z1))
    return {"out": np.maximum(0, s), "cache": _Kept(a, z1, s, W1, W2)}


def bias_as_a_row_of_ones(a, W1, b1, W2, b2):
    ones = np.ones((len(a), 1))
    z1 = np.hstack([a, ones]) @ np.vstack([W1, b1])
    z = np.hstack([np.maximum(z1, 0), ones]) @ np.vstack([W2, b2])
    print("z between", z.min(), "and", z.max())
    return np.maximum(z + a, 0), (a, z1, z + a, W1, W2)


def by_torch(a, W1, b1, W2, b2):
    import torch

    x, *parameters = (
        torch.tensor(np.ascontiguousarray(v)) for v in (a, W1, b1, W2, b2)
    )
    z1 = torch.addmm(parameters[1], x, parameters[0])
    s = torch.addmm(parameters[3], z1.relu(), parameters[2]) + x
    return s.relu(), (x, z1.requires_grad_(), s, W1, W2)
