"""The colours of figures stand out from the white that every figure brings along."""

import pytest

from coursekit.grading.colours import contrast
from coursekit.plots.style import INK, SERIES

COLOURS = [*INK]


@pytest.mark.parametrize("colour", COLOURS)
def test_lines_reach_a_contrast_of_three(colour):
    assert contrast(colour, "#ffffff") >= 3


@pytest.mark.parametrize("colour", COLOURS)
def test_words_in_the_colour_of_a_line_reach_four_and_a_half(colour):
    assert contrast(INK[colour], "#ffffff") >= 4.5


def test_every_series_has_a_colour_for_words_and_a_second_coding():
    assert all(series["color"] in INK for series in SERIES)
    for coding in ("linestyle", "marker"):
        assert len({series[coding] for series in SERIES}) == len(SERIES)
