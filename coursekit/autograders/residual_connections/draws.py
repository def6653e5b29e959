"""Random blocks in which the mistakes of this exercise differ."""

import numpy as np

from coursekit.reference import projected_residual_forward, residual_forward

#: What the two functions may not be made from.
FORBIDDEN = ("coursekit.reference", "coursekit.nets")

#: A number further from 0 than any rounding can carry it: masks do not depend on the
#: order of summing.
CLEAR = 1e-3

Block = dict[str, np.ndarray]


def block(rng: np.random.Generator, n: int, d: int, m: int) -> Block:
    """Draw a, W1, b1, W2, b2 in which branch, skip path and sum take all signs.

    With one sign only, many mistakes coincide with the right answer: relu(z) + a is
    relu(z + a) wherever z and a are positive. So it is drawn again until every
    combination of signs of z, a and z + a occurs.
    """
    while True:
        drawn = {"a": vectors(rng, n, d), **layers(rng, d, m, d)}
        _, cache = residual_forward(**drawn)
        if _tells(cache.z1, cache.s - cache.a, cache.a, cache.s):
            return drawn


def projected_block(rng: np.random.Generator, n: int, d_in: int, d_out: int) -> Block:
    """Draw a block as for `block`, with a projection Ws and a branch of width d_out."""
    while True:
        drawn = {
            "a": vectors(rng, n, d_in),
            **layers(rng, d_in, d_out, d_out),
            "Ws": rng.normal(size=(d_in, d_out)) / np.sqrt(d_in),
        }
        _, cache = projected_residual_forward(**drawn)
        skip = cache.a @ cache.Ws
        if _tells(cache.z1, cache.s - skip, skip, cache.s):
            return drawn


def whole_numbers(rng: np.random.Generator, n: int, d: int, m: int) -> Block:
    """Draw a block of small whole numbers in which sums are exactly 0, here and there.

    Sums and products of whole numbers are exact in floating point, in any order.
    """
    while True:
        shapes = {"a": (n, d), "W1": (d, m), "b1": (m,), "W2": (m, d), "b2": (d,)}
        drawn = {
            name: rng.integers(-1, 2, shape).astype(float)
            for name, shape in shapes.items()
        }
        _, cache = residual_forward(**drawn)
        open_sums = cache.s > 0
        reached = (open_sums.any(axis=1)[:, None] & (cache.z1 == 0)).any()
        if reached and (cache.s == 0).any() and open_sums.any():
            return drawn


def vectors(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw n vectors whose features have means and scales of their own."""
    means, scales = rng.uniform(-0.7, 0.7, d), rng.uniform(0.8, 1.6, d)
    return means + scales * rng.normal(size=(n, d))


def layers(rng: np.random.Generator, d_in: int, m: int, d_out: int) -> Block:
    """Draw the branch's two layers, with a gain that keeps z about as large as a."""
    return {
        "W1": rng.normal(size=(d_in, m)) * np.sqrt(2 / d_in),
        "b1": offsets(rng, m),
        "W2": rng.normal(size=(m, d_out)) * np.sqrt(2 / m),
        "b2": offsets(rng, d_out),
    }


def offsets(rng: np.random.Generator, length: int) -> np.ndarray:
    """Draw a bias: both signs, none near 0, no two alike."""
    sizes = np.linspace(0.3, 0.9, length) + rng.uniform(0.0, 0.1, length)
    return rng.permutation(sizes * np.where(np.arange(length) % 2, -1.0, 1.0))


def _tells(z1: np.ndarray, z: np.ndarray, skip: np.ndarray, s: np.ndarray) -> bool:
    """Whether all combinations of signs occur, none of them by a hair."""
    if min(np.abs(array).min() for array in (z1, z, skip, s)) < CLEAR:
        return False
    patterns = set(zip((z > 0).flat, (skip > 0).flat, (s > 0).flat, strict=True))
    units = (z1 > 0).any(axis=0) & (z1 < 0).any(axis=0)
    return len(patterns) == 6 and units.sum() >= 2
