"""Accuracy against batch size, at a size that a test can afford."""

import numpy as np
import pytest
from torch import nn

from coursekit.experiments import batch_size as experiment

SMALL = {"batch_sizes": (2, 16), "samples": 640, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_layer_norm_is_far_ahead_with_pairs_only(result):
    assert result.median("layer", 2) - result.median("batch", 2) > 0.3
    assert abs(result.median("layer", 16) - result.median("batch", 16)) < 0.15


@pytest.mark.parametrize("norm", ["group", "rms"])
def test_norms_of_one_sample_do_not_mind_pairs(norm, result):
    pairs = experiment.Config(norms=(norm,), **{**SMALL, "batch_sizes": (2,)})
    alone = experiment.run(pairs).median(norm, 2)
    assert alone - result.median("batch", 2) > 0.3


def test_defaults_are_the_two_norms_of_lesson_07():
    assert experiment.Config().norms == ("layer", "batch")


def test_group_norm_has_groups_of_eight():
    assert experiment.NORMS["group"](64).num_groups == 8


def test_same_seeds_give_the_same_accuracies(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.accuracies, result.accuracies)


def test_claim_falls_when_layer_norm_uses_the_batch(monkeypatch, result):
    monkeypatch.setattr(experiment, "NORMS", {"layer": nn.BatchNorm1d})
    small = experiment.Config(norms=("layer",), **{**SMALL, "batch_sizes": (2,)})
    assert experiment.run(small).median("layer", 2) < result.median("layer", 2) - 0.3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"norms": ("none",)},
            "norm must be one of batch, layer, group, rms; got 'none'",
        ),
        ({"batch_sizes": (1,)}, "batch_size must be at least 2; got 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
