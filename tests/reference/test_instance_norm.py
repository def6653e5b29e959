"""The reference instance norm agrees with torch and refuses a single position."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from coursekit.reference import instance_norm_backward, instance_norm_forward


@given(
    n=st.integers(1, 4),
    channels=st.integers(1, 5),
    where=st.lists(st.integers(2, 4), min_size=1, max_size=2),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_output_and_gradients_match_torch(n, channels, where, seed, matches_torch):
    rng = np.random.default_rng(seed)
    matches_torch(
        lambda *inputs: instance_norm_forward(*inputs, eps=0.1),
        instance_norm_backward,
        lambda x, gamma, beta: F.instance_norm(x, weight=gamma, bias=beta, eps=0.1),
        rng.normal(2.0, 3.0, size=(n, channels, *where)),
        *rng.uniform(-2, 2, size=(2, channels)),
    )


def test_a_sample_alone_gives_the_same_bits_as_in_a_batch():
    x = np.random.default_rng(0).normal(size=(8, 3, 5, 5))
    gamma, beta = np.ones(3), np.zeros(3)
    alone, _ = instance_norm_forward(x[:1], gamma, beta)
    np.testing.assert_array_equal(alone, instance_norm_forward(x, gamma, beta)[0][:1])


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1), (2, 3, 1, 1)])
def test_a_single_position_per_channel_is_refused_as_torch_does(shape):
    with pytest.raises(ValueError, match="more than one position per channel; got"):
        instance_norm_forward(np.ones(shape), np.ones(3), np.zeros(3))
