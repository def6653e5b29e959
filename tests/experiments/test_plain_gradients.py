"""Lengths of gradients in plain nets, measured and predicted."""

import math

import numpy as np
import pytest

from coursekit.experiments import plain_gradients as experiment
from coursekit.nets.drawing import HE

SMALL = {"depth": 20, "batch": 16, "seeds": (0, 1, 2)}


def reached(**changes):
    return experiment.run(experiment.Config(**{**SMALL, **changes})).reached


def test_relu_vanishes_explodes_or_stays_with_its_gain():
    assert reached(gain=experiment.TORCH_DEFAULT) < 1e-6
    assert 0.1 < reached(gain=HE) < 10
    assert reached(gain=2.0) > 100


@pytest.mark.parametrize(
    ("activation", "gain"), [("relu", 0.6), ("relu", 2.0), ("tanh", 1.0), ("gelu", 1.5)]
)
def test_prediction_is_right_within_a_factor_of_four(activation, gain):
    config = experiment.Config(activation=activation, gain=gain, **SMALL)
    result = experiment.run(config)
    assert 0.25 < result.reached / result.predicted[0] < 4
    assert result.lengths.shape == (3, 21)
    assert (result.lengths[:, -1] == 1).all()
    assert result.predicted[-1] == 1


def test_relu_is_predicted_by_half_the_square_of_the_gain():
    lengths = experiment.predict_lengths("relu", gain=1.2, depth=10, mean_square=7.0)
    np.testing.assert_allclose(lengths, math.sqrt(0.72) ** np.arange(10, -1, -1))


def test_sigmoid_never_beats_a_quarter_of_its_gain():
    for gain in (0.5, 1.0, 3.0):
        lengths = experiment.predict_lengths("sigmoid", gain=gain, depth=10)
        assert lengths[0] < (gain / 4) ** 10


def test_moments_of_the_identity_are_variance_and_one():
    assert experiment.moments("identity", 2.5) == pytest.approx((2.5, 1.0))


def test_same_seed_gives_the_same_lengths():
    first, second = (
        experiment.run(experiment.Config(depth=3, seeds=(7,))) for _ in range(2)
    )
    np.testing.assert_array_equal(first.lengths, second.lengths)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"activation": "step"}, "activation must be one of relu, .*; got 'step'"),
        ({"gain": -1.0}, "gain must be finite and at least 0; got -1.0"),
        ({"depth": 0}, "depth must be at least 1; got 0"),
        ({"batch": 0}, "batch must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
