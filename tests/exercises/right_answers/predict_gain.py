"""Right answers to `predict_gain`, in the styles that people write."""

import math

import numpy as np


def by_cases(act, slope=0.01):
    if act == "relu":
        return math.sqrt(2)
    elif act == "leaky_relu":
        return math.sqrt(2 / (1 + slope**2))
    elif act == "sigmoid":
        return 4
    return 1


def by_slopes(act, slope=0.01):
    slopes = {
        "identity": [1, 1],
        "relu": [0, 1],
        "leaky_relu": [slope, 1],
        "tanh": [1, 1],
        "sigmoid": [0.25, 0.25],
    }
    return np.mean(np.square(slopes[act])) ** -0.5


def by_differences(act, slope=0.01):
    """Slopes by central differences just beside 0, averaged over both sides."""
    g = {
        "identity": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "leaky_relu": lambda z: np.where(z > 0, z, slope * z),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    }[act]
    z, h = np.array([-1e-4, 1e-4]), 1e-5
    slopes = (g(z + h) - g(z - h)) / (2 * h)
    return np.sqrt(1 / np.mean(slopes**2))


def leaky_for_all(act, slope=0.01):
    slope = {"relu": 0.0, "leaky_relu": slope}.get(act, 1.0)
    gain = np.array([np.sqrt(2.0 / (1.0 + slope**2))])
    return float(gain[0]) * (4 if act == "sigmoid" else 1)


def by_torch(act, slope=0.01):
    import torch

    at = torch.tensor(4.0 if act == "sigmoid" else 1.0, dtype=torch.float64)
    if act == "relu":
        return torch.sqrt(2 * at)
    return at / torch.tensor((1 + slope**2) / 2).sqrt() if "leaky" in act else at
