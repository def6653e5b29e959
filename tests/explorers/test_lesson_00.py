"""What the two explorers of lesson 00 say."""

import numpy as np
import pytest

from coursekit.explorers import axis_picker, difference_step

B, T, D = axis_picker.SHAPE
#: setting: (groups in the block, entries in each)
COUNTS = {
    "layer norm": (B * T, D),
    "batch norm": (D, B * T),
    "instance norm": (B * D, T),
    "group norm, 2 groups": (B * T * 2, D // 2),
    "over time only": (B * D, T),
    "over everything (global)": (1, B * T * D),
}


@pytest.mark.parametrize("setting", axis_picker.SETTINGS)
def test_groups_are_as_many_and_as_large_as_they_should_be(setting):
    counts = np.bincount(axis_picker.group_numbers(setting).ravel())
    assert (len(counts), *set(counts)) == COUNTS[setting]


@pytest.mark.parametrize("setting", axis_picker.SETTINGS)
def test_words_give_groups_size_mean_and_variance(setting):
    box = axis_picker.explore_axis_picker()
    box.controls["setting"].value = setting
    groups, size = COUNTS[setting]
    said = box.status.value
    assert f"one of {size} that share" in said
    assert f"{groups} such group" in said
    numbers = axis_picker.group_numbers(setting)
    shared = axis_picker.BLOCK[numbers == numbers[1, 2, 3]]
    assert f"mean {shared.mean():.2f} and the variance {shared.var():.2f}" in said


def test_mean_is_the_mean_over_the_axes_of_the_norm():
    block = axis_picker.BLOCK
    for setting in ("layer norm", "batch norm", "instance norm"):
        axes, _ = axis_picker.SETTINGS[setting]
        means = np.broadcast_to(block.mean(axis=axes, keepdims=True), block.shape)
        said = axis_picker.tell({"setting": setting, "b": 2, "t": 0, "i": 5})
        assert f"mean {means[2, 0, 5]:.2f} " in said


def test_other_samples_are_coloured_by_batch_norm_and_global_only():
    reaching = set()
    for setting in axis_picker.SETTINGS:
        numbers = axis_picker.group_numbers(setting)
        if (numbers[0] == numbers[1, 2, 3]).any():
            reaching.add(setting)
    assert reaching == {"batch norm", "over everything (global)"}


def test_step_explorer_names_the_larger_error_on_either_side():
    box = difference_step.explore_difference_step()
    assert "most of it is the part of the series" in box.status.value
    box.controls["log_step"].value = -12.0
    assert "most of it is rounding" in box.status.value


def test_step_explorer_says_when_no_step_is_left():
    box = difference_step.explore_difference_step()
    box.controls["log_step"].value = -16.0
    assert "rounded to x itself" not in box.status.value
    box.controls["precision"].value = "float32"
    assert "rounded to x itself" in box.status.value


def test_every_place_of_the_step_slider_is_a_step_of_the_curve():
    control = difference_step.explore_difference_step().controls["log_step"]
    powers = difference_step.POWERS
    assert (control.min, control.max) == (powers[0], powers[-1])
    assert control.step == powers[1] - powers[0]
