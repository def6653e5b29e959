"""What the explorer of lesson 01 says."""

import pytest

from coursekit.explorers import gradient_depth


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [(0.6, "vanishes"), (1.41, "keeps its length"), (2.0, "explodes")],
)
def test_gain_decides_whether_relu_vanishes_stays_or_explodes(gain, verdict):
    params = {"depth": 40, "gain": gain, "activation": "relu"}
    assert f"the gradient {verdict}" in gradient_depth.tell(params)


def test_no_gain_on_the_slider_saves_sigmoid():
    box = gradient_depth.explore_gradient_depth()
    box.controls["activation"].value = "sigmoid"
    for gain in (0.5, 1.4, 3.0):
        box.controls["gain"].value = gain
        assert "the gradient vanishes" in box.status.value


def test_prediction_is_half_the_squared_gain_for_relu():
    said = gradient_depth.tell({"depth": 10, "gain": 1.0, "activation": "relu"})
    assert f"predicted: {2.0**-5:.1e}." in said
