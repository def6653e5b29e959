"""The figures of lesson 08: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import net_diagnostics, norm_placement, norm_zoo

depths = np.array([2, 48])
post, pre = np.array([[1.0, 1.2], [2.0, 2.4]]), np.array([[1.0, 1.1], [0.2, 0.3]])
five = dict.fromkeys("ABCDE", np.linspace(1, 2, 4))
cloud = np.linspace(-3, 3, 50)
#: name: (draw, Axes, data, options)
FIGURES = {
    "last": (norm_placement.draw_last_gradients, 1, (depths, post, pre), {}),
    "trunk": (norm_placement.draw_by_trunk, 1, (depths, pre, 1 + 0 * pre), {}),
    "start": (norm_placement.draw_start_losses, 1, (depths, 5 * post, 3 * pre), {}),
    "training": (
        norm_placement.draw_losses,
        1,
        (np.arange(3), np.ones((2, 4, 3))),
        {"labels": ("Post-LN", "Pre-LN")},
    ),
    "places": (
        norm_placement.draw_placements,
        2,
        ({"pre": np.ones(3), "none": np.ones(3)}, {"pre": cloud**2, "none": cloud**2}),
        {},
    ),
    "shifts": (norm_zoo.draw_shifts, 1, (np.arange(3.0), np.zeros(3), np.ones(3)), {}),
    "groups": (norm_zoo.draw_groups, 3, ((1, 3, 6),), {"channels": 6, "positions": 16}),
    "clouds": (
        norm_zoo.draw_clouds,
        2,
        ([cloud, cloud], [cloud, np.tanh(cloud)]),
        {
            "slopes": [1.0, 0.5],
            "tanhs": [(1.0, 1.0)] * 2,
            "gains": [1.0, 0.1],
            "titles": ("first", "second"),
        },
    ),
    "blocks": (
        net_diagnostics.draw_by_block,
        3,
        (five, five, five),
        {"probed": np.arange(4)},
    ),
    "nets": (
        net_diagnostics.draw_by_net,
        3,
        (
            dict.fromkeys("AB", (0.9, 0.8, 0.1)),
            {"A": 1e-16, "B": 2.0},
            {"A": 9, "B": 8},
        ),
        {},
    ),
}
TRAINED = ("last", "trunk", "start", "training", "places", "clouds", "blocks", "nets")


def drawn(name):
    """Return the Axes of a figure and its alt text."""
    draw, count, data, options = FIGURES[name]
    axes = Figure().subplots(1, count)
    return np.atleast_1d(axes), draw(axes, *data, **options)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_has_labels_and_an_alt_text_with_numbers(name):
    axes, alt = drawn(name)
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert all(ax.get_xlabel() for ax in axes)
    assert axes[0].get_ylabel()


@pytest.mark.parametrize("name", TRAINED)
def test_numbers_of_float32_stand_behind_the_word_measured(name):
    assert "measured" in drawn(name)[1]


def test_diagram_says_which_norm_stands_on_the_trunk():
    ax = Figure().subplots()
    alt = norm_placement.draw_placement_diagrams(ax)
    assert "Post-LN has its norm on the trunk" in alt
    written = [text.get_text() for text in ax.texts]
    assert written.count("norm") == 4
    assert written.count("f") == 4


def test_groups_are_counted_for_two_samples():
    _, alt = drawn("groups")
    assert "2 with G = 1, 6 with G = 3, 12 with G = 6" in alt


def test_five_nets_differ_in_colour_and_marker():
    for kind in ("color", "marker"):
        assert len({style[kind] for style in net_diagnostics.STYLES}) == 5


def test_what_is_off_the_scale_is_drawn_at_its_edge():
    axes = Figure().subplots(1, 2)
    norm_placement.prepare_placement_axes(axes)
    norm_placement.draw_placement_state(axes, np.array([1e9, 1.0]), np.ones(3))
    low, high = axes[0].get_ylim()
    heights = np.concatenate([line.get_ydata() for line in axes[0].lines[1:]])
    assert len(heights) == 2
    assert ((heights > low) & (heights < high)).all()
