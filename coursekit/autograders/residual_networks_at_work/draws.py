"""Random blocks and models in which the mistakes of this exercise differ."""

import numpy as np

Numbers = dict[str, np.ndarray]

#: What the torch tasks may not be made from: the lesson's experiments do the same.
FORBIDDEN = ("coursekit.reference", "coursekit.experiments")


def layers(rng: np.random.Generator, d_in: int, hidden: int, d_out: int) -> Numbers:
    """Draw the weights and biases of a branch, for samples in rows."""
    return {
        "W1": rng.normal(size=(d_in, hidden)) / np.sqrt(d_in),
        "b1": rng.normal(size=hidden),
        "W2": rng.normal(size=(hidden, d_out)) / np.sqrt(hidden),
        "b2": rng.normal(size=d_out),
    }


def statistics(rng: np.random.Generator, *shape: int) -> Numbers:
    """Draw running statistics that are far from those of any batch of ours."""
    return {"mean": rng.uniform(1, 2, shape), "var": rng.uniform(4, 9, shape)}


def samples(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw samples of different lengths, so that means over samples show."""
    return rng.normal(size=(n, d)) * np.linspace(0.5, 3, n)[:, None] + 0.5


def chain(rng: np.random.Generator, blocks: int, *, norm: bool = False) -> Numbers:
    """Draw a model: from 3 features to 4, so many blocks, and to 2 features."""
    drawn = {
        "W": rng.normal(size=(blocks, 4, 4)) / 2,
        "b": rng.normal(size=(blocks, 4)),
        "stem": rng.normal(size=(3, 4)),
        "head": rng.normal(size=(4, 2)),
    }
    if norm:
        drawn |= statistics(rng, blocks, 4)
    return {"x": samples(rng, 6, 3), **drawn}
