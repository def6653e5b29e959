"""Plain and residual nets by depth, at a size that a test can afford."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import degradation as experiment

SMALL = {"depths": (4, 20), "epochs": 6, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_depth_hurts_plain_nets(result):
    assert result.median("plain", 20) > 5 * result.median("plain", 4)


def test_depth_does_not_hurt_residual_nets(result):
    assert result.median("residual", 20) < 2 * result.median("residual", 4) + 0.05


def test_curves_begin_before_training_and_end_near_the_losses(result):
    assert result.curves.shape == (2, 2, 1, 7)
    assert result.first_gradients.shape == (2, 2, 1, 6)
    assert (result.curves[..., 0] > 1.5).all()
    np.testing.assert_allclose(result.curves[..., -1], result.losses, rtol=0.3)


def test_loss_in_training_mode_leaves_the_net_as_it_was():
    net, data = experiment.make_net("plain", 4, width=8, seed=0), experiment.digits()
    net.stem.norm.momentum = 0.25
    before = {name: b.clone() for name, b in net.named_buffers() if "running" in name}
    assert experiment.loss_in_training_mode(net, data) > 1.5
    assert all(torch.equal(before[n], b) for n, b in net.named_buffers() if n in before)
    assert net.stem.norm.momentum == 0.25
    assert all(module.training for module in net.modules())


def test_first_layer_of_the_deep_plain_net_has_a_healthy_gradient(result):
    assert result.first_gradients[result.place("plain", 20)].min() > 0.01


def test_both_kinds_have_the_same_layers_and_all_but_the_stem_the_same_weights():
    plain, residual = (
        experiment.make_net(kind, 4, width=8, seed=1) for kind in ("plain", "residual")
    )
    named = [dict(net.named_parameters()) for net in (plain, residual)]
    weights = [[p for p in values.values()] for values in named]
    assert [p.shape for p in weights[0]] == [p.shape for p in weights[1]]
    first, second = (
        [m.weight for m in net.modules() if isinstance(m, nn.Linear)]
        for net in (plain, residual)
    )
    for ours, theirs in zip(first[1:], second[1:], strict=True):
        assert torch.equal(ours, theirs)
    # the residual stem has gain 1, and a batch norm after it takes that away
    assert torch.allclose(first[0], second[0] * 2**0.5)


def test_same_seed_gives_the_same_losses():
    short = experiment.Config(depths=(4,), epochs=1, seeds=(3,))
    first, second = experiment.run(short), experiment.run(short)
    np.testing.assert_array_equal(first.curves, second.curves)


def test_claim_falls_when_the_plain_nets_are_given_shortcuts(monkeypatch, result):
    kinds = {"plain": experiment.KINDS["residual"]}
    monkeypatch.setattr(experiment, "KINDS", kinds)
    small = experiment.Config(kinds=("plain",), **SMALL)
    assert experiment.run(small).median("plain", 20) < 0.2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ("dense",)}, "kind must be one of plain, residual; got 'dense'"),
        ({"depths": (5,)}, "depth must be a multiple of 2, .*; got 5"),
        ({"depths": (0,)}, "depth must be at least 2; got 0"),
        ({"epochs": 0}, "epochs must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
