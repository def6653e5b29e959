"""The figures of lesson 01: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import degradation, plain_gradients

depths = np.array([4, 20])
three_seeds = np.array([[1e-3, 0.1, 1.0], [2e-3, 0.2, 1.0], [4e-3, 0.3, 1.0]])
FIGURES = {
    "slopes": (
        plain_gradients.draw_slopes,
        (np.linspace(-1, 1, 3), {"relu": np.array([0.0, 0.5, 1.0])}),
        {"marked": 0.25},
    ),
    "lengths": (
        plain_gradients.draw_lengths,
        ({"gain 1": three_seeds}, [three_seeds[1]]),
        {},
    ),
    "growth": (
        plain_gradients.draw_growth,
        (("plain he",), three_seeds[None]),
        {"theory": 1.21},
    ),
    "losses": (
        degradation.draw_losses_by_depth,
        (depths, np.array([[[0.03, 0.04, 0.05], [0.4, 0.5, 0.6]]])),
        {"kinds": ("plain",)},
    ),
    "curves": (
        degradation.draw_training_curves,
        (depths, np.array([three_seeds[:, ::-1], 2 * three_seeds[:, ::-1]])),
        {},
    ),
    "first gradients": (
        degradation.draw_first_gradients,
        (depths, np.array([three_seeds, 2 * three_seeds])),
        {},
    ),
}


def drawn(name):
    draw, data, options = FIGURES[name]
    ax = Figure().subplots()
    return ax, draw(ax, *data, **options)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_has_labels_and_an_alt_text_with_numbers(name):
    ax, alt = drawn(name)
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_legend()


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "slopes"])
def test_numbers_of_networks_stand_behind_the_word_measured(name):
    ax, alt = drawn(name)
    assert "measured" in alt
    assert ax.get_yscale() == "log"


def test_alt_texts_give_medians():
    assert "gain 1, measured 2.0e-03" in drawn("lengths")[1]
    assert "plain he, measured 0.002" in drawn("growth")[1]
    assert "of plain nets measured 0.04 and 0.5" in drawn("losses")[1]


def test_several_kinds_are_told_apart():
    ax = Figure().subplots()
    losses = np.array([[[0.1], [0.5]], [[0.1], [0.2]]])
    alt = degradation.draw_losses_by_depth(ax, depths, losses, kinds=("plain", "other"))
    assert "of plain nets measured 0.1 and 0.5; of other nets measured 0.1 and" in alt


def test_points_beyond_the_axis_leave_the_panel_as_it_was():
    ax = Figure().subplots()
    plain_gradients.prepare_depth_axes(ax)
    values = np.array([1e-99, 1.0])
    plain_gradients.draw_depth_state(ax, values, values)
    assert ax.get_ylim() == plain_gradients.LIMITS
