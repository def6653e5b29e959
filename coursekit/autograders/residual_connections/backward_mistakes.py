"""Wrong ways back through a residual block: what reaches a, and through which mask."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def relu(x: Any) -> Any:
    """Return the larger of x and 0."""
    return np.maximum(x, 0)


def through(dz: Any, dz1: Any, skip: Any, cache: Any) -> tuple:
    """Return the five gradients, given those of z, of z1 and of the skip path."""
    a, z1, _, W1, _ = cache
    return (
        skip + dz1 @ W1.T,
        a.T @ dz1,
        dz1.sum(axis=0),
        relu(z1).T @ dz,
        dz.sum(axis=0),
    )


def inner(dz: Any, cache: Any) -> Any:
    """Return the gradient of z1 as it follows from that of z."""
    _, z1, _, _, W2 = cache
    return (dz @ W2.T) * (z1 > 0)


def with_mask(mask: Any, dout: Any, cache: Any) -> tuple:
    """Go back with another mask on the sum, everything else being right."""
    ds = dout * mask
    return through(ds, inner(ds, cache), ds, cache)


def right(dout: Any, cache: Any) -> tuple:
    """Return the five gradients as they should be."""
    return with_mask(cache[2] > 0, dout, cache)


def cut_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say what da is at the entry where the answer is furthest from the right one."""
    gap = np.abs(got["da"] - expected["da"])
    at = np.unravel_index(gap.argmax(), gap.shape)
    values = {name: inputs[name][at] for name in ("a", "s", "dout")}
    return (
        f"at [{at[0]}, {at[1]}] a is {values['a']:.3f}, the sum s is "
        f"{values['s']:.3f} and dout is {values['dout']:.3f}: your da is "
        f"{got['da'][at]:.3f}, not {expected['da'][at]:.3f}"
    )


def skip_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by how much da is off, where the sum is positive."""
    at = np.unravel_index(
        (inputs["dout"] * (inputs["s"] > 0)).argmax(), got["da"].shape
    )
    off = got["da"][at] - expected["da"][at]
    return (
        f"at [{at[0]}, {at[1]}], where the sum is positive, dout is "
        f"{inputs['dout'][at]:.3f} and your da is off by {off:.3f}"
    )


@MISTAKES.add(
    "the gradient of the skip path missing",
    "Your da is what comes back through the branch alone. a was added to z as well, "
    "and a sum hands its gradient to both: add ds to what the branch brings.",
    evidence=skip_shown,
)
def _no_skip(dout, cache):
    ds = dout * (cache[2] > 0)
    return through(ds, inner(ds, cache), 0 * ds, cache)


@MISTAKES.add(
    "the gradient of the branch missing",
    "Your da is ds, the skip path alone. a goes into the branch too, so what comes "
    "back from there is added: dz1 @ W1.T.",
    evidence=cut_shown,
)
def _no_branch(dout, cache):
    _, *parameters = right(dout, cache)
    return dout * (cache[2] > 0), *parameters


@MISTAKES.add(
    "the skip path counted twice",
    "ds is in your da twice. The skip path hands it on once, and the branch brings its "
    "own part, without ds in it.",
    evidence=skip_shown,
)
def _skip_twice(dout, cache):
    da, *parameters = right(dout, cache)
    return da + dout * (cache[2] > 0), *parameters


@MISTAKES.add(
    "the mask missing on the skip path",
    "You add dout to what the branch brings; it must be ds. The last ReLU comes after "
    "the sum, so it cuts both paths: where z + a is negative, the skip path hands on "
    "nothing.",
    evidence=cut_shown,
)
def _unmasked_skip(dout, cache):
    ds = dout * (cache[2] > 0)
    return through(ds, inner(ds, cache), dout, cache)


@MISTAKES.add(
    "the mask on the skip path only",
    "The skip path gets ds, but the branch gets dout. The last ReLU comes after the "
    "sum, so the gradient is masked first and then goes both ways.",
    evidence=cut_shown,
)
def _unmasked_branch(dout, cache):
    ds = dout * (cache[2] > 0)
    return through(dout, inner(dout, cache), ds, cache)


@MISTAKES.add(
    "no mask after the sum",
    "dout goes through unmasked. That fits a block without a last activation, as in "
    "pre-activation; here ReLU follows the sum. Start from ds = dout * (s > 0).",
    evidence=cut_shown,
)
def _no_mask(dout, cache):
    return with_mask(1.0, dout, cache)


@MISTAKES.add(
    "the mask taken from z",
    "Your mask asks where z is positive. ReLU acts on the sum: take z + a, which the "
    "cache holds as s.",
    evidence=cut_shown,
)
def _mask_from_z(dout, cache):
    return with_mask(cache[2] - cache[0] > 0, dout, cache)


@MISTAKES.add(
    "the mask taken from a",
    "Your mask asks where a is positive. ReLU acts on the sum: take z + a, which the "
    "cache holds as s.",
    evidence=cut_shown,
)
def _mask_from_a(dout, cache):
    return with_mask(cache[0] > 0, dout, cache)


@MISTAKES.add(
    "the mask taken from dout",
    "You keep the positive entries of dout. The slope of ReLU depends on what went "
    "into it in the forward pass, not on the sign of the gradient: the mask is s > 0.",
    evidence=cut_shown,
)
def _mask_from_dout(dout, cache):
    return with_mask(dout > 0, dout, cache)


@MISTAKES.add(
    "the value of ReLU in place of its slope",
    "You multiply dout by relu(s). The chain rule asks for the slope, which is 1 where "
    "s is positive and 0 elsewhere: dout * (s > 0).",
    evidence=cut_shown,
)
def _value_for_slope(dout, cache):
    return with_mask(relu(cache[2]), dout, cache)


@MISTAKES.add(
    "the inner mask missing",
    "The gradient goes through the branch as if it had no ReLU inside. Where z1 is "
    "negative its unit was 0, and nothing comes back: multiply ds @ W2.T by (z1 > 0).",
)
def _no_inner_mask(dout, cache):
    ds = dout * (cache[2] > 0)
    return through(ds, ds @ cache[4].T, ds, cache)


@MISTAKES.add(
    "the inner mask taken from the gradient",
    "You keep the positive entries of ds @ W2.T. Whether an inner unit was on was "
    "decided in the forward pass: the mask is z1 > 0.",
)
def _inner_from_gradient(dout, cache):
    ds = dout * (cache[2] > 0)
    dh = ds @ cache[4].T
    return through(ds, relu(dh), ds, cache)


@MISTAKES.add(
    "slope 1 where a sum is exactly 0",
    "You count the slope of ReLU at 0 as something other than 0, by `>=` perhaps. The "
    "card and torch take 0, and zeros are common: relu(a) is full of them. Write `>`.",
    shows=lambda wrong: {case for case, _ in wrong} == {"sums that are exactly 0"},
)
def _slope_at_zero(dout, cache):
    _, z1, s, _, W2 = cache
    ds = dout * (s >= 0)
    return through(ds, (ds @ W2.T) * (z1 >= 0), ds, cache)
