"""The reference RMS norm agrees with torch and is layer norm on centred input."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from coursekit.reference import (
    layer_norm_forward,
    rms_norm_backward,
    rms_norm_forward,
)


@given(
    lead=st.lists(st.integers(1, 4), max_size=3),
    d=st.integers(1, 9),
    eps=st.sampled_from([1e-5, 0.1]),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_output_and_gradients_match_torch(lead, d, eps, seed, matches_torch):
    rng = np.random.default_rng(seed)
    matches_torch(
        lambda x, gamma: rms_norm_forward(x, gamma, eps),
        rms_norm_backward,
        lambda x, gamma: F.rms_norm(x, (d,), gamma, eps),
        rng.normal(2.0, 3.0, size=(*lead, d)),
        rng.uniform(-2, 2, size=d),
    )


def test_on_centred_input_it_is_layer_norm_without_beta():
    x = np.random.default_rng(0).normal(3.0, 2.0, size=(2, 5, 8))
    gamma = np.linspace(-1, 2, 8)
    centred = x - x.mean(axis=-1, keepdims=True)
    y, _ = rms_norm_forward(centred, gamma)
    expected, _ = layer_norm_forward(x, gamma, np.zeros(8))
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)


def test_a_shift_of_the_input_changes_the_output():
    x = np.random.default_rng(0).normal(size=(3, 8))
    shifted, _ = rms_norm_forward(x + 3, np.ones(8))
    assert np.abs(shifted - rms_norm_forward(x, np.ones(8))[0]).max() > 1


def test_a_vector_of_zeros_stays_zero_with_a_finite_gradient():
    y, cache = rms_norm_forward(np.zeros((1, 4)), np.ones(4))
    dx, dgamma = rms_norm_backward(np.ones((1, 4)), cache)
    np.testing.assert_array_equal(y, np.zeros((1, 4)))
    np.testing.assert_allclose(dx, np.full((1, 4), 1 / np.sqrt(1e-5)))
    np.testing.assert_array_equal(dgamma, np.zeros(4))


def test_eps_is_added_inside_the_root():
    y, _ = rms_norm_forward(np.array([[1.0, 1.0]]), np.ones(2), eps=3.0)
    np.testing.assert_allclose(y, [[0.5, 0.5]])
