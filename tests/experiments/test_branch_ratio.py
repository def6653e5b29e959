"""Branch over skip, at a size that a test can afford."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import branch_ratio as experiment

SMALL = {"depth": 6, "width": 32, "steps": 30, "every": 15, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


@pytest.mark.parametrize("scheme", ["zero-last", "rezero"])
def test_branches_that_start_at_zero_grow(result, scheme):
    assert result.start(scheme) == 0
    assert result.end(scheme) > 0.03


def test_a_small_scale_starts_small(result):
    assert 0.05 < result.start("layerscale") < 0.2


def test_branches_as_drawn_start_as_strong_as_the_skip(result):
    assert 0.7 < result.start("he") < 1.3


@pytest.mark.parametrize("scheme", ["batch norm", "layer norm"])
def test_with_a_norm_the_ratio_falls_with_the_root_of_the_block(scheme):
    config = experiment.Config(
        schemes=(scheme,), width=128, steps=0, every=1, seeds=(0, 1)
    )
    expected = 1 / np.sqrt(np.arange(1, config.depth + 1))
    found = experiment.run(config).by_block(scheme, 0)
    np.testing.assert_allclose(found, expected, rtol=0.25)


def test_shapes(result):
    assert result.ratios.shape == (6, 1, 3, 6)
    assert result.errors.shape == (6, 1)
    assert result.damages.shape == (6, 1, 6)
    np.testing.assert_array_equal(result.steps, [0, 15, 30])
    assert result.through("he").shape == (3,)


def test_same_seed_gives_the_same_ratios(result):
    config = experiment.Config(schemes=("batch norm",), **SMALL)
    again = experiment.run(config).by_block("batch norm", -1)
    np.testing.assert_array_equal(again, result.by_block("batch norm", -1))


def test_measuring_leaves_the_net_as_it_is():
    net = experiment.build("batch norm", depth=2, width=8, seed=0).eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    experiment.ratios_of(net, torch.randn(16, 64, generator=torch.Generator()))
    assert not net.training
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_branch_that_copies_the_skip_has_the_ratio_one():
    net = experiment.build("he", depth=1, width=8, seed=0)
    net.blocks[0].branch = nn.Identity()
    x = torch.randn(16, 64, generator=torch.Generator())
    assert experiment.ratios_of(net, x) == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemes": ("none",)}, "scheme must be one of zero-last, rezero"),
        ({"depth": 0}, "depth must be at least 1; got 0"),
        ({"every": 0}, "every must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
