"""A line or an S through what a norm does to single entries."""

import numpy as np
import pytest

from coursekit.experiments import norm_curves as experiment

SMALL = {"depth": 2, "steps": 30, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_only_the_first_norm_is_bent(result):
    gain = experiment.Result.gain(result, "after")
    assert gain.shape == (1, 3)
    assert gain[0, 0] < 0.75
    assert gain[0, 1:].min() > 0.8


def test_vectors_differ_most_before_the_first_norm(result):
    first, *others = (cloud.unevenness for cloud in result.after[0])
    assert first > max(others)


def test_vectors_of_one_size_give_a_line():
    x = np.random.default_rng(0).normal(size=(200, 64))
    x = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    cloud = experiment.fit(3 * x, x)
    assert cloud.line_error < 1e-12
    assert cloud.slope == pytest.approx(1 / 3)
    assert cloud.unevenness < 1e-12


def test_vectors_of_two_sizes_give_an_s():
    x = np.random.default_rng(0).normal(size=(200, 64))
    x[::2] *= 10
    cloud = experiment.fit(x, (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True))
    assert cloud.tanh_error < 0.8 * cloud.line_error


def test_same_seed_gives_the_same_clouds(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.after[0][0].entries, result.after[0][0].entries)


def test_net_without_blocks_is_refused():
    with pytest.raises(ValueError, match="depth must be at least 1; got 0"):
        experiment.run(experiment.Config(depth=0))
