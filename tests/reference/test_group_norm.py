"""Group norm agrees with torch and lies between layer norm and instance norm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from coursekit.reference import (
    group_norm_backward,
    group_norm_forward,
    instance_norm_backward,
    instance_norm_forward,
    layer_norm_forward,
)

quick = settings(max_examples=30, deadline=None, derandomize=True)
positions = st.lists(st.integers(1, 4), max_size=3)


@given(
    n=st.integers(2, 4),
    groups=st.integers(1, 4),
    width=st.integers(1, 3),
    where=positions,
    seed=st.integers(0, 99),
)
@quick
def test_output_and_gradients_match_torch(n, groups, width, where, seed, matches_torch):
    rng, eps = np.random.default_rng(seed), 0.1
    channels = groups * width
    matches_torch(
        lambda x, gamma, beta: group_norm_forward(x, groups, gamma, beta, eps),
        group_norm_backward,
        lambda x, gamma, beta: F.group_norm(x, groups, gamma, beta, eps),
        rng.normal(2.0, 3.0, size=(n, channels, *where)),
        *rng.uniform(-2, 2, size=(2, channels)),
    )


@given(where=positions, seed=st.integers(0, 99))
@quick
def test_one_group_is_layer_norm_over_channels_and_positions(where, seed):
    x = np.random.default_rng(seed).normal(size=(3, 4, *where))
    y, _ = group_norm_forward(x, 1, np.ones(4), np.zeros(4))
    flat = x.reshape(3, -1)
    d = flat.shape[1]
    expected, _ = layer_norm_forward(flat, np.ones(d), np.zeros(d))
    np.testing.assert_allclose(y.reshape(3, -1), expected, rtol=1e-12, atol=1e-14)


def test_one_channel_in_each_group_is_instance_norm_in_both_passes():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 3, 4, 6, 5))
    gamma, beta = rng.uniform(-2, 2, size=(2, 4))
    y, cache = group_norm_forward(x, 4, gamma, beta)
    expected, instance_cache = instance_norm_forward(x, gamma, beta)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)
    for ours, theirs in zip(
        group_norm_backward(dy, cache),
        instance_norm_backward(dy, instance_cache),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


def test_a_group_of_one_value_becomes_beta_also_for_a_single_sample():
    y, _ = group_norm_forward(np.ones((1, 3)), 3, np.ones(3), np.arange(3.0))
    np.testing.assert_array_equal(y, [[0.0, 1.0, 2.0]])


@pytest.mark.parametrize("num_groups", [0, -1, 3, 2.0])
def test_a_number_of_groups_that_does_not_divide_the_channels_is_refused(num_groups):
    with pytest.raises(
        ValueError, match=f"divides the number of channels = 4; got {num_groups}"
    ):
        group_norm_forward(np.ones((2, 4)), num_groups, np.ones(4), np.zeros(4))


def test_an_empty_axis_other_than_the_batch_is_refused():
    with pytest.raises(ValueError, match=r"only N allowed to be 0; got \(2, 4, 0\)\."):
        group_norm_forward(np.ones((2, 4, 0)), 2, np.ones(4), np.zeros(4))
