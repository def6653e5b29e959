"""The place of the norm decides what reaches which block at the start."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import norm_placement as experiment
from coursekit.experiments.training import digits

SMALL = {"depths": (2, 24), "seeds": (0, 1, 2, 3), "samples": 64}


@pytest.fixture(scope="module")
def results():
    names = ("post", "pre", "pre without final norm")
    return experiment.run_placements(experiment.Config(**SMALL), names)


def test_last_gradient_falls_with_depth_under_pre_ln_only(results):
    change = {
        name: result.median("last", 24) / result.median("last", 2)
        for name, result in results.items()
    }
    assert change["pre"] < 0.6
    assert change["post"] > 0.8


def test_trunk_carries_all_under_pre_ln_and_next_to_nothing_under_post_ln(results):
    assert (results["pre"].by_trunk == 1).all()
    assert results["post"].by_trunk[1].max() < 1e-4


def test_loss_at_the_start_grows_without_a_final_norm(results):
    without = results["pre without final norm"]
    assert without.median("loss", 24) > 2 * without.median("loss", 2)
    assert results["pre"].median("loss", 24) < 4


def test_trunk_follows_its_rule_at_each_placement():
    places = ("post", "pre", "sandwich", "none")
    found = experiment.side_by_side(places, experiment.Config(), depth=12, seed=1)
    expected = {"post": 1, "pre": 5, "sandwich": 13**0.5, "none": 3.0**6}
    for name, std in expected.items():
        assert found[name].stds[-1] == pytest.approx(std, rel=0.6), name
        assert len(found[name].gradients) == 12


def test_measuring_leaves_no_hook_and_no_gradient_behind():
    data = digits()
    net = experiment.new_net("post", depth=3, width=64, activation="relu", seed=0)
    x, y = data.train_x[:8], data.train_y[:8]
    before = net(x)
    experiment.trunk_alone(net, x, y)
    assert all(not block.branch._forward_hooks for block in net.blocks)
    assert all(parameter.grad is None for parameter in net.parameters())
    torch.testing.assert_close(net(x), before, rtol=0, atol=0)


def test_trunk_is_clear_when_post_ln_loses_its_norms(monkeypatch):
    monkeypatch.setattr(experiment.nn, "LayerNorm", lambda _: nn.Identity())
    result = experiment.run(
        experiment.Config(placement="post", depths=(6,), seeds=(0,))
    )
    assert result.by_trunk[0, 0] == 1


def test_same_seeds_give_the_same_result(results):
    again = experiment.run(experiment.Config(placement="post", **SMALL))
    np.testing.assert_array_equal(again.last, results["post"].last)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"placement": "beside"}, "placement must be one of post, pre, .*got 'beside'"),
        ({"depths": (0,)}, "depth must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{"seeds": (0,), **changes}))
