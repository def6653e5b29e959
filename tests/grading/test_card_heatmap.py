"""The heat maps of a card are bounded, labelled and say what they show."""

import re

import numpy as np
import pytest

from coursekit.grading.colours import colour, contrast, ink_on
from coursekit.grading.finding import Gap, finding
from coursekit.grading.heatmap import MAX_COLUMNS, MAX_ROWS, draw
from coursekit.grading.verdict import Picture

EXPECTED = np.random.default_rng(0).normal(size=(4, 6))
SHIFT = np.array([1.0, -2.0, 0.5, 3.0, 1.5, -1.0])


def picture(expected, got, *axes):
    return Picture("y", "case", np.asarray(expected), np.asarray(got), axes)


def with_entry(array, at, value):
    changed = array.copy()
    changed[at] = value
    return changed


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (EXPECTED, "all 24 entries agree"),
        (EXPECTED + 0.5, "24 of 24 entries differ: too large by 0.5."),
        (EXPECTED - 0.5, "too small by 0.5"),
        (EXPECTED * 1.25, "yours is 1.25 times the expected value"),
        (-EXPECTED, "the sign is flipped"),
        (EXPECTED * 0, "yours is 0 at every one of them"),
        (EXPECTED + SHIFT, "24 of 24 entries differ: the error is the same for every"),
        (EXPECTED * np.nan, "yours is NaN"),
        (with_entry(EXPECTED, (1, 2), np.inf), "all of them at B = 1"),
        (with_entry(EXPECTED, (slice(None), 3), 9.0), "all of them at d = 3: yours is"),
    ],
)
def test_the_finding_is_said_in_words(got, words):
    assert words in finding(Gap(EXPECTED, got, ("B", "d")))


def test_an_error_without_a_pattern_is_said_by_its_worst_entry():
    got = EXPECTED + np.random.default_rng(1).normal(size=(4, 6))
    worst = np.unravel_index(np.abs(got - EXPECTED).argmax(), got.shape)
    said = finding(Gap(EXPECTED, got, ("B", "d")))
    assert f"most at [{worst[0]}, {worst[1]}]: expected" in said


def test_rounding_is_not_called_a_difference():
    assert "agree" in finding(Gap(EXPECTED, EXPECTED * (1 + 1e-9), ("B", "d")))


def test_a_pattern_is_looked_for_where_the_wrong_entries_are():
    got = np.stack([EXPECTED, EXPECTED + SHIFT])
    gap = Gap(np.stack([EXPECTED, EXPECTED]), got, ("B", "T", "d"))
    said = "24 of 48 entries differ, all of them at B = 1: the error is the same for"
    assert finding(gap) == f"{said} every T."


def test_equal_arrays_can_be_drawn():
    assert draw(picture(EXPECTED, EXPECTED, "B", "d")).caption == ""


def test_exchanged_axes_are_named():
    square = EXPECTED[:, :4]
    said = finding(Gap(square, square.T, ("B", "d")))
    assert "yours has B and d exchanged" in said


def test_the_drawing_is_an_image_whose_label_is_the_finding():
    maps = draw(picture(EXPECTED, EXPECTED + 0.5, "B", "d"))
    label = re.search('aria-label="([^"]*)"', maps.svg)[1]
    assert 'role="img"' in maps.svg and maps.words in label


def test_every_entry_of_a_small_array_is_drawn_with_its_number():
    maps = draw(picture(EXPECTED, EXPECTED + 0.5, "B", "d"))
    assert maps.svg.count(": expected ") == 3 * 24
    assert maps.svg.count(">0.50</text>") == 24
    assert maps.part == ""


def test_a_large_array_is_cut_to_a_window_about_its_worst_entry():
    expected = np.zeros((500, 400))
    maps = draw(picture(expected, with_entry(expected, (250, 17), 5.0), "N", "D"))
    assert maps.part == "N 246 to 253 of 500, D 11 to 22 of 400"
    assert maps.svg.count("<title>[") == 3 * MAX_ROWS * MAX_COLUMNS
    assert "[250, 17]: expected 0, yours 5" in maps.svg
    assert len(maps.svg) < 100_000


def test_of_three_axes_the_slice_with_the_worst_entry_is_drawn_and_named():
    expected = np.zeros((3, 4, 5))
    maps = draw(picture(expected, with_entry(expected, (2, 1, 0), 5.0), "B", "T", "d"))
    assert maps.part == "B = 2"
    assert maps.svg.count(">T ↓, d →</text>") == 3


def test_what_is_not_finite_is_struck_through_and_named():
    got = with_entry(with_entry(EXPECTED, (0, 0), np.nan), (1, 1), -np.inf)
    svg = draw(picture(EXPECTED, got, "B", "d")).svg
    assert ">NaN</text>" in svg and ">−∞</text>" in svg
    assert svg.count("<path") == 4  # in two panels: yours and the error


@pytest.mark.parametrize("shape", [(), (5,), (1, 1), (2, 1, 3, 1)])
def test_any_number_of_axes_can_be_drawn(shape):
    axes = "N C H W".split()[: len(shape)]
    maps = draw(picture(np.zeros(shape), np.ones(shape), *axes))
    assert maps.svg.count("<title>") >= 3


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array(["a"]), np.array(["b"])),
    ],
)
def test_what_cannot_be_drawn_is_left_out(expected, got):
    assert draw(picture(expected, got, "B", "d")) is None


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.float32])
def test_any_real_dtype_can_be_drawn(dtype):
    expected = np.array([[1, 0], [0, 1]], dtype)
    assert draw(picture(expected, 1 - expected.astype(int), "B", "d")) is not None


@pytest.mark.parametrize("scale", ["cividis", "PuOr"])
def test_numbers_on_every_colour_of_a_scale_have_enough_contrast(scale):
    for position in np.linspace(0, 1, 201):
        background = colour(scale, position)
        assert contrast(ink_on(background), background) >= 4.5


@pytest.mark.parametrize("scale", ["cividis", "PuOr"])
def test_the_scales_are_the_ones_they_are_called_after(scale):
    matplotlib = pytest.importorskip("matplotlib")
    for position in np.linspace(0, 1, 101):
        theirs = np.array(matplotlib.colormaps[scale](position)[:3]) * 255
        ours = np.array(list(bytes.fromhex(colour(scale, position)[1:])))
        assert np.abs(theirs - ours).max() <= 9  # of 255


def test_the_error_scale_has_its_middle_at_zero():
    svg = draw(picture([[1.0, 2.0]], [[1.0, 5.0]], "B", "d")).svg
    assert colour("PuOr", 0.5) in svg
