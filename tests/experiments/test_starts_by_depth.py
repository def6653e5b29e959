"""Training by start and depth, at a size that a test can afford."""

import numpy as np
import pytest

from coursekit.experiments import starts_by_depth as experiment

SMALL = {"depths": (2, 20), "steps": 30, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_nets_as_he_drew_them_are_lost_when_deep_and_only_then(result):
    assert result.diverged("he", 20) == 1
    assert result.diverged("he", 2) == 0


@pytest.mark.parametrize("start", ["scaled", "zero"])
def test_scaled_and_zero_starts_learn_at_both_depths(result, start):
    for depth in (2, 20):
        assert result.diverged(start, depth) == 0
        assert result.at("accuracies", start, depth).min() > 0.8


def test_zero_start_gains_on_he_with_depth_behind_batch_norm():
    names = ("batch norm, he", "batch norm, zero")
    config = experiment.Config(starts=names, depths=(1, 12), steps=60, seeds=(0,))
    he, zero = experiment.run(config).losses[..., 0]
    assert zero[0] / he[0] > 1.2 * zero[1] / he[1]


def test_same_seed_gives_the_same_losses():
    config = experiment.Config(starts=("scaled",), depths=(2,), steps=10, seeds=(1,))
    first, second = experiment.run(config), experiment.run(config)
    np.testing.assert_array_equal(first.losses, second.losses)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": ("xavier",)}, "start must be one of he, scaled, .*; got 'xavier'"),
        ({"depths": (0,)}, "depth must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
