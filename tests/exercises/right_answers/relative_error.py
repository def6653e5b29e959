"""Right answers to `relative_error`, in the styles that people write."""

import math

import numpy as np


def by_divide(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError
    size = np.maximum(abs(a), abs(b))
    return np.divide(abs(a - b), size, out=np.zeros_like(size), where=size != 0).max()


def by_loops(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    worst = 0.0
    for p, q in zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True):
        if not (math.isfinite(p) and math.isfinite(q)):
            return math.nan
        if p != q:
            worst = max(worst, abs(p - q) / max(abs(p), abs(q)))
    return worst


def by_a_mask(a, b):
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    assert a.shape == b.shape
    different = a != b
    if not different.any():
        return 0
    a, b = a[different], b[different]
    return np.max(np.abs(a - b) / np.max([np.abs(a), np.abs(b)], axis=0))


def by_stacking(a, b):
    both = np.stack([np.asarray(a), np.asarray(b)])
    size = np.abs(both).max(0)
    size = np.where(size == 0.0, np.inf, size) if np.isfinite(both).all() else size
    return np.ptp(both, axis=0).__truediv__(size).max()


def in_place_on_its_own(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError(f"{np.shape(a)} is not {np.shape(b)}")
    ratio = np.array(a, dtype=np.float64)
    ratio -= b
    np.abs(ratio, out=ratio)
    size = np.array(np.maximum(np.abs(a), np.abs(b)), dtype=np.float64)
    size[size == 0] = 1.0
    ratio /= size
    return ratio.max()
