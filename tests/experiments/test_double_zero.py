"""One zero in a branch wakes up, two do not."""

import numpy as np
import pytest
import torch

from coursekit.experiments import double_zero as experiment
from coursekit.experiments.training import digits

SHORT = {"depth": 4, "width": 16, "steps": 40, "every": 20, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SHORT))


def test_exactly_one_part_gets_a_gradient_with_one_zero_and_none_with_two(result):
    assert result.moving("alpha zero") == ("alpha",)
    assert result.moving("W2 zero") == ("W2",)
    assert result.moving("both zero") == ()


def test_ratio_leaves_zero_with_one_zero_and_stays_with_two(result):
    for start in ("alpha zero", "W2 zero"):
        assert result.through(start)[0] == 0
        assert result.through(start)[-1] > 0.02
    assert (result.through("both zero") == 0).all()


def test_net_with_dead_branches_still_learns(result):
    assert result.accuracy("both zero") > 0.4


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_no_optimizer_wakes_two_zeros(optimizer):
    config = experiment.Config(**SHORT)
    net = experiment.build(config, start="both zero", seed=0)
    data, kinds = digits(), {"sgd": torch.optim.SGD, "adam": torch.optim.AdamW}
    updates = kinds[optimizer](net.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(3):
        updates.zero_grad()
        torch.nn.functional.cross_entropy(net(data.train_x), data.train_y).backward()
        updates.step()
    for block in net.blocks:
        assert block.branch.multiplier.alpha == 0
        assert not block.branch.linear2.weight.any()


def test_same_seed_gives_the_same_ratios(result):
    again = experiment.run(experiment.Config(**SHORT))
    np.testing.assert_array_equal(again.ratios, result.ratios)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"starts": ("W1 zero",)},
            "start must be one of alpha zero, .*; got 'W1 zero'",
        ),
        ({"depth": 0}, "depth must be at least 1; got 0"),
        ({"every": 0}, "every must be at least 1; got 0"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
