"""Scale of the weights before batch norm: invisible, and in the gradient as 1 / a."""

import numpy as np
import pytest
import torch

from coursekit.experiments import scale_invariance as experiment


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config())


def test_without_eps_output_gradient_and_angle_are_exact(result):
    assert result.differences[0].max() < 1e-13
    np.testing.assert_allclose(result.ratios[0], 1, rtol=1e-12)
    assert result.cosines[0].max() < 1e-13


def test_with_eps_small_weights_are_seen_and_large_ones_are_not(result):
    differences = result.differences[1]
    assert differences[0] > 0.01 > 1e-3 > differences[1]
    assert result.cosines[1, 0] > 0.01


def test_weights_grow_by_pythagoras(result):
    assert (np.diff(result.norms, axis=0) > 0).all()
    np.testing.assert_allclose(result.norms, result.pythagoras, rtol=1e-12)


def test_without_the_norm_nothing_of_it_is_true(monkeypatch):
    monkeypatch.setattr(experiment, "normalize", lambda z, eps: z)
    result = experiment.run(experiment.Config(lr=0.01))
    assert result.differences[0, 0] > 1
    assert result.cosines[0].max() > 0.1
    assert np.abs(result.norms - result.pythagoras).max() > 1e-3


def test_ten_times_the_weights_at_a_hundred_times_the_rate_is_the_same_training():
    x, weight, target = experiment.problem(experiment.Config())
    small, _ = experiment.descend(x, weight, target, lr=1.0, steps=5, eps=0.0)
    large, _ = experiment.descend(x, 10 * weight, target, lr=100.0, steps=5, eps=0.0)
    torch.testing.assert_close(large[-1], 10 * small[-1])


def test_same_seed_gives_the_same_result(result):
    again = experiment.run(experiment.Config())
    np.testing.assert_array_equal(again.norms, result.norms)
    other = experiment.run(experiment.Config(seed=1))
    assert not np.array_equal(other.norms, result.norms)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 2}, "n must be at least 3"),
        ({"lr": 0.0}, "lr must be at least"),
        ({"factors": (1.0, -1.0)}, "each factor must be at least"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
