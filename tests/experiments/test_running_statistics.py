"""What is remembered follows the closed form; float32 and one pass lose it."""

import numpy as np
import pytest
import torch

from coursekit.experiments import running_statistics as experiment

LARGE = {"mean": 1e4, "std": 1.0, "batch_size": 64, "batches": 50, "dtype": "float32"}


def test_means_and_variances_follow_the_closed_form():
    found = experiment.run(experiment.Config(features=2000))
    left = 0.9 ** np.arange(61)
    np.testing.assert_allclose(found.means.mean(1), 5 * (1 - left), rtol=0.02)
    np.testing.assert_allclose(found.variances.mean(1), 4 - 3 * left, rtol=0.05)


def test_biased_memory_is_too_small_by_one_nth():
    found = experiment.run(experiment.Config(batch_size=4, features=2000))
    assert found.biased[-1].mean() == pytest.approx(3.0, rel=0.05)
    assert found.variances[-1].mean() == pytest.approx(4.0, rel=0.05)


def test_memory_is_torchs():
    config = experiment.Config(batches=3, features=5)
    found, rng = experiment.run(config), np.random.default_rng(config.seed)
    layer = torch.nn.BatchNorm1d(5).double()
    for _ in range(3):
        layer(torch.tensor(rng.normal(5.0, 2.0, size=(5, 16))).T)
    np.testing.assert_allclose(layer.running_mean, found.means[-1])
    np.testing.assert_allclose(layer.running_var, found.variances[-1])


def test_one_pass_remembers_variances_below_zero():
    found = experiment.run(experiment.Config(formula="one_pass", **LARGE))
    assert found.variances.dtype == np.float32
    assert (found.variances[-1] < 0).sum() > 5


def test_two_passes_do_not():
    found = experiment.run(experiment.Config(**LARGE))
    np.testing.assert_allclose(found.variances[-1], 1, atol=0.3)


def test_same_seed_gives_the_same_result():
    first, second = (experiment.run(experiment.Config(seed=1)) for _ in range(2))
    np.testing.assert_array_equal(first.variances, second.variances)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"formula": "three_pass"}, "formula must be one of two_pass, one_pass"),
        ({"batch_size": 1}, "batch_size must be at least 2; got 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
