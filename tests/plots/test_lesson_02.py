"""The figures of lesson 02: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import residual_connections as plots

FACTORS = np.array([[[0.1], [1e-9]], [[0.2], [1e-6]], [[1.0], [1.2]]])
SHARES = np.vstack([0.6 ** np.arange(21)] * 2)
ONE_AXES = {
    "factors": (
        plots.draw_factors,
        (np.array([1, 20]), FACTORS),
        {"forms": ("plain", "post", "pre")},
    ),
    "open": (plots.draw_open_skips, (SHARES, np.ones((2, 21))), {}),
    "scaled": (
        plots.draw_scaled_skips,
        (np.array([[[1.0], [0.9]], [[1.0], [1.1]]]),),
        {"lambdas": (0.9, 1.1)},
    ),
    "grown": (
        plots.draw_grown_losses,
        (np.full((2, 3), 0.1), np.full((2, 3), 0.5)),
        {"labels": ("post, relu", "post, tanh")},
    ),
}


@pytest.mark.parametrize("name", ONE_AXES)
def test_figure_has_labels_and_an_alt_text_with_measured_numbers(name):
    draw, data, options = ONE_AXES[name]
    ax = Figure().subplots()
    alt = draw(ax, *data, **options)
    assert "measured" in alt
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_legend() is not None


def test_zero_blocks_tell_where_each_activation_ends():
    grid = np.linspace(-3, 3, 7)
    outputs = np.array([np.maximum(grid, 0), np.tanh(grid)])
    repeated = np.array([[1.0, 1.0], [1.0, 0.76]])
    alt = plots.draw_zero_blocks(
        Figure().subplots(1, 2), grid, outputs, repeated, activations=("relu", "tanh")
    )
    assert "relu 1.00, tanh 0.76" in alt


def test_zeros_leave_gaps_on_the_logarithmic_axis():
    ax = Figure().subplots()
    shares = np.hstack([SHARES, np.zeros((2, 5))])
    plots.draw_open_skips(ax, shares, np.ones((2, 26)))
    (thick, *_) = ax.get_lines()
    assert np.isnan(thick.get_ydata()[-5:]).all()
