"""ReLU after the sum cuts skip paths; nothing cuts them in pre-activation."""

import numpy as np
import pytest
import torch

from coursekit.experiments import open_skips as experiment
from coursekit.nets import ResidualNet

SMALL = {"depth": 20, "samples": 64, "seeds": (0, 1)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_few_units_stay_open_in_post_activation(result):
    assert 0.1 < result.median(5) < 0.3
    assert result.median(20) < 0.02


def test_what_is_cut_stays_cut(result):
    assert (np.diff(result.shares, axis=1) <= 0).all()


def test_all_units_stay_open_in_pre_activation():
    assert (experiment.run(experiment.Config(mode="pre", **SMALL)).shares == 1).all()


def test_small_branches_cut_less(result):
    small = experiment.run(experiment.Config(scale=0.1, **SMALL))
    assert small.median(20) > 5 * result.median(20)


def test_shares_are_the_entries_of_the_product_of_masks():
    net = ResidualNet(6, 1, depth=3, width=6, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(10, 6, generator=generator, dtype=torch.float64)
    product, a = torch.ones(10, 6, dtype=torch.float64), net.stem(x).detach()
    for block in net.blocks:
        total = (block.branch(a) + a).detach().requires_grad_(True)
        ones = torch.ones_like(total)
        product *= torch.autograd.grad(block.after(total), total, ones)[0]
        a = block(a).detach()
    share = experiment.open_shares(net, x)[-1]
    assert share == pytest.approx(float(product.mean()))


def test_same_seeds_give_the_same_shares(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.shares, result.shares)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": "both"}, "mode must be one of post, pre; got 'both'"),
        ({"depth": 0}, "depth must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
