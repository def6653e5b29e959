"""The figures of lesson 05: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import batch_composition, batch_norm, batch_norm_slider

sizes = np.array([2, 4, 8])
ONE_AXES = {
    "neighbours": (
        batch_norm.draw_neighbours,
        (sizes, np.ones((3, 200))),
        {"x": 1.0},
    ),
    "offset": (
        batch_norm.draw_offset_variances,
        (np.ones(4), np.array([-2.0, 1.0, 3.0, 0.0])),
        {"offset": 1e4},
    ),
    "robustness": (
        batch_norm.draw_robustness,
        (np.array([0.1, 1.0]), np.full((3, 2, 3), 0.5)),
        {"norms": ("no", "batch", "layer"), "what": "learning rate (no unit)"},
    ),
    "gap": (
        batch_composition.draw_gap,
        (sizes, {"shuffled": np.full((3, 2), 0.4)}, np.array([0.9, 0.9])),
        {},
    ),
}


@pytest.mark.parametrize("name", ONE_AXES)
def test_figure_has_labels_and_an_alt_text_with_numbers(name):
    draw, data, options = ONE_AXES[name]
    ax = Figure().subplots()
    alt = draw(ax, *data, **options)
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@pytest.mark.parametrize("name", ["offset", "robustness", "gap"])
def test_numbers_of_training_and_rounding_stand_behind_the_word_measured(name):
    draw, data, options = ONE_AXES[name]
    assert "measured" in draw(Figure().subplots(), *data, **options)


def test_who_shares_has_four_colours_in_every_panel():
    axes = Figure().subplots(1, 3)
    assert "Always 4 means" in batch_norm.draw_who_shares(axes)
    for ax in axes:
        assert len(np.unique(ax.images[0].get_array())) == 4


def test_running_statistics_tell_the_closed_form():
    axes = Figure().subplots(1, 2)
    kept = np.ones((61, 30))
    alt = batch_norm.draw_running(axes, kept, kept, true=(5.0, 4.0), momentum=0.1)
    assert "mean at 3.26 of 5 and the variance at 2.95 of 4" in alt
    assert all(ax.get_ylabel() for ax in axes)


def test_moved_sample_counts_those_who_moved_with_it():
    x = np.array([3.0, 1.0, 0.0])
    alt = batch_norm_slider.draw_moved_sample(
        Figure(layout="constrained").subplots(1, 2),
        x,
        2 * x,
        np.array([0.0, 2.0, 1.0]),
        line=(2.0, 0.0),
    )
    assert "all 1 others moved too, by up to 1.00" in alt
    assert "slope 2.00" in alt
