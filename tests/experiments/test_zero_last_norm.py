"""Zeroing the last norm of each branch helps where a net is deep."""

import numpy as np
import pytest

from coursekit.experiments import zero_last_norm as experiment

SMALL = {"steps": 50, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_zero_helps_the_deep_net_and_holds_the_shallow_one_back(result):
    assert result.of(24, "zero-last")[0] < result.of(24, "he")[0]
    assert result.of(2, "zero-last")[0] > 1.5 * result.of(2, "he")[0]


def test_same_seed_gives_the_same_losses(result):
    again = experiment.run(experiment.Config(depths=(2,), **SMALL))
    np.testing.assert_array_equal(again.losses[0], result.losses[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": ("ones",)}, "start must be one of he, zero-last; got 'ones'"),
        ({"depths": (0,)}, "depth must be at least 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
