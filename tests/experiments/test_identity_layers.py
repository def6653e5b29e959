"""A deep plain net made from a shallow one by layers that do nothing."""

import numpy as np
import pytest
import torch

from coursekit.experiments import degradation, identity_layers
from coursekit.experiments.training import digits

SHORT = degradation.Config(epochs=2, seeds=(0,))


@pytest.fixture(scope="module")
def result():
    return identity_layers.run(identity_layers.Config(training=SHORT))


def test_built_net_has_the_loss_of_the_shallow_one(result):
    np.testing.assert_allclose(result.built, result.shallow, atol=1e-4)
    assert result.layers == 20
    assert result.shallow.max() < 1.5  # it has learned something


def test_added_layers_pass_on_what_another_relu_let_through():
    a = torch.rand(50, 6)
    block = degradation.make_net("plain", 2, width=6, seed=0).blocks[0].eval()
    assert not torch.allclose(block(a), a, atol=0.1)
    identity_layers.set_to_identity(block, a)
    assert torch.allclose(block(a), a, atol=1e-5)
    assert torch.allclose(block.train()(a), a, atol=1e-5)  # on the whole of the data


def test_claim_falls_when_the_added_layers_are_left_as_drawn(monkeypatch):
    monkeypatch.setattr(identity_layers, "set_to_identity", lambda block, a: None)
    result = identity_layers.run(identity_layers.Config(training=SHORT))
    assert result.built[0] > result.shallow[0] + 0.5


def test_lengthened_net_keeps_its_own_first_blocks():
    shallow, deep = (
        degradation.make_net("plain", depth, width=8, seed=0) for depth in (2, 6)
    )
    built = identity_layers.lengthen(shallow, deep, digits().train_x)
    assert len(built.blocks) == 3
    assert built.blocks[0] is shallow.blocks[0]


def test_a_deep_net_below_the_shallow_one_is_refused():
    with pytest.raises(ValueError, match="deep must be at least 4; got 2"):
        identity_layers.run(identity_layers.Config(deep=2, training=SHORT))
