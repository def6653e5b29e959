"""An optimizer on one vector moves a net as one on each of its parameters does."""

import copy

import pytest
import torch
from torch import nn

from coursekit.experiments.updates import OPTIMIZERS
from coursekit.nets import ResidualNet

THEIRS = {
    "sgd": lambda model: torch.optim.SGD(model.parameters(), 0.05, 0.9),
    "adam": lambda model: torch.optim.Adam(model.parameters(), 0.05),
}


def trained(model, updates, set_rate):
    generator = torch.Generator().manual_seed(0)
    for rate in (0.05, 0.05, 0.01):
        x = torch.randn(8, 5, generator=generator)
        set_rate(rate)
        updates.zero_grad()
        model(x).square().mean().backward()
        updates.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_three_updates_are_those_of_torch_on_each_parameter(name):
    ours = ResidualNet(5, 3, depth=2, width=7, norm="batch", init="rezero")
    theirs = copy.deepcopy(ours)
    updates, right = OPTIMIZERS[name](ours, 0.05, 0.9), THEIRS[name](theirs)
    trained(ours, updates, lambda rate: setattr(updates, "lr", rate))
    (group,) = right.param_groups
    trained(theirs, right, lambda rate: group.update(lr=rate))
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_parameters_keep_their_values_and_hold_their_own_gradients():
    net = nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 1, bias=False))
    before, x = copy.deepcopy(net), torch.ones(2, 5)
    updates = OPTIMIZERS["sgd"](net, 0.1, 0.0)
    for _ in range(2):  # the second pass starts from 0 again
        updates.zero_grad()
        net(x).sum().backward()
    before(x).sum().backward()
    for mine, right in zip(net.parameters(), before.parameters(), strict=True):
        assert torch.equal(mine, right)
        torch.testing.assert_close(mine.grad, right.grad)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_no_object_of_torch_optim_is_made_which_loads_a_compiler(name, monkeypatch):
    monkeypatch.delattr(torch.optim.Optimizer, "__init__")
    OPTIMIZERS[name](nn.Linear(2, 2), 0.1, 0.9).step()
    with pytest.raises((TypeError, AttributeError)):
        THEIRS[name](nn.Linear(2, 2))
