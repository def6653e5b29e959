"""The reference batch norm agrees with torch in both modes, statistics included."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from coursekit.reference import (
    RunningStats,
    batch_norm_backward,
    batch_norm_forward,
    fold_batch_norm,
)

SHAPES = [(5, 3), (3, 3), (4, 3, 6), (2, 3, 4, 5)]
START = RunningStats(np.zeros(3), np.ones(3))
PRESET = RunningStats(np.array([0.5, -1.0, 2.0]), np.array([0.3, 1.0, 4.0]))
PARAMETERS = np.array([1.5, -0.5, 2.0]), np.array([0.3, -1.0, 0.0])

every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
quick = settings(max_examples=30, deadline=None, derandomize=True)


def train(x: np.ndarray, running: RunningStats = START, **options: float) -> tuple:
    return batch_norm_forward(x, *PARAMETERS, running, training=True, **options)


def evaluate(x: np.ndarray, running: RunningStats = START, **options: float) -> tuple:
    return batch_norm_forward(x, *PARAMETERS, running, training=False, **options)


def draw(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(2.0, 3.0, size=shape)


@given(
    n=st.integers(2, 5),
    channels=st.integers(1, 4),
    where=st.lists(st.integers(1, 4), max_size=3),
    training=st.booleans(),
    seed=st.integers(0, 99),
)
@quick
def test_output_and_gradients_match_torch(
    n, channels, where, training, seed, matches_torch
):
    rng = np.random.default_rng(seed)
    running = RunningStats(rng.normal(size=channels), rng.uniform(0.1, 3, channels))
    buffers = [torch.tensor(statistic) for statistic in running]
    matches_torch(
        lambda x, gamma, beta: batch_norm_forward(
            x, gamma, beta, running, training=training, eps=0.1
        ),
        batch_norm_backward,
        lambda x, gamma, beta: F.batch_norm(
            x, *buffers, gamma, beta, training=training, eps=0.1
        ),
        rng.normal(2.0, 3.0, size=(n, channels, *where)),
        *rng.uniform(-2, 2, size=(2, channels)),
    )


@every_shape
@pytest.mark.parametrize("momentum", [0.1, 0.7])
def test_running_statistics_after_three_steps_match_torch(shape, momentum):
    buffers, running = [torch.zeros(3).double(), torch.ones(3).double()], START
    for seed in range(3):
        x = draw(shape, seed)
        _, running, _ = train(x, running, momentum=momentum)
        F.batch_norm(torch.tensor(x), *buffers, training=True, momentum=momentum)
    x = draw(shape, seed=3)
    expected = F.batch_norm(torch.tensor(x), *buffers, *map(torch.tensor, PARAMETERS))
    for ours, theirs in zip(running, buffers, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    np.testing.assert_allclose(
        evaluate(x, running)[0], expected, rtol=1e-10, atol=1e-13
    )


def test_the_batch_is_normalized_by_its_biased_variance_and_remembered_unbiased():
    x = draw((5, 3))
    y, running, _ = train(x, momentum=1.0, eps=0.0)
    gamma, beta = PARAMETERS
    np.testing.assert_allclose(((y - beta) / gamma).std(axis=0), 1.0)
    np.testing.assert_allclose(running.var, x.var(axis=0, ddof=1))


def test_the_running_statistics_that_came_in_are_never_changed():
    running = RunningStats(np.zeros(3), np.ones(3))
    _, new, _ = train(draw((5, 3)), running)
    np.testing.assert_array_equal(running, START)
    assert not any(
        np.shares_memory(old, now) for old, now in zip(running, new, strict=True)
    )


def test_evaluation_returns_the_running_statistics_it_was_given():
    assert evaluate(draw((5, 3)), PRESET)[1] is PRESET


def test_evaluation_of_a_sample_does_not_depend_on_the_rest_of_the_batch():
    x = draw((6, 3))
    np.testing.assert_array_equal(
        evaluate(x[:1], PRESET)[0], evaluate(x, PRESET)[0][:1]
    )


@given(order=st.permutations(range(6)))
@quick
def test_permuting_the_batch_permutes_the_output(order):
    x = draw((6, 3))
    y, running, _ = train(x)
    permuted, same, _ = train(x[order])
    np.testing.assert_allclose(permuted, y[order], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(same, running, rtol=1e-12)


@given(scale=st.floats(0.1, 10), shift=st.floats(-100, 100))
@quick
def test_in_training_scale_and_shift_of_a_channel_leave_no_trace(scale, shift):
    x = draw((6, 3))
    np.testing.assert_allclose(
        train(scale * x + shift, eps=0.0)[0],
        train(x, eps=0.0)[0],
        rtol=1e-9,
        atol=1e-9,
    )


def test_in_training_dx_is_orthogonal_to_the_standardized_input_without_eps():
    _, _, cache = train(draw((6, 3)), eps=0.0)
    dx, *_ = batch_norm_backward(draw((6, 3), seed=1), cache)
    np.testing.assert_allclose((dx * cache.x_hat).sum(axis=0), 0, atol=1e-14)


def test_a_cache_without_a_mode_means_training():
    _, _, cache = train(draw((6, 3)))
    dy = draw((6, 3), seed=1)
    for ours, expected in zip(
        batch_norm_backward(dy, tuple(cache)[:3]),
        batch_norm_backward(dy, cache),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, expected)


def test_images_and_vectors_of_the_same_values_agree():
    images = draw((2, 3, 4, 5))
    y, running, _ = train(images)
    rows = np.moveaxis(images, 1, -1).reshape(-1, 3)
    flat, same, _ = train(rows)
    np.testing.assert_allclose(
        np.moveaxis(y, 1, -1).reshape(-1, 3), flat, rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(same, running, rtol=1e-12)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1), (1, 3, 1, 1)])
def test_one_value_per_channel_is_refused_in_training_only(shape):
    with pytest.raises(
        ValueError, match=r"more than one value per channel in training; got shape \(1"
    ):
        train(np.ones(shape))
    assert np.isfinite(evaluate(np.ones(shape))[0]).all()


@pytest.mark.filterwarnings("error")
def test_an_empty_batch_leaves_the_running_statistics_as_they_were():
    assert train(np.ones((0, 3, 2)), PRESET)[1] is PRESET


def test_nan_enters_the_statistics_of_its_own_channel_only():
    x = draw((5, 3))
    x[2, 1] = np.nan
    _, running, _ = train(x)
    for statistic in running:
        np.testing.assert_array_equal(np.isnan(statistic), [False, True, False])


def test_running_statistics_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"running\.var must have shape \(C,\) = \(3"):
        train(np.ones((5, 3)), RunningStats(np.zeros(3), np.ones(2)))


@pytest.mark.parametrize("momentum", [-0.1, 1.1, np.nan])
def test_a_momentum_outside_zero_to_one_is_refused(momentum):
    with pytest.raises(ValueError, match=rf"lie in \[0, 1\]; got {momentum}"):
        train(np.ones((5, 3)), momentum=momentum)


def test_vectors_without_a_batch_are_refused():
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, \.\.\.\)"):
        train(np.ones(3))


@pytest.mark.parametrize("bias", [None, np.array([1.0, -2.0, 0.5])])
def test_the_folded_layer_does_what_the_two_did(bias):
    a, W = draw((7, 4)), draw((4, 3), seed=1)
    inner = a @ W + (0 if bias is None else bias)
    folded_W, folded_b = fold_batch_norm(W, bias, *PARAMETERS, PRESET, eps=0.1)
    np.testing.assert_allclose(
        a @ folded_W + folded_b, evaluate(inner, PRESET, eps=0.1)[0], rtol=1e-12
    )


def test_folding_keeps_the_dtype_of_the_weight_and_changes_nothing_in_place():
    W, b = np.ones((4, 3), np.float32), np.ones(3, np.float32)
    folded = fold_batch_norm(W, b, *PARAMETERS, PRESET)
    assert [part.dtype for part in folded] == [np.float32] * 2
    assert (W == 1).all() and (b == 1).all()


def test_folding_refuses_the_weight_of_torchs_linear_layer():
    with pytest.raises(
        ValueError, match=r"fold_batch_norm: gamma must have shape \(C,\) = \(4,\)"
    ):
        fold_batch_norm(np.ones((3, 4)), None, *PARAMETERS, PRESET)


def test_folding_refuses_a_weight_that_is_no_matrix():
    with pytest.raises(ValueError, match=r"W must have shape \(d_in, C\); got \(3,\)"):
        fold_batch_norm(np.ones(3), None, *PARAMETERS, PRESET)
