"""What the explorer of lesson 02 says."""

import re
from functools import cache

from coursekit.explorers import gradient_pipes
from coursekit.explorers.gradient_pipes import POST, PRE, tell


@cache
def default():
    """Return where the controls stand at first."""
    return gradient_pipes.explore_gradient_pipes().params


def shares(**changes):
    """Return what comes through skip path, branch and both, as the words say."""
    said = tell({**default(), **changes})
    return [float(number) for number in re.findall(r"(\d\.\d\d) (?:comes )?th", said)]


def test_g_stands_before_both_paths_in_post_activation_only():
    assert "passes g" in tell({**default(), "form": POST})
    assert "passes g" not in tell({**default(), "form": PRE})
    assert shares(form=POST)[0] <= 0.25
    assert shares(form=PRE)[0] == 1.0


def test_zero_weights_close_the_branch():
    assert shares(zero=False)[1] > 0
    assert shares(zero=True)[1] == 0


def test_zero_weights_in_pre_activation_are_the_identity_for_every_activation():
    for activation in gradient_pipes.ACTIVATIONS:
        changes = {"form": PRE, "zero": True, "activation": activation, "block": 1}
        assert shares(**changes) == [1.0, 0.0, 1.0]
        assert "gets 1.0e+00" in tell({**default(), **changes})


def test_answers_of_the_lesson_hold():
    assert abs(shares(block=20)[2] - shares(block=1)[2]) < 0.05
    assert "e-13" in tell(default())
    skip, branch, both = shares(activation="relu")
    assert branch > skip
    assert both > 1


def test_relu_with_zero_weights_cuts_once():
    cut = {"activation": "relu", "zero": True}
    assert shares(**cut, block=20)[0] < 1
    assert shares(**cut, block=19)[0] == 1
    assert shares(**cut, block=2)[0] == 1
