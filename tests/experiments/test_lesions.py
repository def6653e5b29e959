"""Lesions of trained nets, at a size that a test can afford."""

from functools import partial

import numpy as np
import pytest

from coursekit.experiments import lesions as experiment
from coursekit.nets import PlainNet

SMALL = {
    "kinds": ("residual", "short plain"),
    "steps": 100,
    "deleted": (1, 3),
    "draws": 5,
    "seeds": (0,),
}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_one_deletion_costs_a_residual_net_little_and_a_plain_one_everything(result):
    residual, plain = result.of["residual"], result.of["short plain"]
    assert residual.whole.max() < 0.1
    assert plain.whole.max() < 0.15
    assert residual.one.mean() - residual.whole.mean() < 0.06
    assert plain.one.mean() > 0.7


def test_order_matters_little_between_neighbours(result):
    assert result.of["residual"].swapped.mean() < 0.1
    assert result.of["short plain"].swapped.mean() > 0.7


def test_shapes(result):
    lesions = result.of["short plain"]
    assert lesions.one.shape == (1, 5)
    assert lesions.swapped.shape == (1, 4)
    assert lesions.several.shape == (1, 2, 5)
    assert lesions.shuffled.shape == (1, 5)
    np.testing.assert_array_equal(result.deleted, [1, 3])


def test_same_seed_gives_the_same_errors(result):
    experiment.nets_of.cache_clear()
    again = experiment.run(experiment.Config(**SMALL)).of["residual"]
    np.testing.assert_array_equal(again.one, result.of["residual"].one)
    np.testing.assert_array_equal(again.several, result.of["residual"].several)


def test_lesions_leave_the_trained_net_whole(result):
    config = experiment.Config(**SMALL)
    net = experiment.trained("residual", 0, config)
    assert len(net.blocks) == 10
    whole = experiment.error("residual", 0, config, range(10))
    assert whole == result.of["residual"].whole[0]


def test_without_skips_the_finding_is_gone(monkeypatch, result):
    kinds = {"residual": (partial(PlainNet, layers=2), 5)}
    monkeypatch.setattr(experiment, "KINDS", kinds)
    config = experiment.Config(**{**SMALL, "kinds": ("residual",), "steps": 99})
    assert experiment.run(config).of["residual"].one.mean() > 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ("highway",)}, "kind must be one of residual, plain, short plain"),
        ({"deleted": (0,)}, "deleted must be at least 1; got 0"),
        ({"deleted": (6,)}, "number of blocks of a net must be at least 6; got 5"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))


def test_blocks_that_do_not_exist_are_refused():
    net = PlainNet(2, 2, depth=3, width=4)
    with pytest.raises(ValueError, match="a block from 0 to 2; got 3"):
        experiment.rearranged(net, [0, 3])
