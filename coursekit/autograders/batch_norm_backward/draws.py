"""Random numbers in which the mistakes of this exercise differ."""

import numpy as np

EXERCISE = "06_batch_norm_backward"

#: Sums over at most 8 numbers of size 10, divided up to three times by standard
#: deviations of at least sqrt(eps) = 0.3: float64 is good to about 30 * 1e-14. The room
#: up to 1e-9 is for other orders of summing; the smallest mistake moves one by 1e-4.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

EPS = 0.1
AGAIN = "the change in a second call"

#: What batch norm may not be built from, wherever it is to be written from scratch.
FORBIDDEN = (
    "torch.nn.BatchNorm1d",
    "torch.nn.functional.batch_norm",
    "torch.batch_norm",
    "torch.native_batch_norm",
    "torch.nn.LayerNorm",
    "torch.nn.functional.layer_norm",
    "torch.nn.functional.group_norm",
    "torch.nn.functional.instance_norm",
    "torch.autograd.grad",
    "coursekit.reference",
    "coursekit.nets",
)


def features(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw samples whose features have means and scales of their own, some negative."""
    return rng.uniform(-3, 3, d) + rng.uniform(0.5, 2, d) * rng.normal(size=(n, d))


def constant_feature(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw samples that all have 5 in their first feature."""
    x = features(rng, n, d)
    x[:, 0] = 5.0
    return x


def scales(rng: np.random.Generator, d: int) -> np.ndarray:
    """Draw numbers of both signs, none near 0 and no two alike: gamma, or beta."""
    sizes = np.linspace(0.5, 2.0, d) + rng.uniform(0.0, 0.2, d)
    return rng.permutation(sizes * np.where(np.arange(d) % 2, -1.0, 1.0))
