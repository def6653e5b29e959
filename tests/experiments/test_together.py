"""Nets that train at once come to what each comes to alone."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from coursekit.experiments.together import stack
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
#: more than two passes over the 50 samples
TRAINING = {"steps": 7, "batch_size": 16, "momentum": 0.9, "warm_up": 3}


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
        train(net, data, lr=rate, generator=generator, **options)
    return nets


def assert_equal_states(nets, others):
    for net, other in zip(nets, others, strict=True):
        torch.testing.assert_close(net.state_dict(), other.state_dict())
        assert not net.training
        assert not other.training


@pytest.mark.parametrize("kind", NETS)
def test_nets_with_a_rate_each_come_to_what_each_comes_to_alone(kind, data):
    nets = nets_of(kind)
    alone = trained_alone(copy.deepcopy(nets), data, RATES, **TRAINING)
    train_together(nets, data, lr=RATES, generators=seeded(SEEDS), **TRAINING)
    assert_equal_states(nets, alone)


@pytest.mark.parametrize("kind", NETS)
def test_adam_moves_them_as_it_moves_each_alone(kind, data):
    nets, adam = nets_of(kind), {"optimizer": "adam", **TRAINING}
    alone = trained_alone(copy.deepcopy(nets), data, [0.01] * 3, **adam)
    train_together(nets, data, lr=0.01, generators=seeded(SEEDS), **adam)
    assert_equal_states(nets, alone)


@pytest.mark.parametrize("kind", ["no norm", "batch norm", "layer norm"])
def test_one_that_diverges_leaves_its_neighbours_alone(kind, data):
    nets = nets_of(kind)
    with torch.no_grad():
        nets[1].head.linear.weight.fill_(torch.inf)
    alone = trained_alone(copy.deepcopy(nets), data, RATES, **TRAINING)
    train_together(nets, data, lr=RATES, generators=seeded(SEEDS), **TRAINING)
    assert not nets[1].head.linear.weight.isfinite().any()
    assert_equal_states(nets[::2], alone[::2])


def test_on_the_way_each_net_stands_where_it_stands_alone(data):
    nets = nets_of("batch norm")
    alone, seen = copy.deepcopy(nets[2]), {"alone": [], "together": []}

    def look(net, key):
        first = net.stem.linear.weight
        numbers = [first, *net.buffers()] + [first.grad] * (first.grad is not None)
        seen[key].append([number.clone() for number in numbers])

    one = {"lr": 0.1, **TRAINING}
    generator = torch.Generator().manual_seed(2)
    train(alone, data, generator=generator, watch=lambda _: look(alone, "alone"), **one)
    train_together(
        nets,
        data,
        generators=seeded(SEEDS),
        watch=lambda _: look(nets[2], "together"),
        **one,
    )
    assert len(seen["alone"]) == TRAINING["steps"] + 1
    torch.testing.assert_close(seen["together"], seen["alone"])


def test_parameters_that_must_not_learn_do_not(data):
    nets = nets_of("batch norm")
    for net in nets:
        net.blocks.requires_grad_(False)
    before = copy.deepcopy(nets)
    train_together(nets, data, lr=0.1, generators=seeded(SEEDS), **TRAINING)
    for net, old in zip(nets, before, strict=True):
        for parameter, value in zip(
            net.blocks.parameters(), old.blocks.parameters(), strict=True
        ):
            assert torch.equal(parameter, value)
        assert not torch.equal(net.head.linear.weight, old.head.linear.weight)


def test_adam_with_several_rates_is_refused(data):
    with pytest.raises(ValueError, match="several rates must be one of sgd; got 'adam"):
        train_together(
            nets_of("no norm"),
            data,
            lr=RATES,
            generators=seeded(SEEDS),
            optimizer="adam",
            **TRAINING,
        )


def test_layer_without_a_stack_is_named():
    with pytest.raises(ValueError, match=r"must be one of Linear, .*; got Conv1d\(1"):
        stack([nn.Sequential(nn.Conv1d(1, 1, 1))])
