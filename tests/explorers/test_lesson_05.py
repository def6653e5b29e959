"""What the two explorers of lesson 05 say."""

import numpy as np
import pytest

from coursekit.explorers import batch_composition, batch_norm_slider


@pytest.fixture
def small_batch():
    return batch_norm_slider.explore_batch_norm_slider()


def test_one_sample_moves_the_others_in_training_only(small_batch):
    assert "Nothing has moved yet" in small_batch.status.value
    small_batch.controls["moved"].value = 3.0
    assert "others moved by up to 0.81" in small_batch.status.value
    small_batch.controls["training"].value = False
    assert "No other output depends on it" in small_batch.status.value


def test_a_batch_of_one_gives_beta(small_batch):
    small_batch.controls["beta"].value = 0.7
    small_batch.controls["count"].value = 1
    assert "0.70, whatever x is" in small_batch.status.value


def test_all_samples_lie_on_the_line(small_batch):
    for training in (True, False):
        params = {**small_batch.params, "moved": 2.0, "gamma": -1.2, "beta": 0.3}
        params["training"] = training
        x, y, (slope, height) = batch_norm_slider.batch_outputs(params)
        np.testing.assert_allclose(y, slope * x + height)


def test_company_matters_in_training_mode_only():
    explorer = batch_composition.explore_batch_composition()
    explorer.controls["order"].value = "sorted by class"
    picture = explorer.picture.value
    explorer.controls["training"].value = False
    assert explorer.picture.value != picture
    shares = [
        batch_composition.answer_shares(order, power, False)
        for order, power in (("shuffled", 1), ("sorted by class", 8))
    ]
    np.testing.assert_array_equal(*shares)


def test_sorting_ruins_the_diagonal_and_shares_sum_to_one():
    mixed, alone = (
        batch_composition.answer_shares(order, 4, True)
        for order in ("shuffled", "sorted by class")
    )
    np.testing.assert_allclose(alone.sum(axis=1), 1)
    assert np.diag(mixed).mean() - np.diag(alone).mean() > 0.4
