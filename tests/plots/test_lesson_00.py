"""The figures of lesson 00: alt texts with numbers, axes with labels."""

import numpy as np
from matplotlib.figure import Figure

from coursekit.plots import axis_picker, difference_step, gradients

STEPS = 10.0 ** -np.arange(1, 5)
ERRORS = {
    "float64": np.array([1e-3, 1e-5, 1e-7, 1e-6]),
    "float32": np.array([1e-3, 1e-4, 1e-2, np.nan]),
}
OFF = {"squares": {"a": 1e-9, "b": 1e-5}, "cubes": {"a": 1e-9, "b": 1.0}}
BLOCK = np.arange(24).reshape(2, 3, 4)


def test_error_over_step_names_the_best_step_of_each_precision():
    ax = Figure().subplots()
    alt = gradients.draw_error_over_step(ax, STEPS, ERRORS, STEPS**2, 1e-9 / STEPS)
    assert "float64 the error is lowest at a step of measured 1e-03" in alt
    assert "float32 the error is lowest at a step of measured 1e-02" in alt
    assert ax.get_xlabel().startswith("step h") and "(no unit)" in ax.get_ylabel()


def test_microscope_counts_the_values_of_each_window():
    places = np.linspace(-1.5, 1.5, 7)
    windows = {1.0: (places, places), 1e-16: (places, places.round())}
    axes = Figure().subplots(1, 2)
    alt = gradients.draw_microscope(axes, windows)
    assert "h = 1, 1e-16" in alt
    assert "measured 7, 5" in alt
    assert axes[0].get_ylabel() and axes[0].get_xlabel()


def test_secant_goes_through_the_values_one_step_left_and_right():
    ax, places = Figure().subplots(), np.linspace(-1.5, 1.5, 301)
    gradients.draw_window(ax, places, 2 * places + places**2)
    secant = next(line for line in ax.lines if line.get_label() == "secant")
    (left, right), (low, high) = secant.get_data()
    assert (high - low) / (right - left) == 2


def test_candidates_are_counted_against_the_tolerance():
    ax = Figure().subplots()
    alt = gradients.draw_candidates(ax, OFF, tolerance=1e-3)
    assert "sum of squares 2 pass (a, b)" in alt
    assert "sum of cubes 1 pass (a)" in alt
    assert "(no unit)" in ax.get_xlabel()


def test_groups_are_counted_and_named():
    axes = Figure().subplots(2, 2)
    rows = np.broadcast_to(np.arange(6).reshape(2, 3, 1), BLOCK.shape)
    groups = {"one row": rows, "all": np.zeros(BLOCK.shape, dtype=int)}
    alt = axis_picker.draw_groups(axes, BLOCK, groups, entry=(1, 2, 3))
    assert "under one row 4 entries; under all 24 entries" in alt
    assert axes[0, 0].get_ylabel().startswith("one row")


def test_a_step_that_is_none_is_said_to_be():
    axes = Figure().subplots(1, 2)
    difference_step.prepare_step_axes(axes)
    window = np.linspace(-1.5, 1.5, 7), np.zeros(7)
    errors = ERRORS["float32"]
    difference_step.draw_step(axes, window, STEPS, errors, (), now=3)
    assert [text.get_text().strip() for text in axes[1].texts] == ["no step is left"]
    difference_step.draw_step(axes, window, STEPS, errors, (), now=0)
    assert len(axes[1].texts) == 1
