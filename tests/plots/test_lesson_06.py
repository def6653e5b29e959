"""The figures of lesson 06: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import (
    batch_norm_backward,
    batch_norm_training,
    gradient_graph,
    loss_slice,
)

rng = np.random.default_rng(0)
x_hat = np.array([-1.5, -0.5, 0.5, 1.5]) / np.sqrt(1.25)
steps = np.linspace(0, 4, 5)
both = {"none": np.arange(1.0, 6.0), "batch": np.ones(5)}
#: name: (function, columns, data, options)
FIGURES = {
    "terms": (
        batch_norm_backward.draw_three_terms,
        3,
        (np.array([1.0, 0, 2, 0]), x_hat),
        {},
    ),
    "scale": (
        batch_norm_backward.draw_scale,
        2,
        ((0.1, 1.0), np.array([10.0, 1.0]), np.array([[1.0, 1.0], [1.1, 1.2]])),
        {},
    ),
    "growth": (
        batch_norm_backward.draw_growth,
        1,
        (np.full((2, 3, 5), 2.0),),
        {"kinds": ("plain he", "residual"), "theory": 1.2},
    ),
    "series": (
        batch_norm_backward.draw_gradient_series,
        2,
        (np.arange(5), rng.normal(size=(2, 5))),
        {"kinds": ("plain", "residual")},
    ),
    "correlations": (
        batch_norm_backward.draw_correlations,
        1,
        ((2, 8), np.full((2, 2, 4), 0.5)),
        {"kinds": ("plain", "residual")},
    ),
    "statistics": (
        batch_norm_training.draw_statistics,
        2,
        (np.arange(3), np.ones((2, 2, 3)), np.ones((2, 2, 3))),
        {"norms": ("full", "cut")},
    ),
    "noisy": (
        batch_norm_training.draw_noisy,
        2,
        (
            (("none", 1.0), ("batch", 1.0)),
            np.stack([np.full((2, 4), np.nan), np.full((2, 4), 0.1)]),
            np.full((2, 2), 0.9),
        ),
        {},
    ),
    "variation": (
        batch_norm_training.draw_variation,
        2,
        (np.arange(3), np.full((2, 2, 3), 0.2), np.full((2, 2, 3), 3.0)),
        {"norms": ("none", "batch")},
    ),
    "slice": (loss_slice.draw_slice, 1, (steps, both, both), {"lr": 0.1}),
}


def drawn(name):
    draw, ncols, data, options = FIGURES[name]
    axes = Figure(layout="constrained").subplots(1, ncols)
    return draw(axes, *data, **options), np.atleast_1d(axes)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_has_labels_and_an_alt_text_with_numbers(name):
    alt, axes = drawn(name)
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert all(ax.get_xlabel() for ax in axes)
    assert axes[0].get_ylabel()


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"terms", "scale"}))
def test_numbers_of_float32_stand_behind_the_word_measured(name):
    assert "measured" in drawn(name)[0]


def test_three_terms_end_with_both_sums_at_zero():
    alt, _ = drawn("terms")
    assert "The sums have sizes 3.00, 0.00, 0.00" in alt
    assert alt.endswith("0.00.")


def test_net_that_diverged_has_no_drift_to_tell():
    alt, _ = drawn("noisy")
    assert "no norm, rate 1: learns nothing" in alt
    assert "nan" not in alt


def test_graph_marks_every_node_with_a_sign_and_the_first_wrong_one_thick():
    errors = {name: 1e-10 for name in gradient_graph.NODES if name != "y"}
    errors |= {"xmu": 0.5, "x": 0.7}
    ax = Figure().subplots()
    alt = gradient_graph.draw_graph(ax, errors, ("xmu", "x"), slip="one")
    assert "8 of 10 gradients agree" in alt
    assert "First wrong on the way back: xmu, off by 0.5" in alt
    boxes = {text.get_text().split("\n")[0]: text for text in ax.texts}
    assert "✗" in boxes["x"].get_text()
    assert "✓" in boxes["mu"].get_text()
    widths = {name: boxes[name].get_bbox_patch().get_linewidth() for name in errors}
    assert max(widths, key=widths.get) == "xmu"


def test_every_arrow_joins_two_nodes():
    ends = {end for edge in gradient_graph.EDGES for end in edge}
    assert ends == set(gradient_graph.NODES)
