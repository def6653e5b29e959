"""Gamma and beta move when they may learn, and only then."""

import numpy as np
import pytest
import torch

from coursekit.experiments import learned_affine as experiment

SHORT = {"steps": 120, "every": 40}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SHORT))


def test_without_gamma_and_beta_the_output_stays_standard(result):
    assert np.abs(result.without.stds - 1).max() < 1e-3
    assert np.abs(result.without.means).max() < 1e-5


def test_with_them_the_spread_grows_from_one(result):
    middle = np.median(result.learned.stds, axis=1)
    assert middle[0] == pytest.approx(1, abs=1e-3)
    assert middle[-1] > 1.05
    assert result.learned.gamma.std() > 0.03


def test_statistics_are_taken_at_the_steps_that_are_named(result):
    assert result.learned.steps.tolist() == [0, 40, 80, 120]
    assert result.learned.stds.shape == (4, 500)


def test_same_seed_gives_the_same_run(result):
    again = experiment.run(experiment.Config(**SHORT))
    np.testing.assert_array_equal(again.learned.gamma, result.learned.gamma)


def test_claim_falls_when_gamma_and_beta_are_frozen(monkeypatch):
    class Frozen(torch.nn.LayerNorm):
        def __init__(self, width, elementwise_affine):
            super().__init__(width, elementwise_affine=elementwise_affine)
            self.requires_grad_(False)

    monkeypatch.setattr(experiment.nn, "LayerNorm", Frozen)
    frozen = experiment.run(experiment.Config(**SHORT)).learned
    assert np.abs(frozen.stds - 1).max() < 1e-3
    assert frozen.gamma.std() == 0
