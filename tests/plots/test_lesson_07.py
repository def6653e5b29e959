"""The figures of lesson 07: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import eps_placement, layer_norm, layer_norm_sphere, style

grid = np.logspace(-10, 2, 13)
ONE_AXES = {
    "spectrum": (
        layer_norm.draw_spectrum,
        (np.array([1, 1, 0]), np.array([1, 1, 0.2])),
        {},
    ),
    "rows": (layer_norm.draw_row_changes, (np.eye(4)[1], np.ones(4)), {"touched": 1}),
    "sizes": (
        layer_norm.draw_batch_sizes,
        (np.array([2, 4]), np.full((2, 2, 3), 0.5)),
        {"norms": ("layer", "batch")},
    ),
    "errors": (
        layer_norm.draw_variance_errors,
        (np.array([1e3, 1e4]), np.array([0.1, 9.0]), np.array([1e-7, 1e-6])),
        {},
    ),
    "spread": (
        layer_norm.draw_learned_spread,
        (np.arange(2), np.ones((2, 5)), np.full((2, 5), 1.2)),
        {},
    ),
    "parameters": (layer_norm.draw_learned_parameters, (np.ones(3), np.zeros(3)), {}),
    "eps": (eps_placement.draw_eps_placement, (grid, grid, grid), {"eps": 1e-5}),
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


@pytest.mark.parametrize("name", ["sizes", "errors", "spread", "parameters"])
def test_numbers_of_training_and_rounding_stand_behind_the_word_measured(name):
    draw, data, options = ONE_AXES[name]
    assert "measured" in draw(Figure().subplots(), *data, **options)


def test_row_changes_count_the_rows_that_moved():
    alt = layer_norm.draw_row_changes(
        Figure().subplots(), np.eye(4)[1], np.ones(4), touched=1
    )
    assert "1 row of the output moved under layer norm and 4 rows under batch" in alt


def test_who_shares_counts_vectors_and_features():
    alt = layer_norm.draw_who_shares(Figure().subplots(1, 2), (2, 3, 4))
    assert "each of the 6 rows" in alt
    assert "each of the 4 columns" in alt


def test_mean_is_invisible_from_the_tip_of_the_ones_and_only_from_there():
    x = np.array([0.3, -1.0, 2.0])
    np.testing.assert_allclose(
        layer_norm_sphere.top_view(x), layer_norm_sphere.top_view(x + 5), atol=1e-12
    )
    assert layer_norm_sphere.side_view(x + 5)[1] > layer_norm_sphere.side_view(x)[1]


def test_top_view_keeps_lengths_in_the_plane():
    x = np.array([1.0, -1.0, 0.0])
    length = np.linalg.norm(layer_norm_sphere.top_view(x))
    assert length == pytest.approx(np.sqrt(2))


def test_series_differ_in_colour_line_and_marker():
    for kind in ("color", "linestyle", "marker"):
        assert len({series[kind] for series in style.SERIES}) == len(style.SERIES)
