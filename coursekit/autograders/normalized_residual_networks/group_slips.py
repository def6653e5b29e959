"""Right statistics, wrong group norm: gamma and beta, special inputs, the shape."""

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.normalized_residual_networks.draws import (
    VIEWS,
    changes_an_argument,
    only_in,
    remembers,
)
from coursekit.autograders.normalized_residual_networks.group_mistakes import (
    along,
    finish,
    rest_of,
    split,
    x_hat_of,
)

SLIPS = Catalogue()
USUAL = "images, 2 groups"
FEWER_AXES = ("vectors (N, C)", "sequences (N, C, L)", "groups of one value")


@SLIPS.add(
    "gamma and beta left out",
    "y is the normalized x itself; gamma and beta are not used. Multiply each channel "
    "by its gamma and add its beta.",
)
def _no_affine(x, num_groups, gamma, beta, eps=1e-5):
    return x_hat_of(x, num_groups, eps)


@SLIPS.add(
    "beta left out",
    "y is gamma * x_hat: the shift is missing. Add beta after scaling.",
)
def _no_beta(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, num_groups, eps), x, gamma, 0 * beta)


@SLIPS.add(
    "beta scaled by gamma",
    "You wrote gamma * (x_hat + beta), so that beta is multiplied by gamma too. First "
    "scale, then shift: gamma * x_hat + beta.",
)
def _beta_scaled(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, num_groups, eps), x, gamma, gamma * beta)


@SLIPS.add(
    "gamma and beta exchanged",
    "You multiply by beta and add gamma. gamma is the scale and beta the shift: "
    "gamma * x_hat + beta.",
)
def _exchanged(x, num_groups, gamma, beta, eps=1e-5):
    return finish(x_hat_of(x, num_groups, eps), x, beta, gamma)


def _of_group(vector, num_groups):
    return np.repeat(vector[:num_groups], len(vector) // num_groups)


@SLIPS.add(
    "one gamma for each group",
    "All channels of a group get the same gamma and beta. The groups share mean and "
    "variance; gamma and beta have shape (C,), one entry for each channel.",
)
def _gamma_by_group(x, num_groups, gamma, beta, eps=1e-5):
    scale, shift = (_of_group(vector, num_groups) for vector in (gamma, beta))
    return finish(x_hat_of(x, num_groups, eps), x, scale, shift)


@SLIPS.add(
    "one gamma and one beta for everything",
    "Only the first entry of gamma and of beta is used. Both have shape (C,), one "
    "entry for each channel: lay the whole array along axis 1.",
)
def _scalar(x, num_groups, gamma, beta, eps=1e-5):
    return gamma[0] * x_hat_of(x, num_groups, eps) + beta[0]


@SLIPS.add(
    "gamma along the last axis",
    "You wrote gamma * x_hat without a reshape, and NumPy lines gamma up with the last "
    "axis, W. Mostly that raises an error; where W equals C it is silently wrong. Give "
    "gamma the shape (1, C, 1, 1).",
)
def _last_axis(x, num_groups, gamma, beta, eps=1e-5):
    return gamma * x_hat_of(x, num_groups, eps) + beta


@SLIPS.add(
    "y left in groups",
    "The numbers are right, but y still has the axis of the groups. Go back at the "
    "end: `reshape(x.shape)`.",
)
def _still_grouped(x, num_groups, gamma, beta, eps=1e-5):
    return split(finish(x_hat_of(x, num_groups, eps), x, gamma, beta), num_groups)


@SLIPS.add(
    "another default for eps",
    "With eps given, y is right; with eps left out it is not. The card's default is "
    "1e-5, and the formula must use the argument.",
    shows=only_in("eps left out"),
)
def _other_default(x, num_groups, gamma, beta, eps=1e-6):
    return finish(x_hat_of(x, num_groups, eps), x, gamma, beta)


@SLIPS.add(
    "variance in one pass",
    "E[x^2] - E[x]^2 is a variance on paper. In floating point it subtracts two large "
    "numbers that agree in most digits, and with a mean of 10 million little more than "
    "rounding is left. Subtract the mean first, then square.",
    shows=only_in("a mean of 10 million"),
)
def _one_pass(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    axes = rest_of(g)
    mean = g.mean(axes, keepdims=True)
    var = np.square(g).mean(axes, keepdims=True) - mean**2
    return finish((g - mean) / np.sqrt(var + eps), x, gamma, beta)


_running: dict = {}


@SLIPS.add(
    "something kept between calls",
    "A second call with the same numbers gives another y. Group norm has no running "
    "statistics and no training mode: y depends on the arguments and nothing else.",
    shows=remembers(USUAL),
)
def _running_statistics(x, num_groups, gamma, beta, eps=1e-5):
    g = split(x, num_groups)
    now = np.stack([m(rest_of(g), keepdims=True) for m in (g.mean, g.var)])
    key = (x.shape, num_groups)
    mean, var = _running[key] = 0.9 * _running.get(key, 0.5) + 0.1 * now
    return finish((g - mean) / np.sqrt(var + eps), x, gamma, beta)


@SLIPS.add(
    "needs more than one sample",
    "With several samples y is right; with one it is not. The mean of a group comes "
    "from its own sample, so a batch of one is nothing special.",
    shows=only_in("the first image alone"),
)
def _needs_a_batch(x, num_groups, gamma, beta, eps=1e-5):
    if len(x) < 2:
        raise ValueError("expected more than one sample")
    return finish(x_hat_of(x, num_groups, eps), x, gamma, beta)


@SLIPS.add(
    "written for images only",
    "With x of shape (N, C, H, W) your function runs; vectors and sequences it cannot "
    "take. Take the first two lengths alone, `x.shape[:2]`, and let `-1` or "
    "`x.shape[2:]` stand for the rest.",
    shows=only_in(*FEWER_AXES),
)
def _four_axes(x, num_groups, gamma, beta, eps=1e-5):
    n, c, h, w = x.shape
    x_hat = x_hat_of(x.reshape(n, c, h, w), num_groups, eps)
    return finish(x_hat, x, gamma, beta)


@SLIPS.add(
    "depends on the memory layout",
    "With x laid out row by row y is right; with a view of the same numbers it is not. "
    "Use operations that go by position (axes, `reshape`), not by place in memory.",
    shows=only_in(*VIEWS),
)
def _by_memory(x, num_groups, gamma, beta, eps=1e-5):
    flat = x.ravel(order="K").reshape(x.shape)
    return along(gamma, x) * x_hat_of(flat, num_groups, eps) + along(beta, x)


@SLIPS.add(
    "an argument changed in place",
    "y is right, but `x` (or gamma, or beta) is not what it was. A reshaped array "
    "shares its memory with x, so `g -= mean` writes into the caller's array. Write "
    "`g = g - mean`.",
    shows=changes_an_argument,
)
def _in_place(x, num_groups, gamma, beta, eps=1e-5):
    y = finish(x_hat_of(x, num_groups, eps), x, gamma, beta)
    x -= x.mean()
    return y
