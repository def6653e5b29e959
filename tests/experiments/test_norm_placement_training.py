"""Post-LN at Adam's full rate stays at chance, Pre-LN does not."""

import numpy as np
import pytest

from coursekit.experiments import norm_placement_training as experiment
from coursekit.experiments.training import warmth

SHORT = {"steps": 60, "every": 30, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SHORT))


def test_only_the_norm_in_the_branch_trains_at_the_full_rate(result):
    assert result.final("post")[0] > 1.5
    assert result.final("pre")[0] < 0.5
    assert result.accuracies[1, 0] > 0.85 > result.accuracies[0, 0]


def test_smaller_steps_train_post_ln_too():
    gentle = experiment.Config(placements=("post",), lr=0.001, **SHORT)
    assert experiment.run(gentle).final("post")[0] < 0.5


def test_warm_up_changes_the_start_and_reaches_the_full_rate():
    warm = experiment.Config(placements=("post",), warm_up=60, **SHORT)
    assert experiment.run(warm).final("post")[0] < 1.5
    assert warmth(60, 60) == warmth(600, 60) == 1


def test_losses_are_taken_at_the_updates_that_are_named(result):
    assert result.steps.tolist() == [0, 30, 60]
    assert result.losses.shape == (2, 1, 3)


def test_same_seed_gives_the_same_losses(result):
    again = experiment.run(experiment.Config(placements=("pre",), **SHORT))
    np.testing.assert_array_equal(again.losses[0], result.losses[1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"every": 0}, "every must be at least 1"),
        ({"warm_up": -1}, "warm_up must be at least 0"),
        ({"placements": ("beside",)}, "placement must be one of"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SHORT, **changes}))
