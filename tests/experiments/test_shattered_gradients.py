"""Neighbouring gradients: unrelated in a deep plain net, alike with skips."""

import numpy as np
import pytest

from coursekit.experiments import shattered_gradients as experiment

SMALL = {"depths": (2, 16), "width": 100, "nets": 5}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_depth_shatters_the_plain_net_most_and_the_small_branch_least(result):
    plain, residual, tenth = (result.correlation(kind, 16) for kind in result.kinds)
    assert abs(plain) < 0.3 < residual < tenth
    assert all(result.correlation(kind, 2) > 0.6 for kind in result.kinds)


def test_plain_net_changes_sign_most_often(result):
    plain, residual, tenth = (result.sign_changes(kind, 16) for kind in result.kinds)
    assert plain > residual > tenth


def test_autocorrelation_tells_a_curve_from_noise():
    noise = np.random.default_rng(0).normal(size=4000)
    assert abs(experiment.autocorrelation(noise)) < 0.05
    assert experiment.autocorrelation(np.cumsum(noise)) > 0.95


def test_same_seed_gives_the_same_gradients(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.gradients, result.gradients)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ("gated",)}, "kind must be one of"),
        ({"depths": (0,)}, "each depth must be at least 1"),
        ({"points": 2}, "points must be at least 3"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
