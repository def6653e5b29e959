"""What the two explorers of lesson 03 say."""

import re

import pytest

from coursekit.explorers import lesions, path_lengths


@pytest.fixture(scope="module")
def lesion_box():
    return lesions.explore_lesions()


@pytest.fixture(autouse=True)
def everything_whole(request):
    """Put the explorer of lesions back to where it started."""
    yield
    if "lesion_box" in request.fixturenames:
        box = request.getfixturevalue("lesion_box")
        for control in box.controls.values():
            control.value = "as trained" if control.value in lesions.ORDERS else False


def errors(box):
    """Return the errors that the words give: residual, whole, plain, whole."""
    found = re.findall(r"measured (\d\.\d+)", box.status.value)
    return [float(number) for number in found]


def test_whole_nets_are_told_as_whole(lesion_box):
    assert "All ten blocks" in lesion_box.status.value
    residual, whole, plain, plain_whole = errors(lesion_box)
    assert (residual, plain) == (whole, plain_whole)


def test_last_five_blocks_are_not_missed_and_the_first_five_are(lesion_box):
    for number in range(6, 11):
        lesion_box.controls[f"without_{number}"].value = True
    assert "Without 6, 7, 8, 9, 10" in lesion_box.status.value
    assert errors(lesion_box)[0] < 0.1
    for number in range(1, 11):
        lesion_box.controls[f"without_{number}"].value = number < 6
    assert errors(lesion_box)[0] > 0.2


def test_one_deletion_leaves_the_plain_net_guessing(lesion_box):
    lesion_box.controls["without_4"].value = True
    residual, whole, plain, _ = errors(lesion_box)
    assert residual - whole < 0.1
    assert plain > 0.7


def test_every_order_keeps_every_block():
    for rearrange in lesions.ORDERS.values():
        for count in range(11):
            assert sorted(rearrange(list(range(count)))) == list(range(count))


def test_orders_do_what_they_say():
    blocks = [0, 1, 2, 3]
    assert lesions.ORDERS["the first two exchanged"](blocks) == [1, 0, 2, 3]
    assert lesions.ORDERS["the last two exchanged"](blocks) == [0, 1, 3, 2]
    assert lesions.ORDERS["odd places first, then even"](blocks) == [0, 2, 1, 3]
    assert lesions.ORDERS["from last to first"](blocks) == [3, 2, 1, 0]


def test_path_explorer_gives_half_of_the_blocks_at_gain_one():
    box = path_lengths.explore_path_lengths()
    assert "20 blocks, branch gain 1." in box.status.value
    assert "(10.0 expected)" in box.status.value
    assert "1.05e+06 paths" in box.status.value


def test_path_explorer_gives_the_harmonic_sum_for_a_falling_gain():
    box = path_lengths.explore_path_lengths()
    box.controls["falling"].value = True
    expected = sum(1 / (block + 1) for block in range(1, 21))
    assert f"({expected:.1f} expected)" in box.status.value


def test_path_explorer_has_only_the_skip_left_at_the_smallest_gain():
    box = path_lengths.explore_path_lengths()
    box.controls["log_gain"].value = -2.0
    assert "through 0.0 branches" in box.status.value


def test_path_explorer_takes_a_browsers_depth_for_a_whole_number():
    params = path_lengths.explore_path_lengths().params
    near = {**params, "depth": 19.999999999999996}
    assert path_lengths.tell(near) == path_lengths.tell(params)
