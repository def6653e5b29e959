"""Which nets learn from bad scales and at high rates, at a size a test can afford."""

import numpy as np
import pytest

from coursekit.experiments import robustness as experiment

SMALL = {"steps": 100, "seeds": (0,), "momentum": 0.9}


def test_only_batch_norm_learns_from_tiny_weights():
    result = experiment.run(experiment.Config(scales=(0.01,), **SMALL))
    assert result.medians("batch")[0] > 0.6
    assert result.medians("layer")[0] < 0.3
    assert result.medians("no")[0] < 0.2


def test_only_batch_norm_learns_at_a_rate_of_three():
    result = experiment.run(experiment.Config(rates=(3.0,), steps=100, seeds=(0,)))
    assert result.medians("batch")[0] > 0.8
    assert result.medians("layer")[0] < 0.2
    assert result.medians("no")[0] < 0.2


def test_first_updates_make_all_samples_alike_under_layer_norm():
    config = experiment.Config(momentum=0.9, steps=3, seeds=(0,))
    assert experiment.likeness_after(config, norm="layer", scale=0.01) > 0.99
    assert experiment.likeness_after(config, norm="batch", scale=0.01) < 0.6


def test_claim_falls_when_batch_norm_is_left_out(monkeypatch):
    monkeypatch.setattr(experiment, "NORMS", {"batch": None})
    config = experiment.Config(norms=("batch",), scales=(0.01,), **SMALL)
    assert experiment.run(config).medians("batch")[0] < 0.2


def test_same_seeds_give_the_same_accuracies():
    config = experiment.Config(norms=("batch",), steps=20, seeds=(1,))
    first, second = (experiment.run(config).accuracies for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_head_keeps_its_scale():
    config = experiment.Config()
    small, usual = (
        experiment.new_net(config, norm="no", scale=scale, seed=0)
        for scale in (0.01, 1.0)
    )
    factor = usual.stem.linear.weight / small.stem.linear.weight
    np.testing.assert_allclose(factor.detach(), 100, rtol=1e-5)
    assert (small.head.linear.weight == usual.head.linear.weight).all()


def test_an_unknown_norm_is_refused():
    with pytest.raises(ValueError, match="norm must be one of no, batch, layer"):
        experiment.run(experiment.Config(norms=("spectral",)))
