"""What the explorer of lesson 04 says."""

import pytest

from coursekit.explorers.signal_variance import explore_signal_variance


@pytest.fixture
def box():
    return explore_signal_variance()


def test_it_tells_the_doublings_and_what_theory_expects(box):
    assert "expected 9.3e+05" in box.status.value  # gain 1.41, a little below He's
    assert "0.99 doublings a block" in box.status.value


def test_a_norm_turns_doubling_into_a_line(box):
    box.controls["norm"].value = "batch norm"
    assert "expected 21" in box.status.value


def test_a_zero_start_leaves_the_branch_without_length(box):
    box.controls["start"].value = "last layer of the branch at zero"
    assert "has 0.00 times the length" in box.status.value


def test_a_gain_of_two_thirds_is_the_answer_to_the_first_question(box):
    box.controls["depth"].value = 50
    box.controls["gain"].value = 0.65
    variance = float(box.status.value.split("the end: ")[1].split(",")[0])
    assert 5 < variance < 12
