"""The gradient of a block, by skip path and by branch, adds up to autograd's."""

import numpy as np
import pytest
import torch

from coursekit.experiments import gradient_split as experiment
from coursekit.nets import ResidualBlock, ResidualNet

SMALL = {"depth": 4, "width": 8, "samples": 5}


@pytest.mark.parametrize("mode", ["post", "pre"])
@pytest.mark.parametrize("d_out", [6, 4])
def test_both_parts_together_are_the_gradient(mode, d_out):
    block = ResidualBlock(6, d_out, mode=mode, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(3, 6, generator=generator, dtype=torch.float64)
    delta = torch.randn(3, d_out, generator=generator, dtype=torch.float64)
    leaf = a.clone().requires_grad_(True)
    expected = torch.autograd.grad(block(leaf), leaf, delta)[0]
    lengths, gradient = experiment.split(block, a, delta)
    torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-14)
    assert lengths.leaving == pytest.approx(float(expected.norm()))


def test_the_stack_ends_with_autograds_gradient_at_the_input():
    net = ResidualNet(8, 1, depth=4, width=8, activation="tanh", dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    x, delta = torch.randn(2, 5, 8, generator=generator, dtype=torch.float64)
    leaf = x.clone().requires_grad_(True)
    a = leaf
    for block in net.blocks:
        a = block(a)
    expected = torch.autograd.grad(a, leaf, delta)[0].norm()
    splits = experiment.split_all(net.blocks, x, delta)
    assert splits[0].leaving == pytest.approx(float(expected))
    assert splits[0].arriving == pytest.approx(splits[1].leaving)


def test_g_cuts_before_the_skip_path_in_post_activation_only():
    post = experiment.run(experiment.Config(mode="post", **SMALL))
    pre = experiment.run(experiment.Config(mode="pre", **SMALL))
    assert (post.lengths("after_g") <= 0.25 * post.lengths("arriving")).all()
    np.testing.assert_array_equal(post.lengths("skip"), post.lengths("after_g"))
    np.testing.assert_array_equal(pre.lengths("skip"), pre.lengths("arriving"))


def test_branch_of_zero_brings_nothing():
    result = experiment.run(experiment.Config(zero_branch=True, **SMALL))
    assert (result.lengths("branch") == 0).all()


def test_same_seed_gives_the_same_lengths():
    first, second = (experiment.run(experiment.Config(**SMALL)) for _ in range(2))
    assert first == second


def test_net_without_blocks_is_refused():
    with pytest.raises(ValueError, match="depth must be at least 1; got 0"):
        experiment.run(experiment.Config(depth=0))
