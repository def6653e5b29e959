"""Every initialization scheme has the property it was published for."""

import pytest
import torch

from coursekit.nets import PreNormBlock, ResidualBlock, ResidualNet, initialize
from coursekit.nets.schemes import fixup, layerscale, rezero, zero_last

SILENT = ["zero-last", "rezero", "skipinit", "fixup"]


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def net(scheme, *, mode="pre", norm=None, depth=4, **options):
    return ResidualNet(
        6,
        3,
        depth=depth,
        width=8,
        mode=mode,
        norm=norm,
        init=scheme,
        dtype=torch.float64,
        **options,
    )


def gradients(block):
    """Return the norm of each parameter's gradient in a block's branch."""
    block(normal(5, 8)).backward(normal(5, 8, seed=1))
    return {name: p.grad.norm().item() for name, p in block.branch.named_parameters()}


@pytest.mark.parametrize("scheme", SILENT)
def test_a_silent_branch_makes_a_pre_activation_block_the_identity(scheme):
    a = normal(5, 8)
    assert all(torch.equal(block(a), a) for block in net(scheme).blocks)


@pytest.mark.parametrize("scheme", SILENT)
def test_a_silent_branch_makes_a_post_activation_block_the_identity_where_a_is_positive(
    scheme,
):
    a, blocks = normal(5, 8), net(scheme, mode="post").blocks
    assert all(torch.equal(block(a.relu()), a.relu()) for block in blocks)
    assert not any(torch.equal(block(a), a) for block in blocks)


@pytest.mark.parametrize("scheme", ["zero-last", "rezero"])
@pytest.mark.parametrize("mode", ["pre", "post", "pre-norm"])
def test_a_silent_branch_may_hold_a_norm(scheme, mode):
    a = normal(5, 8).relu()
    assert all(
        torch.equal(b(a), a) for b in net(scheme, mode=mode, norm="layer").blocks
    )


@pytest.mark.parametrize("scheme", ["rezero", "skipinit"])
def test_with_alpha_at_zero_the_gradient_reaches_alpha_alone(scheme):
    norms = gradients(net(scheme).blocks[0])
    assert norms.pop("multiplier.alpha") > 0
    assert set(norms.values()) == {0.0}


def test_with_the_last_layer_at_zero_the_gradient_reaches_the_last_layer_alone():
    norms = gradients(net("zero-last").blocks[0])
    assert norms.pop("linear2.weight") > 0
    assert norms.pop("linear2.bias") > 0
    assert set(norms.values()) == {0.0}


def test_two_zeros_leave_a_branch_without_any_gradient():
    block = net("zero-last").blocks[0]
    rezero(block)
    assert set(gradients(block).values()) == {0.0}


def test_zero_last_takes_the_norm_where_a_norm_ends_the_branch():
    block = ResidualBlock(8, 8, norm="batch")
    zero_last(block)
    assert block.branch.norm2.weight.count_nonzero() == 0
    assert block.branch.linear2.weight.count_nonzero() > 0


def test_zero_last_looks_past_a_constant_scale():
    block = ResidualBlock(8, 8, scale=0.5)
    zero_last(block)
    assert block.branch.linear2.weight.count_nonzero() == 0


def test_layerscale_gives_each_feature_a_tenth_of_its_branch():
    he, scaled = net("he").blocks[0], net("layerscale").blocks[0]
    a = normal(5, 8)
    assert scaled.branch.multiplier.alpha.shape == (8,)
    torch.testing.assert_close(scaled.branch(a), 0.1 * he.branch(a), rtol=1e-7, atol=0)


def test_layerscale_takes_another_value():
    block = PreNormBlock(8)
    layerscale(block, value=1e-5)
    assert block.branch.multiplier.alpha.tolist() == [pytest.approx(1e-5)] * 8


@pytest.mark.parametrize(("layers", "exponent"), [(2, -1 / 2), (3, -1 / 4)])
def test_fixup_shrinks_the_inner_layers_with_the_depth(layers, exponent):
    he, small = (net(s, layers=layers, depth=9).blocks[4] for s in ("he", "fixup"))
    for i in range(1, layers):
        expected = 9**exponent * he.branch.get_parameter(f"linear{i}.weight")
        torch.testing.assert_close(small.branch[2 * i - 1].weight, expected)
    assert small.branch[2 * layers - 1].weight.count_nonzero() == 0
    assert small.branch.multiplier.alpha.item() == 1


def test_fixup_starts_with_a_head_of_zeros():
    assert net("fixup")(normal(5, 6)).count_nonzero() == 0


def test_he_adds_nothing_to_the_branch():
    names = [name for name, _ in net("he").blocks[0].branch.named_children()]
    assert names == ["activation1", "linear1", "activation2", "linear2"]


@pytest.mark.parametrize("scheme", ["zero-last", "rezero", "layerscale", "fixup"])
def test_every_branch_has_started_to_learn_after_a_few_steps(scheme):
    model = net(scheme)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = normal(32, 6), torch.arange(32) % 3
    for _ in range(4):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    a = normal(5, 8)
    assert all(block.branch(a).norm() > 0 for block in model.blocks)


@pytest.mark.parametrize("scheme", ["skipinit", "fixup"])
def test_a_scheme_that_replaces_norms_refuses_one(scheme):
    with pytest.raises(
        ValueError, match=f"norm must be None for the scheme '{scheme}'"
    ):
        net(scheme, norm="batch")


def test_zero_last_refuses_a_norm_without_a_weight():
    block = ResidualBlock(8, 8, norm=lambda d: torch.nn.LayerNorm(d, bias=False))
    zero_last(block)
    block = ResidualBlock(8, 8, norm=lambda d: torch.nn.BatchNorm1d(d, affine=False))
    with pytest.raises(ValueError, match="zero_last: what ends the branch must have"):
        zero_last(block)


def test_fixup_refuses_a_branch_of_one_layer():
    with pytest.raises(ValueError, match="at least 2 linear layers"):
        fixup(ResidualBlock(8, 8, layers=1), depth=4)


def test_an_unknown_scheme_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="he, zero-last, rezero, skipinit, layerscale"):
        initialize(net("he"), "zero")
