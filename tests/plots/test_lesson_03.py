"""The figures of lesson 03: alt texts with numbers, axes with labels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.plots import branch_ratio, lesions, path_lengths

SCHEMES = [name for panel in branch_ratio.PANELS.values() for name in panel]
two_seeds = np.full((2, 3), 0.3)
ONE_AXES = {
    "by block": (
        branch_ratio.draw_ratio_by_block,
        ({"batch norm": np.ones(4)}, {"batch norm": np.ones(4)}),
        {},
    ),
    "damage": (
        branch_ratio.draw_damage,
        ({"he": two_seeds}, {"he": two_seeds}),
        {},
    ),
    "counts": (path_lengths.draw_path_counts, (54,), {"low": 20, "high": 34}),
    "shares": (
        path_lengths.draw_gradient_shares,
        ({"gain 1": np.full((3, 4), 0.25)}, {"gain 1": np.full(4, 0.25)}),
        {},
    ),
}
TWO_AXES = {
    "ratios": (
        branch_ratio.draw_ratios,
        (np.arange(3), {name: two_seeds for name in SCHEMES}),
        {},
    ),
    "lesions": (
        lesions.draw_lesions,
        (
            {"residual": two_seeds},
            {"residual": np.full(2, 0.1)},
            {"residual": np.full((2, 2, 5), 0.2)},
        ),
        {"deleted": np.array([1, 2])},
    ),
}


def drawn(name):
    """Return the alt text of a figure, and its Axes in a list."""
    columns = 1 if name in ONE_AXES else 2
    axes = Figure().subplots(1, columns, squeeze=False)[0]
    draw, data, options = (ONE_AXES | TWO_AXES)[name]
    return draw(axes[0] if columns == 1 else axes, *data, **options), axes


@pytest.mark.parametrize("name", [*ONE_AXES, *TWO_AXES])
def test_figure_has_labels_and_an_alt_text_with_numbers(name):
    alt, axes = drawn(name)
    assert any(sign.isdigit() for sign in alt)
    assert alt.endswith(".")
    assert axes[0].get_ylabel()
    assert all(ax.get_xlabel() for ax in axes)


@pytest.mark.parametrize("name", ["by block", "damage", "shares", "ratios", "lesions"])
def test_numbers_of_training_stand_behind_the_word_measured(name):
    assert "measured" in drawn(name)[0]


def test_counts_name_the_share_inside_the_range():
    assert "96 % of the paths take 20 to 34 branches" in drawn("counts")[0]


def test_ratios_show_every_scheme_once():
    alt, axes = drawn("ratios")
    labels = [text.get_text() for ax in axes for text in ax.get_legend().get_texts()]
    assert labels == SCHEMES
    assert all(f"{name} measured 0.30" in alt for name in SCHEMES)
