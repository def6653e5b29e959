"""A trained net in both modes, and folded, at a size that a test can afford."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import folding
from coursekit.experiments import train_eval_gap as experiment
from coursekit.experiments.training import digits

SHORT = experiment.Training(steps=150)
SMALL = {"batch_sizes": (2, 50), "seeds": (0,), "training": SHORT}


@pytest.fixture(scope="module")
def net():
    return experiment.trained_net(SHORT, 0)


def test_company_decides_in_training_mode_only():
    result = experiment.run(experiment.Config(**SMALL))
    assert result.evaluation[0] - result.median("shuffled", 2) > 0.2
    assert result.evaluation[0] - result.median("shuffled", 50) < 0.05
    assert result.median("sorted by class", 50) < 0.3


def test_gap_closes_when_the_norm_does_not_look_at_the_batch(monkeypatch):
    monkeypatch.setattr(experiment.nn, "BatchNorm1d", nn.LayerNorm)
    experiment.trained_net.cache_clear()
    result = experiment.run(experiment.Config(**SMALL))
    experiment.trained_net.cache_clear()
    for accuracies in result.training.values():
        np.testing.assert_allclose(accuracies, result.evaluation[0], atol=0.003)


def test_answers_in_evaluation_ignore_order_and_size(net):
    x, labels = digits().test_x, digits().test_y
    found = [
        experiment.answers(
            net,
            x,
            experiment.order_of(labels, order),
            batch_size=size,
            training=False,
        )
        for order, size in zip(experiment.ORDERS, (2, 250), strict=True)
    ]
    assert torch.equal(*found)


def test_asking_leaves_the_net_as_it_is(net):
    before = copy.deepcopy(net.state_dict())
    data = digits()
    order = experiment.order_of(data.test_y, "shuffled")
    experiment.answers(net, data.test_x, order, batch_size=50, training=True)
    folding.run(folding.Config(training=SHORT))
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert not net.training


def test_same_seed_gives_the_same_net(net):
    experiment.trained_net.cache_clear()
    again = experiment.trained_net(SHORT, 0)
    assert torch.equal(again.head.linear.weight, net.head.linear.weight)


@pytest.mark.parametrize("size", [1, 499])  # 499 leaves a last batch of one
def test_a_batch_of_one_is_refused(net, size):
    data = digits()
    order = experiment.order_of(data.test_y, "shuffled")
    with pytest.raises(ValueError, match="must be at least 2; got 1"):
        experiment.answers(net, data.test_x, order, batch_size=size, training=True)


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="order must be one of shuffled, sorted by"):
        experiment.order_of(digits().test_y, "reversed")


def test_folded_net_has_no_norms_and_the_same_outputs():
    result = folding.run(folding.Config(training=SHORT))
    assert result.norms == (4, 0)
    assert float((result.folded - result.logits).abs().max()) < 1e-4
    assert float((result.training - result.logits).abs().max()) > 0.1


def test_fold_takes_a_layer_without_bias():
    generator = torch.Generator().manual_seed(0)
    linear, norm = nn.Linear(3, 2, bias=False), nn.BatchNorm1d(2, eps=0.1)
    for _ in range(3):
        norm(linear(torch.randn(8, 3, generator=generator)))
    nn.init.constant_(norm.weight, -1.5)
    nn.init.constant_(norm.bias, 0.5)
    x = torch.randn(5, 3, generator=generator)
    wanted = norm.eval()(linear(x))
    np.testing.assert_allclose(
        folding.fold(linear, norm)(x).detach(), wanted.detach(), atol=1e-6
    )


def test_fold_refuses_a_norm_in_training_mode():
    with pytest.raises(ValueError, match="norm must be in evaluation mode"):
        folding.fold(nn.Linear(3, 2), nn.BatchNorm1d(2))
