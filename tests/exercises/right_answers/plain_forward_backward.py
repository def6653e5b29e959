"""Right answers to `plain_forward_backward`, in the styles that people write."""

import math

import numpy as np


def _g(z, act):
    if act == "relu":
        return np.where(z > 0, z, 0.0)
    return np.tanh(z) if act == "tanh" else 1.0 / (1.0 + np.exp(-z))


def _slope(z, act):
    if act == "relu":
        return np.heaviside(z, 0.0)
    if act == "tanh":
        return 1 - np.tanh(z) ** 2
    s = 1.0 / (1.0 + np.exp(-z))
    return s * (1 - s)


def from_z_with_helpers(x, Ws, act, dout):
    a, zs, acts = x, [], [x]
    for W in Ws:
        zs.append(a @ W)
        a = _g(zs[-1], act)
        acts.append(a)
    grads, lengths, delta = [None] * len(Ws), [0.0] * (len(Ws) + 1), dout
    lengths[-1] = np.sqrt((dout**2).sum())
    for i in range(len(Ws) - 1, -1, -1):
        dz = _slope(zs[i], act) * delta
        grads[i] = np.dot(acts[i].T, dz)
        delta = np.dot(dz, Ws[i].T)
        lengths[i] = np.sqrt((delta**2).sum())
    return a, grads, np.array(lengths)


def recursive_with_a_dict(x, Ws, act, dout):
    def below(a, layer):
        if layer == len(Ws):
            return a, [], [dout], dout
        z = a @ Ws[layer]
        out, dWs, deltas, delta = below(_g(z, act), layer + 1)
        dz = delta * _slope(z, act)
        delta = dz @ Ws[layer].T
        return out, [a.T @ dz, *dWs], [delta, *deltas], delta

    out, dWs, deltas, _ = below(x, 0)
    lengths = tuple(float(np.linalg.norm(d)) for d in deltas)
    return {"out": out, "dWs": tuple(dWs), "lengths": lengths, "deltas": deltas}


def columns_and_einsum(x, Ws, act, dout):
    columns = [x.T]
    for W in Ws:
        columns.append(_g(np.einsum("io,in->on", W, columns[-1]), act))
    delta, dWs, lengths = dout.T, [], [np.linalg.norm(dout, ord="fro")]
    for W, below, above in zip(Ws[::-1], columns[-2::-1], columns[:0:-1], strict=True):
        slope = {"relu": np.sign(above), "tanh": 1 - above * above}
        dz = delta * slope.get(act, above - above**2)
        dWs.append(np.einsum("in,on->io", below, dz))
        delta = np.einsum("io,on->in", W, dz)
        lengths.append(np.linalg.norm(delta))
    return [columns[-1].T, dWs[::-1], lengths[::-1]]


def by_loops(x, Ws, act, dout):
    samples = range(len(x))
    a = [x]
    for W in Ws:
        z = [[sum(a[-1][n] * W[:, j]) for j in range(W.shape[1])] for n in samples]
        a.append(_g(np.array(z), act))
    dWs, delta = [np.zeros(W.shape) for W in Ws], dout
    lengths = [math.sqrt(sum(v * v for v in dout.ravel()))]
    for i, W in reversed(list(enumerate(Ws))):
        before = np.zeros(a[i].shape)
        for n in samples:
            for j in range(W.shape[1]):
                v = a[i + 1][n, j]
                slope = {"relu": float(v > 0), "tanh": 1 - v**2}.get(act, v * (1 - v))
                dz = delta[n, j] * slope
                dWs[i][:, j] += a[i][n] * dz
                before[n] += dz * W[:, j]
        delta = before
        lengths.insert(0, math.sqrt(sum(v * v for v in delta.ravel())))
    return a[-1], dWs, lengths


class _Layer:
    def __init__(self, W, act):
        self.W, self.act = W, act

    def forward(self, a):
        self.a, self.z = a, a @ self.W
        return _g(self.z, self.act)

    def backward(self, delta):
        dz = delta * _slope(self.z, self.act)
        self.dW = self.a.T @ dz
        return dz @ self.W.T


def with_a_class(x, Ws, act, dout):
    layers = [_Layer(W, act) for W in Ws]
    for layer in layers:
        x = layer.forward(x)
    deltas = [dout]
    for layer in layers[::-1]:
        deltas.append(layer.backward(deltas[-1]))
    lengths = [np.linalg.norm(d.ravel()) for d in deltas]
    lengths.reverse()
    return x, [layer.dW for layer in layers], lengths


def in_place_on_its_own(x, Ws, act, dout):
    a = [x.copy()]
    for W in Ws:
        z = a[-1] @ W
        if act == "relu":
            z[z < 0] = 0
        elif act == "tanh":
            np.tanh(z, out=z)
        else:
            z *= -1
            np.exp(z, out=z)
            z += 1
            np.reciprocal(z, out=z)
        a.append(z)
    delta, dWs, lengths = dout.copy(), [], [np.linalg.norm(dout)]
    for W in Ws[::-1]:
        top = a.pop()
        if not dWs:
            out = top.copy()
        if act == "relu":
            delta *= top > 0
        else:
            delta *= (1 - top) * ((1 + top) if act == "tanh" else top)
        dWs.append(a[-1].T @ delta)
        delta = delta @ W.T
        lengths.append(np.linalg.norm(delta))
    return out, dWs[::-1], lengths[::-1]


def torch_without_autograd(x, Ws, act, dout):
    import torch

    g = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act]
    a = [torch.tensor(x)]
    for W in Ws:
        a.append(g(a[-1] @ torch.tensor(W)))
    delta, dWs = torch.tensor(dout), []
    lengths = [delta.norm()]
    for W, low, top in zip(Ws[::-1], a[-2::-1], a[:0:-1], strict=True):
        slope = {"relu": (top > 0).double(), "tanh": 1 - top**2}
        dz = delta * slope.get(act, top * (1 - top))
        dWs.insert(0, low.T @ dz)
        delta = dz @ torch.tensor(W).T
        lengths.insert(0, delta.norm())
    return a[-1], dWs, lengths
