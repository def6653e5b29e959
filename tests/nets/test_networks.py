"""The networks are put together as their tables say, and give what lessons need."""

import copy
from functools import partial

import pytest
import torch
import torch.nn.functional as F

from coursekit.nets import (
    GroupNorm,
    LayerNorm,
    PlainNet,
    PostNormBlock,
    PreNormBlock,
    ResidualBlock,
    ResidualNet,
)

MODES = ["post", "pre", "post-norm", "pre-norm"]


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator)


def residual_net(mode="post", *, norm="layer", depth=3, width=8, **options):
    return ResidualNet(6, 4, depth=depth, width=width, mode=mode, norm=norm, **options)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def children(module):
    return [name for name, _ in module.named_children()]


def test_a_plain_net_is_layers_in_a_row():
    net, x = PlainNet(6, 4, depth=2, width=8), normal(5, 6)
    a = torch.relu(net.stem.linear(x))
    for block in net.blocks:
        a = torch.relu(block.linear1(a))
    torch.testing.assert_close(net(x), net.head.linear(a))


def test_every_layer_of_a_plain_net_but_the_head_has_its_norm():
    net = PlainNet(6, 4, depth=2, width=8, norm="batch")
    assert children(net.stem) == ["linear", "norm", "activation"]
    assert children(net.blocks[0]) == ["linear1", "norm1", "activation1"]
    assert children(net.head) == ["linear"]


@pytest.mark.parametrize("norm", [None, "batch", "layer", "rms"])
def test_plain_and_residual_net_hold_the_same_layers(norm):
    plain = PlainNet(6, 4, depth=3, width=8, layers=2, norm=norm)
    residual = residual_net("post", norm=norm)
    shapes = [[p.shape for p in net.parameters()] for net in (plain, residual)]
    assert shapes[0] == shapes[1]


def test_without_its_shortcuts_a_residual_net_is_the_plain_net():
    plain = PlainNet(6, 4, depth=3, width=8, layers=2)
    residual = residual_net("post", norm=None)
    for ours, theirs in zip(plain.parameters(), residual.parameters(), strict=True):
        ours.data.copy_(theirs)
    a = residual.stem(normal(5, 6))
    for block in residual.blocks:
        a = block.after(block.branch(a))
    torch.testing.assert_close(residual.head(a), plain(normal(5, 6)))


@pytest.mark.parametrize(
    ("mode", "kind", "stem", "head"),
    [
        ("post", ResidualBlock, ["linear", "norm", "activation"], ["linear"]),
        ("pre", ResidualBlock, ["linear"], ["norm", "activation", "linear"]),
        ("post-norm", PostNormBlock, ["linear"], ["linear"]),
        ("pre-norm", PreNormBlock, ["linear"], ["norm", "linear"]),
    ],
)
def test_a_mode_sets_stem_blocks_and_head(mode, kind, stem, head):
    net = residual_net(mode)
    assert children(net.stem) == stem
    assert {type(block) for block in net.blocks} == {kind}
    assert children(net.head) == head


@pytest.mark.parametrize("mode", MODES)
def test_each_activation_is_one_block_after_the_one_before(mode):
    net, x = residual_net(mode), normal(5, 6)
    activations = net.activations(x)
    assert len(activations) == 4
    torch.testing.assert_close(activations[0], net.stem(x))
    for i, block in enumerate(net.blocks):
        torch.testing.assert_close(activations[i + 1], block(activations[i]))
    torch.testing.assert_close(net.head(activations[-1]), net(x))


@pytest.mark.parametrize("mode", MODES)
def test_activations_carry_their_gradients(mode):
    net = residual_net(mode)
    activations = net.activations(normal(5, 6))
    loss = F.cross_entropy(net.head(activations[-1]), torch.tensor([0, 1, 2, 3, 0]))
    gradients = torch.autograd.grad(loss, activations)
    assert all(gradient.norm() > 0 for gradient in gradients)


@pytest.mark.parametrize("mode", MODES)
def test_branch_and_shortcut_can_be_measured_apart(mode):
    net = residual_net(mode)
    a = net.activations(normal(5, 6))
    for block, before in zip(net.blocks, a[:-1], strict=True):
        assert torch.equal(block.shortcut(before), before)
        assert block.branch(before).shape == before.shape


def test_every_block_has_weights_of_its_own():
    net = residual_net()
    assert count(net.blocks) == 3 * count(net.blocks[0])
    first, second = (block.branch.linear1.weight for block in net.blocks[:2])
    assert not torch.equal(first, second)


def test_deleting_a_block_is_a_lesion():
    net, x = residual_net("pre"), normal(5, 6)
    lesioned = copy.deepcopy(net)
    del lesioned.blocks[1]
    a = net.blocks[2](net.blocks[0](net.stem(x)))
    torch.testing.assert_close(lesioned(x), net.head(a))


@pytest.mark.parametrize("mode", MODES)
def test_the_scale_reaches_every_branch(mode):
    whole, half = residual_net(mode), residual_net(mode, scale=0.5)
    a = normal(5, 8)
    for w, h in zip(whole.blocks, half.blocks, strict=True):
        torch.testing.assert_close(h.branch(a), 0.5 * w.branch(a))


@pytest.mark.parametrize(
    "norm", [partial(GroupNorm, 4), partial(LayerNorm, elementwise_affine=False)]
)
@pytest.mark.parametrize("make", [PlainNet, partial(ResidualNet, mode="pre")])
def test_any_function_of_the_width_can_be_the_norm(make, norm):
    assert make(6, 4, depth=2, width=8, norm=norm)(normal(5, 6)).shape == (5, 4)


def test_a_net_of_depth_zero_is_stem_and_head():
    net, x = residual_net(depth=0), normal(5, 6)
    torch.testing.assert_close(net(x), net.head(net.stem(x)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PlainNet(6, 4, depth=-1, width=8), "PlainNet: depth must be at least"),
        (lambda: PlainNet(6, 4, depth=1, width=0), "PlainNet: width must be at least"),
        (lambda: residual_net(layers=0), "ResidualNet: layers must be at least 1"),
        (lambda: residual_net("sandwich"), "mode must be one of .* got 'sandwich'"),
        (lambda: residual_net("pre-norm", layers=3), "layers must be 2 for mode 'pre-"),
        (lambda: residual_net("pre-norm", norm=None), "norm must be given"),
        (lambda: residual_net(init="xavier"), "scheme must be one of .* got 'xavier'"),
    ],
)
def test_an_impossible_net_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def gradient_of_the_first_layer(gain):
    net = PlainNet(64, 10, depth=50, width=64, gain=gain)
    net(normal(128, 64)).square().mean().backward()
    return net.stem.linear.weight.grad.norm().item()


def test_gradients_vanish_in_a_plain_net_with_torch_s_gain_and_not_with_he_s():
    assert gradient_of_the_first_layer(3**-0.5) < 1e-12
    assert gradient_of_the_first_layer(2**0.5) > 1e-2


@torch.no_grad()
def variances(**options):
    net = ResidualNet(256, 10, depth=20, width=256, mode="pre", **options)
    return [a.var().item() for a in net.activations(normal(256, 256))]


def test_variance_doubles_in_every_block_without_a_norm():
    first, *_, last = variances()
    assert first == pytest.approx(1, rel=0.1)
    assert (last / first) ** (1 / 20) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_variance_grows_by_one_in_every_block_with_a_norm(norm):
    first, *_, last = variances(norm=norm)
    assert (last - first) / 20 == pytest.approx(1, rel=0.15)


def test_a_branch_scale_of_one_over_root_depth_keeps_the_variance_below_e():
    assert variances(scale=20**-0.5)[-1] == pytest.approx((1 + 1 / 20) ** 20, rel=0.15)
