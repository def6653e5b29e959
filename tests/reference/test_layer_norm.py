"""The reference layer norm agrees with torch and has the invariances of its formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from coursekit.reference import layer_norm_backward, layer_norm_forward

quick = settings(max_examples=30, deadline=None, derandomize=True)


def standardized(x: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    d = x.shape[-1]
    return layer_norm_forward(x, np.ones(d), np.zeros(d), eps)[0]


@given(
    lead=st.lists(st.integers(1, 4), max_size=3),
    d=st.integers(1, 9),
    eps=st.sampled_from([1e-5, 0.1]),
    seed=st.integers(0, 99),
)
@quick
def test_output_and_gradients_match_torch(lead, d, eps, seed, matches_torch):
    rng = np.random.default_rng(seed)
    x = rng.normal(2.0, 3.0, size=(*lead, d))
    gamma, beta = rng.uniform(-2, 2, size=(2, d))
    matches_torch(
        lambda *inputs: layer_norm_forward(*inputs, eps),
        layer_norm_backward,
        lambda x, gamma, beta: F.layer_norm(x, (d,), gamma, beta, eps),
        x,
        gamma,
        beta,
    )


@given(
    scale=st.floats(0.1, 10).flatmap(lambda a: st.sampled_from([-a, a])),
    shift=st.floats(-100, 100),
    seed=st.integers(0, 99),
)
@quick
def test_scaling_leaves_only_its_sign_and_shifting_leaves_nothing(scale, shift, seed):
    x = np.random.default_rng(seed).normal(size=(3, 8))
    np.testing.assert_allclose(
        standardized(scale * x + shift, eps=0.0),
        np.sign(scale) * standardized(x, eps=0.0),
        rtol=1e-9,
        atol=1e-9,
    )


def test_with_eps_the_invariance_to_scale_is_only_approximate():
    x = np.random.default_rng(0).normal(size=(3, 8))
    gap = np.abs(standardized(3 * x + 2) - standardized(x)).max()
    assert 1e-7 < gap < 1e-4


def test_every_output_has_mean_zero_and_length_sqrt_d_but_for_eps():
    x = np.random.default_rng(0).normal(5.0, 2.0, size=(7, 16))
    y, var = standardized(x, eps=0.1), x.var(axis=1)
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(np.square(y).sum(axis=1), 16 * var / (var + 0.1))


def test_eps_is_added_inside_the_root():
    x = np.array([[-1.0, 1.0]])
    np.testing.assert_allclose(standardized(x, eps=3.0), [[-0.5, 0.5]])


def test_one_vector_alone_gives_the_same_bits_as_in_a_batch():
    x = np.random.default_rng(0).normal(size=(64, 33))
    np.testing.assert_array_equal(standardized(x[:1]), standardized(x)[:1])


def test_one_feature_becomes_beta_and_two_become_plus_and_minus_one():
    x = np.random.default_rng(0).normal(size=(6, 2))
    np.testing.assert_array_equal(standardized(x[:, :1]), np.zeros((6, 1)))
    np.testing.assert_allclose(np.abs(standardized(x, eps=0.0)), 1.0)


def test_a_vector_of_zeros_has_a_finite_gradient():
    _, cache = layer_norm_forward(np.zeros((1, 4)), np.ones(4), np.zeros(4))
    dx, *_ = layer_norm_backward(np.array([[1.0, 0.0, 0.0, 0.0]]), cache)
    expected = np.array([[0.75, -0.25, -0.25, -0.25]]) / np.sqrt(1e-5)
    np.testing.assert_allclose(dx, expected)


def test_an_offset_of_ten_thousand_survives_float32():
    x = np.random.default_rng(0).normal(1e4, 1.0, size=(2, 4096)).astype(np.float32)
    np.testing.assert_allclose(standardized(x).std(axis=1), 1.0, rtol=1e-4)


def test_the_cache_is_the_tuple_that_backward_passes_are_judged_with():
    x, gamma = np.random.default_rng(0).normal(size=(2, 3, 4)), np.full(4, 2.0)
    _, cache = layer_norm_forward(x, gamma, np.zeros(4))
    x_hat, inv_std, kept = cache
    assert cache._fields == ("x_hat", "inv_std", "gamma")
    assert (x_hat.shape, inv_std.shape) == ((2, 3, 4), (2, 3, 1))
    np.testing.assert_allclose(inv_std[..., 0], 1 / np.sqrt(x.var(-1) + 1e-5))
    assert kept is gamma


def test_backward_takes_the_cache_as_a_plain_tuple():
    x = np.random.default_rng(0).normal(size=(3, 4))
    y, cache = layer_norm_forward(x, np.ones(4), np.zeros(4))
    for ours, expected in zip(
        layer_norm_backward(y, tuple(cache)), layer_norm_backward(y, cache), strict=True
    ):
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_an_input_without_features_is_refused(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., d\) with d at"):
        layer_norm_forward(np.zeros(shape), np.ones(0), np.ones(0))


def test_a_gamma_of_another_length_is_refused_with_both_shapes():
    message = (
        r"layer_norm_forward: gamma must have shape \(d,\) = \(3,\); got \(2,\)\.$"
    )
    with pytest.raises(ValueError, match=message):
        layer_norm_forward(np.zeros((4, 3)), np.ones(2), np.zeros(3))


@pytest.mark.parametrize("eps", [-1e-5, np.nan, np.inf])
def test_an_eps_that_is_no_small_number_is_refused(eps):
    with pytest.raises(
        ValueError, match=f"eps must be finite and at least 0; got {eps}"
    ):
        layer_norm_forward(np.zeros((4, 3)), np.ones(3), np.zeros(3), eps)
