"""How much a gradient grows in each layer, by kind of net."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import gradient_growth as experiment
from coursekit.nets import BlockStack


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config())


def test_theory_is_the_root_of_pi_over_pi_minus_one():
    assert pytest.approx(1.2112, abs=1e-4) == experiment.BATCH_NORM_GROWTH


def test_batch_norm_without_shortcuts_explodes_as_the_theory_says(result):
    growth = result.median("plain batch norm")
    assert 1.15 < growth < 1.27
    assert growth == pytest.approx(experiment.BATCH_NORM_GROWTH, rel=0.02)


@pytest.mark.parametrize("kind", ["plain he", "plain layer norm"])
def test_he_and_layer_norm_keep_the_length(result, kind):
    assert 0.97 < result.median(kind) < 1.03


def test_residual_blocks_without_a_norm_grow_by_the_root_of_two(result):
    assert 1.35 < result.median("residual raw") < 1.48


def test_residual_batch_norm_grows_less_in_later_blocks(result):
    kind = "residual batch norm"
    assert 1.03 < result.median(kind) < 1.12
    lengths = result.lengths[result.kinds.index(kind), 0]
    early, late = lengths[0] / lengths[5], lengths[-6] / lengths[-1]
    assert early > 1.5 * late


def test_claim_falls_when_the_norm_does_not_look_at_the_batch(monkeypatch):
    plain = {"plain batch norm": experiment.KINDS["plain layer norm"]}
    monkeypatch.setattr(experiment, "KINDS", plain)
    config = experiment.Config(kinds=("plain batch norm",), seeds=(0,))
    assert experiment.run(config).median("plain batch norm") < 1.03


def test_growth_comes_from_dividing_by_the_batchs_std(monkeypatch):
    """The gradient through the statistics hardly matters for it."""

    class Detached(nn.Module):
        def __init__(self, width):
            super().__init__()

        def forward(self, x):
            return (x - x.mean(0).detach()) / x.std(0, correction=0).detach()

    plain = {"plain batch norm": experiment._plain(Detached)}
    monkeypatch.setattr(experiment, "KINDS", plain)
    config = experiment.Config(kinds=("plain batch norm",), depth=10, seeds=(0,))
    growth = experiment.run(config).median("plain batch norm")
    assert growth == pytest.approx(experiment.BATCH_NORM_GROWTH, rel=0.02)


def test_lengths_are_those_of_autograd_by_hand():
    block = nn.Linear(2, 2, bias=False)
    nn.init.constant_(block.weight, 1.0)
    net = BlockStack(nn.Identity(), [block], nn.Identity())
    dy = torch.tensor([[3.0, 4.0]])
    x = torch.ones(1, 2, requires_grad=True)
    lengths = experiment.gradient_lengths(net, x, dy)
    np.testing.assert_allclose(lengths, [np.hypot(7, 7), 5], rtol=1e-6)


def test_same_seed_gives_the_same_lengths():
    config = experiment.Config(kinds=("plain he",), depth=3, width=8, seeds=(5,))
    first, second = experiment.run(config), experiment.run(config)
    np.testing.assert_array_equal(first.lengths, second.lengths)
    assert first.lengths.shape == (1, 1, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ("dense",)}, "kind must be one of plain he, .*; got 'dense'"),
        ({"depth": 0}, "depth must be at least 1; got 0"),
        ({"batch": 1}, "batch must be at least 2; got 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
