"""Batch norm with noise behind it: the ground shifts, the training does not mind."""

import numpy as np
import pytest
import torch

from coursekit.experiments import noisy_batch_norm as experiment

SMALL = {"steps": 80, "depth": 3, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_noise_makes_the_drift_and_leaves_the_accuracy(result):
    noisy, batch = result.drift("noisy batch", 1.0), result.drift("batch", 1.0)
    assert noisy > 50 * batch
    assert result.accuracy("noisy batch", 1.0) > 0.8
    assert result.accuracy("batch", 1.0) > 0.9


def test_without_noise_there_is_no_drift():
    calm = experiment.Config(cases=(("noisy batch", 1.0),), shift=0.0, **SMALL)
    assert experiment.run(calm).drift("noisy batch", 1.0) < 0.1


def test_noise_is_new_at_every_step_and_absent_in_evaluation():
    layer = experiment.NoisyBatchNorm(
        3, shift=0.8, stretch=1.25, generator=torch.Generator().manual_seed(0)
    )
    x = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))


def test_same_seed_gives_the_same_result(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.drifts, result.drifts)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": (("group", 1.0),)}, "norm must be one of"),
        ({"steps": 1}, "steps must be at least 2"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
