"""The figures of lesson 04: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import signal_variance, starts

rows = np.array([[0.2, 0.3, 0.1], [0.1, 0.2, 0.1]])
FIGURES = {
    "variances": (
        signal_variance.draw_variances,
        ({"raw": (2.0 ** np.arange(4) * np.ones((3, 4)), 2.0 ** np.arange(4))},),
        {},
    ),
    "ratios": (signal_variance.draw_ratios, ({"raw": np.ones((3, 4))},), {}),
    "losses": (starts.draw_losses_by_depth, (np.array([2, 20]), {"he": rows}), {}),
    "update": (starts.draw_first_update, (np.array([5, 80]), {"same": rows}), {}),
    "zeros": (starts.draw_double_zero, (np.arange(3), {"one": rows}), {}),
    "share": (
        starts.draw_start_and_end,
        (["he", "zero"], rows[0, :2], rows[1, :2]),
        {},
    ),
    "thousand": (
        starts.draw_thousand,
        (np.arange(3), rows),
        {"nets": ("residual", "plain"), "depths": (1000, 50)},
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_has_labels_and_an_alt_text_with_measured_numbers(name):
    draw, data, options = FIGURES[name]
    ax = Figure().subplots()
    alt = draw(ax, *data, **options)
    assert "measured" in alt
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_lost_nets_are_called_nan_and_not_measured():
    lost = np.array([[0.1, 0.1], [np.nan, 0.5]])
    ax = Figure().subplots()
    alt = starts.draw_losses_by_depth(ax, np.array([2, 20]), {"he": lost})
    assert "he measured 0.100 at 2, NaN at 20" in alt
    assert any("NaN" in text.get_text() for text in ax.texts)


def test_dead_branches_are_told_as_an_exact_zero():
    ratios = {"both zero": np.zeros((2, 3)), "one": np.full((2, 3), 0.2)}
    alt = starts.draw_double_zero(Figure().subplots(), np.arange(3), ratios)
    assert "both zero 0, one measured 0.20" in alt


def test_depth_of_the_thousand_blocks_is_hidden_from_the_comparison():
    """Its digits stand behind the word that the notebooks' tests look for."""
    draw, data, options = FIGURES["thousand"]
    deep = draw(Figure().subplots(), *data, **options)
    quick = draw(Figure().subplots(), *data, **{**options, "depths": (150, 50)})
    assert deep.replace("measured 1000", "measured 150") == quick
