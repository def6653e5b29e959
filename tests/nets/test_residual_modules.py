"""The residual blocks compute what the papers write."""

import pytest
import torch
import torch.nn.functional as F

from coursekit.nets import LayerNorm, PostNormBlock, PreNormBlock, ResidualBlock


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def block(*args, **options):
    return ResidualBlock(*args, dtype=torch.float64, **options)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_post_activation_block_is_the_article_s():
    b, a = block(4, 4), normal(5, 4)
    (W1, b1), (W2, b2) = b.branch.linear1.parameters(), b.branch.linear2.parameters()
    z = F.linear(torch.relu(F.linear(a, W1, b1)), W2, b2)
    torch.testing.assert_close(b(a), torch.relu(z + a))


def test_the_pre_activation_block_adds_and_does_nothing_more():
    b, a = block(4, 4, mode="pre"), normal(5, 4)
    (W1, b1), (W2, b2) = b.branch.linear1.parameters(), b.branch.linear2.parameters()
    z = F.linear(torch.relu(F.linear(torch.relu(a), W1, b1)), W2, b2)
    torch.testing.assert_close(b(a), z + a)


def test_the_norms_of_a_post_activation_block_follow_the_linear_layers():
    names = [name for name, _ in block(4, 4, norm="batch").branch.named_children()]
    assert names == ["linear1", "norm1", "activation1", "linear2", "norm2"]


def test_the_norms_of_a_pre_activation_block_come_first():
    b = block(4, 6, mode="pre", norm="batch")
    names = [name for name, _ in b.branch.named_children()]
    assert names == [
        *("norm1", "activation1", "linear1"),
        *("norm2", "activation2", "linear2"),
    ]
    assert b.branch.norm1.num_features == 4


def test_an_identity_shortcut_has_no_parameters():
    b = block(4, 4)
    assert count(b.shortcut) == 0
    assert count(b) == 2 * (4 * 4 + 4)


@pytest.mark.parametrize("mode", ["post", "pre"])
def test_a_projection_stands_where_the_widths_differ(mode):
    b, a = block(4, 6, mode=mode), normal(5, 4)
    assert count(b.shortcut) == 4 * 6
    torch.testing.assert_close(b.shortcut(a), a @ b.shortcut.weight.T)
    torch.testing.assert_close(b(a), b.after(b.branch(a) + b.shortcut(a)))


def test_a_projection_can_be_asked_for_between_equal_widths():
    assert count(block(4, 4, shortcut="projection").shortcut) == 16


def test_hidden_and_layers_shape_the_branch():
    shapes = [
        tuple(p.shape)
        for name, p in block(4, 4, hidden=7, layers=3).branch.named_parameters()
        if name.endswith("weight")
    ]
    assert shapes == [(7, 4), (7, 7), (4, 7)]


def test_the_scale_multiplies_the_branch_and_is_not_trained():
    whole, tenth, a = block(4, 4), block(4, 4, scale=0.1), normal(5, 4)
    torch.testing.assert_close(tenth.branch(a), 0.1 * whole.branch(a))
    assert count(tenth) == count(whole)


@pytest.mark.parametrize(
    ("name", "g"),
    [("relu", F.relu), ("gelu", F.gelu), ("tanh", F.tanh), ("sigmoid", F.sigmoid)],
)
def test_an_activation_is_chosen_by_name(name, g):
    b, a = block(4, 4, activation=name), normal(5, 4)
    torch.testing.assert_close(b(a), g(b.branch(a) + a))


def test_a_norm_can_be_given_as_a_function_of_the_width():
    b = block(4, 4, norm=lambda d: LayerNorm(d, elementwise_affine=False))
    assert count(b.branch.norm1) == 0
    assert b(normal(5, 4)).dtype == torch.float64


@pytest.mark.parametrize("mode", ["post", "pre"])
def test_the_input_stays_as_it_was(mode):
    a = normal(5, 4)
    before = a.clone()
    block(4, 4, mode=mode, norm="layer")(a)
    assert torch.equal(a, before)


@pytest.mark.parametrize("mode", ["post", "pre"])
@pytest.mark.parametrize("norm", [None, "batch", "layer", "rms"])
def test_gradients_are_right_by_central_differences(mode, norm):
    b = block(3, 4, mode=mode, norm=norm, activation="tanh")
    assert torch.autograd.gradcheck(b, normal(5, 3).requires_grad_())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "before"}, r"mode must be one of \('post', 'pre'\); got 'before'"),
        ({"shortcut": "none"}, "shortcut must be one of .* got 'none'"),
        ({"layers": 0}, "layers must be at least 1; got 0"),
        ({"shortcut": "identity"}, 'd_out must equal d_in = 4 for shortcut="identity"'),
        ({"norm": "instance"}, "norm must be one of batch, layer, rms; got 'instance'"),
        ({"activation": "swish"}, "activation must be one of relu, .* got 'swish'"),
    ],
)
def test_a_wrong_combination_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        block(4, 6, **options)


def mlp(b, x):
    return b.branch.linear2(torch.relu(b.branch.linear1(x)))


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_pre_norm_normalizes_what_the_branch_reads(norm):
    b, x = PreNormBlock(4, norm=norm, dtype=torch.float64), normal(2, 3, 4)
    torch.testing.assert_close(b(x), x + mlp(b, b.branch.norm(x)))


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_post_norm_normalizes_the_sum(norm):
    b, x = PostNormBlock(4, norm=norm, dtype=torch.float64), normal(2, 3, 4)
    torch.testing.assert_close(b(x), b.norm(x + mlp(b, x)))


def test_the_trunk_of_a_pre_norm_block_is_untouched():
    b = PreNormBlock(4, dtype=torch.float64)
    torch.nn.init.zeros_(b.branch.linear2.weight)
    x = 100 * normal(2, 4)
    assert torch.equal(b(x), x)


@pytest.mark.parametrize("kind", [PreNormBlock, PostNormBlock])
def test_both_placements_hold_the_same_parameters(kind):
    assert count(kind(4, hidden=16)) == 4 * 16 + 16 + 16 * 4 + 4 + 2 * 4


@pytest.mark.parametrize("kind", [PreNormBlock, PostNormBlock])
def test_a_placement_without_a_norm_is_refused(kind):
    with pytest.raises(ValueError, match=f"{kind.__name__}: norm must be given"):
        kind(4, norm=None)
