"""One value in many batches: noise in training, none in evaluation."""

import numpy as np
import pytest

from coursekit.experiments import batch_neighbours as experiment


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config())


@pytest.mark.parametrize("x", [0.0, 1.0, 2.0])
def test_spread_is_the_derived_one_in_large_batches(x):
    found = experiment.run(experiment.Config(x=x, batch_sizes=(64, 128)))
    derived = np.sqrt((1 + x**2 / 2) / found.batch_sizes)
    np.testing.assert_allclose(found.spreads, derived, rtol=0.1)


def test_pairs_keep_the_order_only(result):
    np.testing.assert_allclose(np.abs(result.training[0]), 1)


def test_evaluation_is_the_same_in_every_batch(result):
    np.testing.assert_array_equal(result.evaluation, 1.0)


def test_same_seed_gives_the_same_result(result):
    again = experiment.run(experiment.Config())
    np.testing.assert_array_equal(again.training, result.training)


def test_a_batch_of_one_is_refused():
    with pytest.raises(ValueError, match="batch_size must be at least 2; got 1"):
        experiment.run(experiment.Config(batch_sizes=(1,)))
