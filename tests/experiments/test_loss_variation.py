"""The loss along the gradient: walks come back, and batch norm's are calmer."""

import numpy as np
import pytest
import torch

from coursekit.experiments import loss_slice
from coursekit.experiments import loss_variation as experiment

SMALL = {"steps": 30, "every": 10, "distances": (1.0, 4.0), "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_loss_and_gradient_vary_more_without_norm(result):
    assert result.variation("none") > 2 * result.variation("batch")
    assert result.change("none") > 2 * result.change("batch")


def test_probe_leaves_the_net_where_it_was():
    (at, *_) = experiment.positions(
        experiment.Config(steps=1, every=1), norm="batch", seed=0
    )
    before = [p.detach().clone() for p in at.net.parameters()]
    # `positions` has taken its step by now; the walk starts from there
    experiment.probe(at, [0.1, 3.0])
    for old, new in zip(before, at.net.parameters(), strict=True):
        assert torch.equal(old, new)


def test_first_order_change_is_what_the_gradient_says():
    at = next(experiment.positions(experiment.Config(), norm="batch", seed=0))
    slope = float(at.gradient.square().sum())
    ((loss, _),) = experiment.probe(at, [1e-3])
    assert at.loss - loss == pytest.approx(1e-3 * slope, rel=0.05)


def test_same_seed_gives_the_same_result(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.losses, result.losses)


def test_slice_starts_at_the_loss_and_along_its_promise():
    config = loss_slice.Config(moments=(0, 5), points=10, longest=5.0)
    found = loss_slice.run(config)
    for norm in found.norms:
        assert found.loss(norm, 5, 0.0) == found.promise(norm, 5, 0.0)
        fall = found.promise(norm, 5, 0.0) - found.loss(norm, 5, 1e-3)
        promised = found.promise(norm, 5, 0.0) - found.promise(norm, 5, 1e-3)
        assert fall == pytest.approx(promised, rel=0.1)
    again = loss_slice.run(config)
    np.testing.assert_array_equal(again.losses, found.losses)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"norms": ("layer",)}, "norm must be one of"),
        ({"every": 0}, "every must be at least 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": 1}, "points must be at least 2"),
        ({"shortest": 0.0}, "shortest must be at least"),
    ],
)
def test_impossible_slices_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        loss_slice.run(loss_slice.Config(**changes))
