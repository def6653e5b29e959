"""A Pre-LN net whose trunk has mean zero does not need the centring of its norms."""

import pytest
import torch

from coursekit.experiments import without_centring as experiment
from coursekit.nets import ResidualNet


@pytest.fixture
def net():
    sizes = {"depth": 4, "width": 16, "dtype": torch.float64}
    net = ResidualNet(8, 3, mode="pre-norm", norm="layer", **sizes)
    with torch.no_grad():  # biases and gammas as after some training
        for name, parameter in net.named_parameters():
            if name.endswith("bias") and "norm" not in name:
                parameter.copy_(torch.linspace(-1, 2, parameter.numel()))
            if name.endswith("norm.weight"):
                parameter.copy_(torch.linspace(0.5, 2, parameter.numel()))
    return net


x = torch.linspace(-3, 5, 40, dtype=torch.float64).reshape(5, 8).sin()


def test_net_without_centring_computes_the_same(net):
    changed = experiment.without_centring(net)
    torch.testing.assert_close(changed(x), net(x), rtol=1e-12, atol=1e-12)
    assert all(a.mean(-1).abs().max() < 1e-12 for a in changed.activations(x))


def test_original_is_left_as_it_was(net):
    before = {name: value.clone() for name, value in net.state_dict().items()}
    experiment.without_centring(net)
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])


def test_functions_differ_when_nothing_is_centred(net, monkeypatch):
    monkeypatch.setattr(experiment, "centre_output", lambda layer: None)
    assert (experiment.without_centring(net)(x) - net(x)).abs().max() > 0.01


def test_bias_in_a_norm_is_refused(net):
    with torch.no_grad():
        net.head.norm.bias.fill_(0.5)
    with pytest.raises(ValueError, match=r"bias must be 0 .*got one of size 0.5"):
        experiment.without_centring(net)
