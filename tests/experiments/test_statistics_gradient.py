"""Statistics as constants: a bias drifts that the loss cannot see."""

import numpy as np
import pytest
import torch

from coursekit.experiments import statistics_gradient as experiment
from coursekit.nets import BatchNorm1d

SMALL = {"steps": 60, "every": 20, "depth": 1, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_bias_drifts_and_weights_grow_only_with_constant_statistics(result):
    full, cut = result.norms
    assert result.last("biases", full) < 1e-4 < 0.05 < result.last("biases", cut)
    assert result.last("growths", full) < 1.02 < result.last("growths", cut)


def test_forward_pass_is_the_same():
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(experiment.ConstantStatistics(3)(x), BatchNorm1d(3)(x))


def test_same_seed_gives_the_same_result(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.biases, result.biases)
    np.testing.assert_array_equal(again.accuracies, result.accuracies)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"norms": ("none",)}, "norm must be one of"),
        ({"steps": 0}, "steps must be at least 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
