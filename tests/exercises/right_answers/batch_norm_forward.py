"""Right answers to `batch_norm_forward`, in the styles that people write."""

from typing import NamedTuple

import numpy as np


def two_branches(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    running_mean, running_var = running
    if training:
        n, _ = x.shape
        if n < 2:
            raise ValueError("need two samples")
        mu = x.mean(0, keepdims=True)
        var = ((x - mu) ** 2).mean(0, keepdims=True)
        y = gamma * (x - mu) / np.sqrt(var + eps) + beta
        running_mean = (1 - momentum) * running_mean + momentum * mu[0]
        running_var = (1 - momentum) * running_var + momentum * x.var(0, ddof=1)
    else:
        y = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    return y, (running_mean, running_var)


def by_einsum(x, gamma, beta, running, training, momentum=0.1, eps=1e-5):
    if not training:
        scale = gamma * (running[1] + eps) ** -0.5
        return np.einsum("nd,d->nd", x - running[0], scale) + beta, running
    n = x.shape[0]
    if n == 1:
        raise ValueError
    mean = np.einsum("nd->d", x) / n
    squares = np.einsum("nd,nd->d", x - mean, x - mean)
    scale = gamma * (squares / n + eps) ** -0.5
    new = [
        running[0] + momentum * (mean - running[0]),
        running[1] + momentum * (squares / (n - 1) - running[1]),
    ]
    return np.einsum("nd,d->nd", x - mean, scale) + beta, new


def by_loops(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    y, (means, variances) = np.empty(x.shape), running
    new_means, new_variances = means.copy(), variances.copy()
    for d in range(x.shape[1]):
        mean, var = float(means[d]), float(variances[d])
        if training:
            n = len(x)
            mean = sum(float(v) for v in x[:, d]) / n
            squares = sum((float(v) - mean) ** 2 for v in x[:, d])
            if n == 1:
                raise ValueError(f"{squares} from a single value")
            var = squares / n
            new_means[d] = (1 - momentum) * means[d] + momentum * mean
            new_variances[d] *= 1 - momentum
            new_variances[d] += momentum * squares / (n - 1)
        for n in range(len(x)):
            y[n, d] = gamma[d] * (x[n, d] - mean) / (var + eps) ** 0.5 + beta[d]
    return y, (new_means, new_variances)


def _layer_norm(x, mean, var, eps):
    return (x - mean[:, None]) / np.sqrt(var + eps)[:, None]


def transposed(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    features = x.T
    if training and features.shape[1] < 2:
        raise ValueError("one sample")
    stats = (features.mean(-1), features.var(-1)) if training else running
    y = _layer_norm(features, *stats, eps).T * gamma + beta
    if training:
        n = features.shape[1]
        batch = (stats[0], stats[1] * n / (n - 1))
        running = tuple(
            (1 - momentum) * old + momentum * new
            for old, new in zip(running, batch, strict=True)
        )
    return y, running


class _State(NamedTuple):
    """The pair as some write it."""

    mean: np.ndarray
    var: np.ndarray


class _Layer:
    """A class behind the function."""

    def __init__(self, gamma, beta, state, momentum, eps):
        self.gamma, self.beta, self.state = gamma, beta, state
        self.momentum, self.eps = momentum, eps

    def train(self, x):
        mean, var, unbiased = x.mean(0), x.var(0), x.var(0, ddof=1)
        m = self.momentum
        self.state = _State(
            (1 - m) * self.state[0] + m * mean, (1 - m) * self.state[1] + m * unbiased
        )
        return self.normalize(x, mean, var)

    def normalize(self, x, mean, var):
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta


def with_a_class(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    layer = _Layer(gamma, beta, _State(*running), momentum, eps)
    if training:
        if len(x) <= 1:
            raise ValueError("a batch of one has no variance")
        y = layer.train(x)
        return y, layer.state
    return layer.normalize(x, *layer.state), layer.state


def with_a_dict_and_a_cache(
    x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5
):
    print("training" if training else "evaluating", x.shape)
    mean, var = running["mean"], running["var"]
    out = {"mean": mean.copy(), "var": var.copy(), "steps": 1}
    if training:
        if len(x) == 1:
            raise ValueError("one sample")
        mean, var = np.mean(x, axis=0), np.var(x, axis=0)
        out["mean"] = momentum * mean + (1 - momentum) * out["mean"]
        bessel = len(x) / (len(x) - 1)
        out["var"] = momentum * bessel * var + (1 - momentum) * out["var"]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, out, (x_hat, 1 / std, gamma)


def in_place_on_its_own(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    mean, var = (part.copy() for part in running)
    y = x.copy()
    if not training:
        y -= mean
        y /= np.sqrt(var + eps)
    else:
        if len(y) < 2:
            raise ValueError(f"need at least two samples, got {len(y)}")
        batch = y.mean(0)
        y -= batch
        squares = np.square(y).sum(0)
        y /= np.sqrt(squares / len(y) + eps)
        mean *= 1 - momentum
        mean += momentum * batch
        var *= 1 - momentum
        var += momentum * squares / (len(y) - 1)
    y *= gamma
    y += beta
    return [y, [mean, var]]


def by_torch(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    import torch

    t = torch.tensor(np.ascontiguousarray(x))
    mean, var = (torch.tensor(np.asarray(part)) for part in running)
    if training:
        if len(t) == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        new = torch.lerp(mean, t.mean(0), momentum), torch.lerp(var, t.var(0), momentum)
        running = tuple(part.numpy() for part in new)
        mean, var = t.mean(0), t.var(0, correction=0)
    y = torch.tensor(gamma) * (t - mean) * torch.rsqrt(var + eps) + torch.tensor(beta)
    return y.requires_grad_(), running


def with_a_harmless_slip(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    """Subtract the mean of what has mean 0 already."""
    mean, var = running
    if not training:
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, running
    if len(x) == 1:
        raise ValueError("one sample")
    centred = x - x.mean(0)
    batch_var = np.square(centred).mean(0) - centred.mean(0)
    y = gamma * centred / np.sqrt(batch_var + eps) + beta
    new_mean = mean * (1 - momentum) + x.mean(0) * momentum
    new_var = var * (1 - momentum) + batch_var * momentum * len(x) / (len(x) - 1)
    return y, (new_mean, new_var)
