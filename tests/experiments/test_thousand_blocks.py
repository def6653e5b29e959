"""The thousand blocks, and the fewer that tests can afford."""

import numpy as np
import pytest

from coursekit.authoring.environment import quick
from coursekit.experiments import thousand_blocks as experiment

SMALL = {"depth": 60, "steps": 40, "every": 20}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_deep_residual_net_learns_and_shallower_plain_nets_do_not(result):
    assert result.end("residual") > 0.85
    assert result.end("plain, torch's default") < 0.15
    assert result.end("plain, He") < 0.7
    assert result.depths == (60, 50, 50)


def test_its_branches_have_learned_it(result):
    assert result.without_branches < 0.6


def test_same_seed_gives_the_same_accuracies():
    few = experiment.Config(depth=3, plain_depth=3, steps=5)
    first, second = experiment.run(few), experiment.run(few)
    np.testing.assert_array_equal(first.accuracies, second.accuracies)
    assert first.steps.tolist() == [0, 5]


@pytest.mark.parametrize(
    ("setting", "depth"), [(None, 1000), ("", 1000), ("0", 1000), ("1", 150)]
)
def test_depth_follows_the_environment(monkeypatch, setting, depth):
    monkeypatch.delenv(experiment.QUICK, raising=False)
    if setting is not None:
        monkeypatch.setenv(experiment.QUICK, setting)
    assert experiment.Config().depth == depth


def test_tests_ask_for_the_quick_run():
    assert quick() == {experiment.QUICK: "1"}
    assert experiment.Config().depth == experiment.QUICK_DEPTH


@pytest.mark.parametrize("name", ["depth", "plain_depth", "every"])
def test_impossible_configurations_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1; got 0"):
        experiment.run(experiment.Config(**{name: 0}))


def test_unknown_net_is_refused():
    with pytest.raises(ValueError, match=r"net must be one of residual, .*; got 'x'"):
        experiment.build(experiment.Config(depth=1), "x")
