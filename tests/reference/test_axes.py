"""The table of axes says what the norms do."""

import numpy as np
import pytest

from coursekit.reference import (
    RunningStats,
    axes_of,
    batch_norm_forward,
    group_norm_forward,
    instance_norm_forward,
    layer_norm_forward,
)

ONES, ZEROS = np.ones(4), np.zeros(4)
RUNNING = RunningStats(ZEROS, ONES)


def standardized(x: np.ndarray, norm: str) -> np.ndarray:
    axes = axes_of(norm, x.shape)
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)


def draw(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(1.0, 2.0, size=shape)


def assert_same(got: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4)])
def test_layer_norm_averages_over_its_axes(shape):
    x = draw(*shape)
    assert_same(layer_norm_forward(x, ONES, ZEROS)[0], standardized(x, "layer"))


@pytest.mark.parametrize("shape", [(5, 4), (2, 4, 3, 5)])
def test_batch_norm_averages_over_its_axes(shape):
    x = draw(*shape)
    y, *_ = batch_norm_forward(x, ONES, ZEROS, RUNNING, training=True)
    assert_same(y, standardized(x, "batch"))


def test_batch_norm_of_a_sequence_averages_over_batch_and_time():
    x = draw(3, 2, 4)
    y, *_ = batch_norm_forward(x.reshape(-1, 4), ONES, ZEROS, RUNNING, training=True)
    assert_same(y.reshape(x.shape), standardized(x, "batch"))


def test_instance_norm_averages_over_its_axes():
    x = draw(2, 4, 3, 5)
    assert_same(instance_norm_forward(x, ONES, ZEROS)[0], standardized(x, "instance"))


def test_instance_norm_of_a_sequence_averages_over_time():
    x = draw(3, 6, 4)
    y, _ = instance_norm_forward(np.moveaxis(x, -1, 1), ONES, ZEROS)
    assert_same(np.moveaxis(y, 1, -1), standardized(x, "instance"))


@pytest.mark.parametrize("shape", [(5, 4), (2, 4, 3, 5)])
def test_group_norm_averages_over_its_axes_within_each_group(shape):
    x = draw(*shape)
    y, _ = group_norm_forward(x, 2, ONES, ZEROS)
    for channels in (slice(0, 2), slice(2, 4)):
        assert_same(y[:, channels], standardized(x[:, channels], "group"))


@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4), (2, 4, 3, 5)])
def test_rms_norm_averages_over_the_axes_of_layer_norm(shape):
    assert axes_of("rms", shape) == axes_of("layer", shape)


def test_instance_norm_has_nothing_to_average_over_in_vectors():
    assert axes_of("instance", (5, 4)) == ()


def test_an_unknown_norm_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"batch, layer, rms, .*; got weight\."):
        axes_of("weight", (5, 4))


@pytest.mark.parametrize("shape", [(), (4,), (2, 3, 4, 5, 6)])
def test_an_unknown_rank_is_refused_with_the_known_shapes(shape):
    with pytest.raises(ValueError, match=r"\(N, D\), \(B, T, d\), \(N, C, H, W\); got"):
        axes_of("layer", shape)
