"""Right answers to `numerical_gradient`, in the styles that people write."""

from functools import partial

import numpy as np


def _step(value, h):
    return 6e-6 * max(1.0, abs(value)) if h is None else h


def put_back(f, x, df, h=None):
    """Change the caller's own array where it can hold the step, and put it back."""
    z = np.asarray(x, dtype=np.float64)
    gradient = np.zeros_like(z)
    iterator = np.nditer(z, flags=["multi_index"])
    while not iterator.finished:
        i = iterator.multi_index
        old, step = z[i], _step(z[i], h)
        z[i] = old + step
        above = np.copy(f(z))
        z[i] = old - step
        below = np.copy(f(z))
        z[i] = old
        gradient[i] = (df * (above - below)).sum() / (2 * step)
        iterator.iternext()
    return gradient


def by_unit_steps(f, x, df, h=None):
    x = x.astype(float)
    steps = 6e-6 * np.maximum(1, np.abs(x)) if h is None else np.full_like(x, h)
    units = np.diag(steps.ravel()).reshape(-1, *x.shape)
    slopes = [np.vdot(df, f(x + e) - f(x - e)) / (2 * e.sum()) for e in units]
    return np.array(slopes).reshape(x.shape)


def flat_in_its_own_copy(f, x, df, h=None):
    flat = np.array(x, dtype=np.float64, order="C").reshape(-1)
    out = []
    for k, value in enumerate(flat.tolist()):
        step = _step(value, h)
        ends = []
        for end in (value + step, value - step):
            flat[k] = end
            ends.append(float(np.sum(np.multiply(df, f(flat.reshape(x.shape))))))
        flat[k] = value
        out.append((ends[0] - ends[1]) / step / 2)
    return np.reshape(out, x.shape)


def by_the_step_really_taken(f, x, df, h=None):
    x = np.float64(x)
    gradient = np.full(x.shape, np.nan)
    for k in range(x.size):
        i = np.unravel_index(k, x.shape)
        up, down = x.copy(), x.copy()
        up[i], down[i] = x[i] + _step(x[i], h), x[i] - _step(x[i], h)
        difference = np.asarray(f(up)) - np.asarray(f(down))
        gradient[i] = np.tensordot(df, difference, axes=np.ndim(df)) / (up[i] - down[i])
    return gradient


def by_jacobian(f, x, df, h=None):
    """Make the whole Jacobian first, with another default of the same size."""
    x = np.array(x, np.float64)
    columns = []
    for i in np.ndindex(*x.shape):
        step = h or 1e-5 * max(abs(x[i]), 1)
        e = np.zeros(x.shape)
        e[i] = step
        columns.append((f(x + e) - f(x - e)) / (2 * step))
    jacobian = np.moveaxis(np.array(columns).reshape(*x.shape, *np.shape(df)), 0, 0)
    return np.einsum("...k,k->...", jacobian.reshape(*x.shape, -1), np.ravel(df))


class _Along:
    """A function of one distance, along one entry."""

    def __init__(self, loss, x, i):
        self.loss, self.x, self.i = loss, x, i

    def __call__(self, distance):
        moved = self.x.copy()
        moved[self.i] += distance
        return self.loss(moved)

    def slope(self, h):
        return (self(h) - self(-h)) / (2 * h)


def _loss(f, df, x):
    return np.sum(df * f(x))


def with_a_class(f, x, df, h=None):
    start = np.asarray(x).astype(np.float64)
    slopes = {
        i: _Along(partial(_loss, f, df), start, i).slope(_step(start[i], h))
        for i in np.ndindex(start.shape)
    }
    return np.array(list(slopes.values())).reshape(start.shape)
