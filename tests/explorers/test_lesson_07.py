"""What the two explorers of lesson 07 say."""

import numpy as np

from coursekit.explorers import eps_placement, layer_norm_sphere
from coursekit.plots import layer_norm_sphere as plots


def test_sphere_explorer_tells_of_the_centre_and_of_the_turn():
    box = layer_norm_sphere.explore_layer_norm_sphere()
    before = box.status.value
    box.controls["factor"].value = -1.0
    assert "turned it around" in box.status.value
    box.controls["factor"].value = 0.0
    assert "the centre" in box.status.value
    box.controls["factor"].value = 1.0
    assert box.status.value == before


def test_sphere_explorer_shows_layer_norm_and_not_the_batchs():
    box = layer_norm_sphere.explore_layer_norm_sphere()
    x = np.array([1.5, -1.5, 1.2])
    y = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
    assert plots.numbers(y) in box.status.value


def test_eps_explorer_says_nan_for_a_constant_vector_only():
    box = eps_placement.explore_eps_placement()
    assert "NaN" not in box.status.value
    assert "3.28 times" in box.status.value
    box.controls["constant"].value = True
    assert "eps outside, NaN" in box.status.value
    assert "slope 316" in box.status.value
