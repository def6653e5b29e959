"""One update pushes the trunk as many times as there are blocks."""

import numpy as np
import pytest

from coursekit.experiments import first_update as experiment

SMALL = {"depths": (4, 32), "seeds": (0, 1, 2)}


def growth(**changes):
    return experiment.run(experiment.Config(**{**SMALL, **changes})).growth


def test_move_grows_with_depth():
    assert growth() == pytest.approx(8, rel=0.25)


def test_rate_over_depth_moves_every_net_as_far():
    assert growth(divide_by_depth=True) == pytest.approx(1, rel=0.25)


def test_sgd_adds_up_too():
    assert growth(optimizer="sgd") > 4


def test_same_seed_gives_the_same_move():
    first, second = (experiment.run(experiment.Config(**SMALL)) for _ in range(2))
    np.testing.assert_array_equal(first.moved, second.moved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizer": "lion"}, "optimizer must be one of sgd, adam; got 'lion'"),
        ({"depths": (0, 2)}, "depth must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        growth(**changes)
