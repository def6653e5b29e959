"""Weights come from the generator that was given and from nowhere else."""

import pytest
import torch
from torch import nn

from coursekit.nets import (
    BasicBlock,
    PlainNet,
    PostNormBlock,
    PreNormBlock,
    ResidualBlock,
    ResidualNet,
)
from coursekit.nets.drawing import DEFAULT_SEED, draw, linear

MAKERS = {
    "ResidualBlock": lambda **k: ResidualBlock(4, 6, norm="batch", **k),
    "PreNormBlock": lambda **k: PreNormBlock(4, **k),
    "PostNormBlock": lambda **k: PostNormBlock(4, norm="rms", **k),
    "PlainNet": lambda **k: PlainNet(4, 2, depth=3, width=6, norm="layer", **k),
    "ResidualNet": lambda **k: ResidualNet(
        4, 2, depth=3, width=6, mode="pre", norm="batch", init="layerscale", **k
    ),
    "BasicBlock": lambda **k: BasicBlock(4, 6, stride=2, **k),
}
every_module = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def state(module):
    return torch.cat([v.double().flatten() for v in module.state_dict().values()])


@every_module
def test_the_same_seed_gives_the_same_module(make):
    same = state(make(generator=seeded(3))), state(make(generator=seeded(3)))
    assert torch.equal(*same)
    assert not torch.equal(same[0], state(make(generator=seeded(4))))


@every_module
def test_no_generator_means_the_default_seed(make):
    assert torch.equal(state(make()), state(make(generator=seeded(DEFAULT_SEED))))


@every_module
@pytest.mark.parametrize("generator", [None, seeded(1)], ids=["none", "given"])
def test_the_global_generator_is_left_alone(make, generator):
    before = torch.get_rng_state()
    make(generator=generator)
    assert torch.equal(torch.get_rng_state(), before)


@every_module
def test_the_global_generator_has_no_say(make):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = state(make(generator=seeded(0)))
        torch.manual_seed(2)
        assert torch.equal(state(make(generator=seeded(0))), first)


@every_module
def test_a_seed_means_the_same_weights_in_both_dtypes(make):
    wide, narrow = make(dtype=torch.float64), make(dtype=torch.float32)
    floating = [t for t in wide.state_dict().values() if t.is_floating_point()]
    assert all(tensor.dtype == torch.float64 for tensor in floating)
    torch.testing.assert_close(state(wide), state(narrow), rtol=1e-6, atol=1e-7)


@every_module
def test_every_part_lives_on_the_device_asked_for(make):
    module = make(device="meta")
    assert {t.device.type for t in module.state_dict().values()} == {"meta"}


@every_module
def test_to_moves_every_part(make):
    module = make().to(torch.float64)
    floating = [t for t in module.state_dict().values() if t.is_floating_point()]
    assert all(tensor.dtype == torch.float64 for tensor in floating)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@every_module
def test_a_seed_means_the_same_weights_on_a_gpu(make):
    torch.testing.assert_close(state(make(device="cuda")).cpu(), state(make()))


@pytest.mark.parametrize("gain", [0.5, 2**0.5])
def test_the_standard_deviation_is_the_gain_over_the_root_of_fan_in(gain):
    weight = linear(400, 500, gain=gain, generator=seeded(0)).weight
    assert weight.std().item() == pytest.approx(gain / 20, rel=0.01)
    assert abs(weight.mean().item()) < 1e-3


def test_fan_in_of_a_convolution_counts_its_window():
    weight = torch.empty(200, 30, 3, 3)
    draw(weight, gain=1.0, generator=seeded(0))
    assert weight.std().item() == pytest.approx(1 / 270**0.5, rel=0.02)


def test_a_gain_of_one_over_root_three_is_torch_s_default_spread():
    torchs = nn.Linear(400, 500).weight.std().item()
    ours = linear(400, 500, gain=3**-0.5, generator=seeded(0)).weight.std().item()
    assert ours == pytest.approx(torchs, rel=0.01)


@pytest.mark.parametrize("gain", [-1.0, float("inf"), float("nan")])
def test_an_impossible_gain_is_refused(gain):
    with pytest.raises(ValueError, match="draw: gain must be finite and at least 0"):
        linear(2, 2, gain=gain, generator=seeded(0))
