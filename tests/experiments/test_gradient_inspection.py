"""Slips in batch norm's backward pass: each is found where it was made."""

import numpy as np
import pytest

from coursekit.experiments import gradient_inspection as experiment
from coursekit.reference.batch_norm_steps import (
    batch_norm_backward_steps,
    batch_norm_forward_steps,
)

SLIPS = [name for name in experiment.SLIPS if name != "no slip"]


def run(**changes):
    return experiment.run(experiment.Config(**changes))


@pytest.mark.parametrize(("n", "d", "eps"), [(5, 2, 1e-5), (3, 1, 0.1), (12, 4, 1.0)])
def test_right_rules_agree_with_central_differences_at_every_node(n, d, eps):
    result = run(n=n, d=d, eps=eps, tolerance=1e-7)
    assert result.wrong == ()


def test_rules_are_the_references():
    values = experiment.values_of(experiment.Config(eps=0.1))
    given = (values[name] for name in ("x", "gamma", "beta", "eps"))
    y, steps = batch_norm_forward_steps(*given)
    np.testing.assert_allclose(values["y"], y)
    theirs = batch_norm_backward_steps(values["dy"], steps)._asdict()
    ours = experiment.backward(values)
    assert list(theirs) == [f"d{name}" for name in ours]
    for name, gradient in ours.items():
        np.testing.assert_allclose(gradient, theirs[f"d{name}"], atol=1e-13)


@pytest.mark.parametrize("slip", SLIPS)
def test_first_wrong_node_is_the_first_whose_rule_was_replaced(slip):
    result = run(slip=slip, eps=0.1)
    order = list(experiment.BACKWARD)
    assert result.wrong[0] == min(experiment.SLIPS[slip], key=order.index)


def test_forgotten_eps_hides_behind_a_small_eps_and_a_loose_tolerance():
    slip = "eps forgotten on the way back"
    assert run(slip=slip, eps=1e-5, tolerance=1e-5).wrong == ()
    assert run(slip=slip, eps=1e-5, tolerance=1e-7).wrong[0] == "var"
    assert run(slip=slip, eps=0.1, tolerance=1e-5).wrong[0] == "var"


def test_same_seed_gives_the_same_result():
    assert run(seed=3).errors == run(seed=3).errors
    assert run(seed=3).errors != run(seed=4).errors


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slip": "typo"}, "slip must be one of"),
        ({"n": 2}, "n must be at least 3"),
        ({"d": 0}, "d must be at least 1"),
        ({"eps": 0.0}, "eps must be at least"),
        ({"tolerance": 0.0}, "tolerance must be at least"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        run(**changes)
