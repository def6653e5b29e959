"""The norms written from tensor operations do what torch's modules do."""

from functools import partial

import pytest
import torch
from torch import nn

from coursekit.nets import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, RMSNorm

#: id: (our class, torch's, arguments, shape of the input)
SAME = {
    "layer norm, vectors": (LayerNorm, nn.LayerNorm, {}, (8,), (5, 8)),
    "layer norm, tokens": (LayerNorm, nn.LayerNorm, {"eps": 0.1}, (8,), (2, 3, 8)),
    "layer norm, images": (LayerNorm, nn.LayerNorm, {}, ((3, 4, 4),), (5, 3, 4, 4)),
    "layer norm, one vector": (LayerNorm, nn.LayerNorm, {}, (8,), (8,)),
    "layer norm, no bias": (LayerNorm, nn.LayerNorm, {"bias": False}, (8,), (5, 8)),
    "layer norm, no affine": (
        LayerNorm,
        nn.LayerNorm,
        {"elementwise_affine": False},
        (8,),
        (5, 8),
    ),
    "rms norm": (RMSNorm, nn.RMSNorm, {}, (8,), (5, 8)),
    "rms norm, eps": (RMSNorm, nn.RMSNorm, {"eps": 0.1}, ((3, 8),), (2, 3, 8)),
    "rms norm, no affine": (
        RMSNorm,
        nn.RMSNorm,
        {"elementwise_affine": False},
        (8,),
        (5, 8),
    ),
    "group norm, vectors": (GroupNorm, nn.GroupNorm, {}, (2, 6), (5, 6)),
    "group norm, images": (GroupNorm, nn.GroupNorm, {}, (3, 6), (5, 6, 4, 4)),
    "group norm, one group": (GroupNorm, nn.GroupNorm, {}, (1, 6), (5, 6, 7)),
    "group norm, groups of one": (GroupNorm, nn.GroupNorm, {}, (6, 6), (5, 6, 7)),
    "group norm, no affine": (
        GroupNorm,
        nn.GroupNorm,
        {"affine": False, "eps": 0.1},
        (2, 6),
        (5, 6),
    ),
    "batch norm, vectors": (BatchNorm1d, nn.BatchNorm1d, {}, (6,), (5, 6)),
    "batch norm, sequences": (BatchNorm1d, nn.BatchNorm1d, {}, (6,), (5, 6, 7)),
    "batch norm, one sequence": (BatchNorm1d, nn.BatchNorm1d, {}, (6,), (1, 6, 7)),
    "batch norm, eps and momentum": (
        BatchNorm1d,
        nn.BatchNorm1d,
        {"eps": 0.1, "momentum": 0.7},
        (6,),
        (5, 6),
    ),
    "batch norm, plain average": (
        BatchNorm1d,
        nn.BatchNorm1d,
        {"momentum": None},
        (6,),
        (5, 6),
    ),
    "batch norm, no affine": (
        BatchNorm1d,
        nn.BatchNorm1d,
        {"affine": False},
        (6,),
        (5, 6),
    ),
    "batch norm, no buffers": (
        BatchNorm1d,
        nn.BatchNorm1d,
        {"track_running_stats": False},
        (6,),
        (5, 6),
    ),
    "batch norm, images": (BatchNorm2d, nn.BatchNorm2d, {}, (6,), (5, 6, 4, 4)),
}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-5}

every_norm = pytest.mark.parametrize(
    ("ours", "theirs", "options", "arguments", "shape"), SAME.values(), ids=SAME
)
both_dtypes = pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32], ids=["float64", "float32"]
)


def normal(*shape, dtype=torch.float64, seed=0):
    """Return normal numbers that are the same each time."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=dtype)


def randomize(module, generator):
    """Give parameters values of both signs, so that no slip hides behind 1 and 0."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))


def pair(ours, theirs, options, arguments, dtype, seed=0):
    """Return our module and torch's with equal parameters, ours loaded from torch's."""
    generator = torch.Generator().manual_seed(seed)
    reference = theirs(*arguments, **options, dtype=dtype)
    randomize(reference, generator)
    module = ours(*arguments, **options, dtype=dtype)
    module.load_state_dict(reference.state_dict())
    return module, reference, generator


def run(module, x, dy):
    """Return output, input gradient and parameter gradients of one pass."""
    x = x.clone().requires_grad_()
    y = module(x)
    grads = torch.autograd.grad(y, [x, *module.parameters()], dy)
    return {"y": y.detach(), "dx": grads[0], **dict(enumerate(grads[1:]))}


@both_dtypes
@every_norm
def test_training_and_evaluation_equal_torch(
    ours, theirs, options, arguments, shape, dtype
):
    module, reference, generator = pair(ours, theirs, options, arguments, dtype)
    close = partial(
        torch.testing.assert_close, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype]
    )
    for step in range(6):
        for m in (module, reference):
            m.train(step < 3)
        x = 3 + 2 * torch.randn(shape, generator=generator, dtype=dtype)
        dy = torch.randn(shape, generator=generator, dtype=dtype)
        close(run(module, x, dy), run(reference, x, dy))
        close(module.state_dict(), reference.state_dict())


@every_norm
def test_state_dict_goes_into_torch(ours, theirs, options, arguments, shape):
    module, reference, _ = pair(ours, theirs, options, arguments, torch.float32)
    fresh = theirs(*arguments, **options)
    fresh.load_state_dict(module.state_dict())
    assert list(fresh.state_dict()) == list(module.state_dict())
    torch.testing.assert_close(dict(fresh.state_dict()), dict(reference.state_dict()))


@every_norm
def test_module_prints_every_setting_that_torch_prints(
    ours, theirs, options, arguments, shape
):
    printed = ours(*arguments, **options).extra_repr().split(", ")
    assert set(theirs(*arguments, **options).extra_repr().split(", ")) <= set(printed)


@every_norm
def test_a_non_contiguous_input_gives_the_same(ours, theirs, options, arguments, shape):
    module, _, generator = pair(ours, theirs, options, arguments, torch.float64)
    x = torch.randn(*shape, 2, generator=generator, dtype=torch.float64)[..., 0]
    torch.testing.assert_close(module.eval()(x), module(x.contiguous()))


@every_norm
def test_the_input_stays_as_it_was(ours, theirs, options, arguments, shape):
    module, _, generator = pair(ours, theirs, options, arguments, torch.float64)
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    before = x.clone()
    module(x)
    assert torch.equal(x, before)


@pytest.mark.parametrize("module", [LayerNorm(8), GroupNorm(2, 8), RMSNorm(8)])
def test_an_empty_batch_comes_back_empty(module):
    assert module(torch.zeros(0, 8)).shape == (0, 8)


@pytest.mark.parametrize("layer", [LayerNorm(4096), GroupNorm(1, 4096)])
def test_a_large_offset_in_float32_leaves_the_standard_deviation_at_one(layer):
    x = 1e4 + normal(4, 4096, dtype=torch.float32)
    std = layer(x).std(dim=1, correction=0)
    torch.testing.assert_close(std, torch.ones(4), rtol=1e-3, atol=0)


@pytest.mark.parametrize("layer", [LayerNorm(4), GroupNorm(1, 4), RMSNorm(4)])
def test_a_zero_vector_gives_finite_gradients(layer):
    x = torch.zeros(2, 4, requires_grad=True)
    layer(x)[:, 0].sum().backward()
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (lambda: LayerNorm(4), (2, 3), r"end in normalized_shape = \(4,\); got \(2, 3"),
        (lambda: RMSNorm((2, 4)), (4,), r"end in normalized_shape = \(2, 4\); got"),
        (lambda: GroupNorm(2, 4), (2, 6), r"with C = 4; got \(2, 6\)"),
        (lambda: GroupNorm(2, 4), (4,), r"with C = 4; got \(4,\)"),
        (lambda: BatchNorm1d(4), (2, 3), r"\(N, C\) or \(N, C, L\) with C = 4; got"),
        (lambda: BatchNorm1d(4), (2, 4, 3, 3), r"\(N, C, L\) with C = 4; got \(2, 4"),
        (lambda: BatchNorm2d(4), (2, 4), r"\(N, C, H, W\) with C = 4; got \(2, 4\)"),
    ],
)
def test_an_input_of_the_wrong_shape_is_refused(make, x, message):
    with pytest.raises(ValueError, match=message):
        make()(torch.zeros(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LayerNorm(0), r"LayerNorm: normalized_shape .* got \(0,\)"),
        (lambda: RMSNorm(()), r"RMSNorm: normalized_shape .* got \(\)"),
        (lambda: GroupNorm(4, 6), r"num_groups must divide num_channels = 6; got 4"),
        (lambda: BatchNorm1d(0), "BatchNorm1d: num_features must be at least 1; got 0"),
    ],
)
def test_an_impossible_size_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (BatchNorm1d(3), (1, 3)),
        (BatchNorm1d(3), (0, 3)),
        (BatchNorm2d(3), (1, 3, 1, 1)),
    ],
)
def test_fewer_than_two_values_per_channel_are_refused_in_training(layer, shape):
    with pytest.raises(ValueError, match="at least two values per channel"):
        layer(torch.zeros(shape))
    assert layer.num_batches_tracked == 0


def test_one_value_per_channel_is_fine_in_evaluation():
    assert BatchNorm1d(3).eval()(torch.zeros(1, 3)).shape == (1, 3)


def test_running_statistics_keep_no_graph():
    layer = BatchNorm1d(3, dtype=torch.float64)
    layer(normal(4, 3).requires_grad_())
    assert not layer.running_mean.requires_grad
    assert not layer.running_var.requires_grad


def test_training_mode_under_no_grad_still_uses_and_tracks_the_batch():
    layer, x = BatchNorm1d(3, eps=0.0, dtype=torch.float64), 5 + normal(4, 3)
    with torch.no_grad():
        y = layer(x)
    torch.testing.assert_close(y.mean(0), torch.zeros(3, dtype=torch.float64))
    assert layer.num_batches_tracked == 1


def test_evaluation_leaves_the_running_statistics_alone():
    layer = BatchNorm1d(3, dtype=torch.float64).eval()
    layer(5 + normal(4, 3))
    assert layer.running_mean.count_nonzero() == 0
    assert layer.num_batches_tracked == 0


def test_the_gradient_of_batch_norm_sums_to_zero_over_the_batch():
    x = normal(5, 3).requires_grad_()
    BatchNorm1d(3, dtype=torch.float64)(x).backward(normal(5, 3, seed=1))
    torch.testing.assert_close(x.grad.sum(0), torch.zeros(3, dtype=torch.float64))


def test_rms_norm_equals_layer_norm_on_centred_vectors():
    x = normal(5, 8)
    x = x - x.mean(1, keepdim=True)
    torch.testing.assert_close(RMSNorm(8, eps=1e-5)(x), LayerNorm(8)(x).detach())
