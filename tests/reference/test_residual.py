"""Residual blocks agree with torch, and are the identity where they should be."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.reference import (
    preact_residual_backward,
    preact_residual_forward,
    projected_residual_backward,
    projected_residual_forward,
    residual_backward,
    residual_forward,
)

Tensor = torch.Tensor


def post(a: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
    return torch.relu(torch.relu(a @ W1 + b1) @ W2 + b2 + a)


def projected(
    a: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, Ws: Tensor
) -> Tensor:
    return torch.relu(torch.relu(a @ W1 + b1) @ W2 + b2 + a @ Ws)


def pre(a: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
    return a + torch.relu(torch.relu(a) @ W1 + b1) @ W2 + b2


BLOCKS = {
    "post": (residual_forward, residual_backward, post),
    "projected": (projected_residual_forward, projected_residual_backward, projected),
    "pre": (preact_residual_forward, preact_residual_backward, pre),
}
every_block = pytest.mark.parametrize(
    ("forward", "backward", "in_torch"), BLOCKS.values(), ids=BLOCKS
)


def draw(
    forward: Callable, n: int = 5, d: int = 4, m: int = 6, seed: int = 0
) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    d_out = 3 if forward is projected_residual_forward else d
    shapes = [(n, d), (d, m), (m,), (m, d_out), (d_out,)]
    if forward is projected_residual_forward:
        shapes.append((d, d_out))
    return [rng.normal(size=shape) for shape in shapes]


@every_block
@given(
    n=st.integers(0, 6), d=st.integers(1, 5), m=st.integers(1, 5), seed=st.integers(0)
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_output_and_gradients_match_torch(
    forward, backward, in_torch, n, d, m, seed, matches_torch
):
    matches_torch(forward, backward, in_torch, *draw(forward, n, d, m, seed))


@every_block
def test_gradients_equal_central_differences(
    forward, backward, in_torch, matches_differences
):
    matches_differences(forward, backward, *draw(forward))


@every_block
def test_output_and_gradients_keep_the_dtype(forward, backward, in_torch):
    inputs = [part.astype(np.float32) for part in draw(forward)]
    out, cache = forward(*inputs)
    parts = [out, *cache, *backward(np.ones_like(out), cache)]
    assert {part.dtype for part in parts} == {np.dtype(np.float32)}


@every_block
def test_nothing_that_came_in_is_changed_or_handed_out(forward, backward, in_torch):
    inputs = draw(forward)
    before = [part.copy() for part in inputs]
    out, cache = forward(*inputs)
    dout = np.ones_like(out)
    gradients = backward(dout, cache)
    for part, copy in zip([*inputs, dout], [*before, np.ones_like(out)], strict=True):
        np.testing.assert_array_equal(part, copy)
        for result in (out, *gradients):
            assert not np.shares_memory(result, part)


@every_block
def test_nan_stays_in_its_own_sample(forward, backward, in_torch):
    a, *parameters = draw(forward)
    a[2, 1] = np.nan
    out, _ = forward(a, *parameters)
    np.testing.assert_array_equal(np.isnan(out).any(axis=1), np.arange(5) == 2)


@every_block
def test_the_layout_in_memory_does_not_matter(forward, backward, in_torch):
    inputs = draw(forward)
    elsewhere = [part[::-1].copy()[::-1] for part in map(np.asfortranarray, inputs)]
    out, cache = forward(*inputs)
    moved, moved_cache = forward(*elsewhere)
    np.testing.assert_allclose(moved, out, rtol=1e-12, atol=1e-14)
    for ours, expected in zip(
        backward(out, moved_cache), backward(out, cache), strict=True
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-14)


def test_with_a_branch_of_zeros_the_article_s_block_is_relu():
    a, *parameters = draw(residual_forward)
    out, cache = residual_forward(a, *(0 * part for part in parameters))
    dout = np.random.default_rng(1).normal(size=a.shape)
    np.testing.assert_array_equal(out, np.maximum(a, 0))
    np.testing.assert_array_equal(residual_backward(dout, cache)[0], dout * (a > 0))


def test_with_a_branch_of_zeros_the_pre_activation_block_is_the_identity():
    a, *parameters = draw(preact_residual_forward)
    out, cache = preact_residual_forward(a, *(0 * part for part in parameters))
    dout = np.random.default_rng(1).normal(size=a.shape)
    np.testing.assert_array_equal(out, a)
    np.testing.assert_array_equal(preact_residual_backward(dout, cache)[0], dout)


def test_where_every_sum_is_negative_no_gradient_passes():
    a, W1, b1, W2, b2 = draw(residual_forward)
    out, cache = residual_forward(a, W1, b1, W2, b2 - 1000)
    for gradient in residual_backward(np.ones_like(out), cache):
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


@every_block
def test_at_a_kink_the_slope_is_zero_as_in_torch(
    forward, backward, in_torch, matches_torch
):
    """Whole numbers put many sums, and the input itself, on exactly 0."""
    rng = np.random.default_rng(0)
    inputs = [rng.integers(-1, 2, size=part.shape) * 1.0 for part in draw(forward, 40)]
    assert (forward(*inputs)[1].z1 == 0).any()
    matches_torch(forward, backward, in_torch, *inputs)


def test_an_identity_as_projection_changes_nothing():
    inputs = draw(residual_forward)
    out, cache = residual_forward(*inputs)
    same, projected_cache = projected_residual_forward(*inputs, np.eye(4))
    np.testing.assert_array_equal(same, out)
    *gradients, _ = projected_residual_backward(out, projected_cache)
    for ours, expected in zip(gradients, residual_backward(out, cache), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("place", "shape", "message"),
    [
        (0, (4,), r"a must be 2-D; got \(4,\)"),
        (1, (3, 6), r"W1 must have shape \(d, m\) = \(4, 6\); got \(3, 6\)"),
        (2, (1, 6), r"b1 must have shape \(m,\) = \(6,\); got \(1, 6\)"),
        (3, (6, 3), r"W2 must have shape \(m, d\) = \(6, 4\); got \(6, 3\)"),
        (4, (6,), r"b2 must have shape \(d,\) = \(4,\); got \(6,\)"),
    ],
)
@pytest.mark.parametrize("forward", [residual_forward, preact_residual_forward])
def test_shapes_that_do_not_fit_are_refused_by_name(forward, place, shape, message):
    inputs = draw(forward)
    inputs[place] = np.ones(shape)
    with pytest.raises(ValueError, match=f"{forward.__name__}: {message}"):
        forward(*inputs)


def test_a_projection_of_another_width_is_refused():
    *inputs, _ = draw(projected_residual_forward)
    with pytest.raises(ValueError, match=r"W2 must have shape \(m, d_out\) = \(6, 2\)"):
        projected_residual_forward(*inputs, np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"Ws must have shape \(d_in, d_out\) = \(4, "):
        projected_residual_forward(*inputs, np.ones((5, 3)))


@every_block
def test_mixed_precisions_are_refused(forward, backward, in_torch):
    a, *parameters = draw(forward)
    with pytest.raises(ValueError, match="must have the dtype of a = float32; got"):
        forward(a.astype(np.float32), *parameters)
    out, cache = forward(a, *parameters)
    with pytest.raises(ValueError, match="dout must have the dtype of a = float64"):
        backward(out.astype(np.float32), cache)
    with pytest.raises(ValueError, match=r"dout must have the shape of the output"):
        backward(out[:1], cache)
