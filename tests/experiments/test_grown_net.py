"""Blocks with z = 0 can be added to a trained net, if they are identities."""

import numpy as np
import pytest

from coursekit.experiments import grown_net as experiment

SMALL = {
    "kinds": (("post", "relu"), ("pre", "tanh"), ("post", "tanh")),
    "extra": 8,
    "steps": 80,
    "more_steps": 40,
    "seeds": (0,),
}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_identity_blocks_change_no_loss_at_all(result):
    for kind in (("post", "relu"), ("pre", "tanh")):
        row = result.row(*kind)
        np.testing.assert_array_equal(result.grown[row], result.before[row])


def test_tanh_blocks_in_post_activation_do(result):
    row = result.row("post", "tanh")
    assert (result.grown[row] > 2 * result.before[row]).all()


def test_small_steps_improve_and_a_long_one_ruins_the_relu_net(result):
    row = result.row("post", "relu")
    assert (result.trained[row] < result.grown[row]).all()
    assert (result.bold[row] > 1).all()


def test_same_seeds_give_the_same_losses(result):
    again = experiment.run(experiment.Config(**SMALL))
    for name in ("before", "grown", "trained", "bold"):
        np.testing.assert_array_equal(getattr(again, name), getattr(result, name))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extra": 0}, "extra must be at least 1; got 0"),
        ({"kinds": (("both", "relu"),)}, "mode must be one of"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
