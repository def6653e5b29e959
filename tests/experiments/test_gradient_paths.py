"""Gradients by path length, of random branches and of nets."""

from math import comb

import numpy as np
import pytest
import torch

from coursekit.experiments import gradient_paths as experiment
from coursekit.nets import ResidualNet


def test_full_gain_takes_half_of_the_blocks():
    result = experiment.run(experiment.Config(gains=(1.0,) * 20))
    assert np.all(np.abs(result.mean_lengths - 10) < 1.5)


def test_small_gain_takes_about_one_block():
    result = experiment.run(experiment.Config(gains=(20**-0.5,) * 20))
    assert np.all(result.mean_lengths < 1.5)
    assert np.all(result.growth < 3)


def test_expected_shares_are_binomial_for_equal_gains():
    p = 0.2  # gain 0.5
    expected = [comb(7, k) * p**k * (1 - p) ** (7 - k) for k in range(8)]
    np.testing.assert_allclose(experiment.expected_shares([0.5] * 7), expected)


def test_shares_come_near_their_expectation_with_many_features():
    gains = tuple(np.arange(1, 13) ** -0.5)
    config = experiment.Config(gains=gains, d=400)
    shares = experiment.run(config).shares.mean(axis=0)
    np.testing.assert_allclose(shares, experiment.expected_shares(gains), atol=0.03)


def test_same_seed_gives_the_same_shares():
    first, second = (experiment.run(experiment.Config(d=8)).shares for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(3, 5, generator=generator), torch.tensor([0, 1, 1])


def test_terms_of_a_net_add_up_to_the_gradient_of_autograd(sample):
    net = ResidualNet(5, 2, depth=4, width=8, mode="pre", norm="layer")
    terms, gradients = experiment.terms_of(net, *sample)
    assert terms.shape == (3, 5, 8)
    np.testing.assert_allclose(terms.sum(axis=1), gradients, rtol=1e-10)


def test_a_net_whose_branches_start_at_zero_has_only_the_shortest_path(sample):
    net = ResidualNet(5, 2, depth=4, width=8, mode="pre", init="rezero")
    result = experiment.of_net(net, *sample)
    np.testing.assert_array_equal(result.shares, np.eye(5)[[0, 0, 0]])
    np.testing.assert_array_equal(result.growth, np.ones(3))


def test_a_net_with_an_activation_after_the_sum_is_refused(sample):
    net = ResidualNet(5, 2, depth=1, width=8, mode="post")
    with pytest.raises(ValueError, match="pre-activation blocks with identity skips"):
        experiment.of_net(net, *sample)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gains": ()}, "number of gains must be at least 1; got 0"),
        ({"d": 0}, "d must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
