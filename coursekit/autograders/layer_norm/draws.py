"""Random numbers in which the mistakes of this exercise differ."""

import numpy as np

#: What layer norm may not be built from, wherever it is to be written from scratch.
FORBIDDEN = (
    "torch.nn.LayerNorm",
    "torch.nn.functional.layer_norm",
    "torch.layer_norm",
    "torch.native_layer_norm",
    "torch.nn.BatchNorm1d",
    "torch.nn.functional.batch_norm",
    "torch.nn.GroupNorm",
    "torch.nn.functional.group_norm",
    "coursekit.reference",
    "coursekit.nets",
)


def features(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw vectors whose features have means and scales of their own, some negative."""
    d = shape[-1]
    return rng.uniform(-3, 3, d) + rng.uniform(0.5, 2, d) * rng.normal(size=shape)


def scales(rng: np.random.Generator, d: int) -> np.ndarray:
    """Draw numbers of both signs, none near 0 and no two alike: gamma, or beta."""
    sizes = np.linspace(0.5, 2.0, d) + rng.uniform(0.0, 0.2, d)
    return rng.permutation(sizes * np.where(np.arange(d) % 2, -1.0, 1.0))
