"""Nets that train at once come to what each comes to alone."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from coursekit.experiments.training import Split, seeded, train, train_together
from coursekit.nets import PlainNet, ResidualNet

SEEDS, RATES = (0, 1, 2), (0.01, 0.1, 0.3)
#: every layer of the course's trained nets: kind -> (seed) -> net
NETS = {
    "no norm": partial(PlainNet, 64, 10),
    "batch norm": partial(ResidualNet, 64, 10, norm=nn.BatchNorm1d),
    "layer norm": partial(ResidualNet, 64, 10, norm=nn.LayerNorm, mode="pre-norm"),
    "group norm": partial(PlainNet, 64, 10, norm=lambda width: nn.GroupNorm(2, width)),
    "RMS norm": partial(PlainNet, 64, 10, norm=nn.RMSNorm),
    "learned scalar": partial(ResidualNet, 64, 10, mode="pre", init="rezero"),
    "learned factors": partial(ResidualNet, 64, 10, mode="pre", init="layerscale"),
    "constant factor": partial(ResidualNet, 64, 10, mode="pre", scale=0.5),
}
TRAINING = {"steps": 12, "batch_size": 8, "momentum": 0.9, "warm_up": 4}


@pytest.fixture
def data():
    draw = torch.Generator().manual_seed(5)
    x = torch.randn(50, 64, generator=draw, dtype=torch.float64)
    y = torch.randint(10, (50,), generator=draw)
    return Split(x, y, x, y)


def nets_of(kind):
    """Return a net for every seed, in double precision."""
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    return [NETS[kind](depth=2, width=6, generator=g).double() for g in generators]


def trained_alone(nets, data, rates, **options):
    for net, seed, rate in zip(nets, SEEDS, rates, strict=True):
        generator = torch.Generator().manual_seed(seed)
        train(net, data, lr=rate, generator=generator, **TRAINING, **options)
    return nets


def assert_equal_states(nets, others):
    for net, other in zip(nets, others, strict=True):
        torch.testing.assert_close(net.state_dict(), other.state_dict())
        assert not net.training
        assert not other.training


@pytest.mark.parametrize("kind", NETS)
def test_nets_with_a_rate_each_come_to_what_each_comes_to_alone(kind, data):
    nets = nets_of(kind)
    alone = trained_alone(copy.deepcopy(nets), data, RATES)
    train_together(nets, data, lr=RATES, generators=seeded(SEEDS), **TRAINING)
    assert_equal_states(nets, alone)


@pytest.mark.parametrize("kind", NETS)
def test_adam_moves_them_as_it_moves_each_alone(kind, data):
    nets = nets_of(kind)
    alone = trained_alone(copy.deepcopy(nets), data, [0.01] * 3, optimizer="adam")
    train_together(nets, data, lr=0.01, generators=seeded(SEEDS), optimizer="adam", **TRAINING)
    assert_equal_states(nets, alone)
