"""Plain, post- and pre-activation nets multiply a gradient differently."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.experiments import gradient_by_form as experiment

SMALL = {"depths": (1, 12), "width": 32, "samples": 16, "seeds": (0,)}


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config(**SMALL))


def test_only_pre_activation_keeps_the_gradient_with_a_sigmoid(result):
    assert result.median("plain", 12) < result.median("post", 12) < 1e-5
    assert 0.5 < result.median("pre", 12) < 3


def test_same_seeds_give_the_same_factors(result):
    again = experiment.run(experiment.Config(**SMALL))
    np.testing.assert_array_equal(again.factors, result.factors)


def test_branches_of_zero_leave_the_product_of_slopes():
    """With z = 0 and g = sigmoid the factor of each block is known: at most 1/4."""
    config = experiment.Config(**{**SMALL, "gain": 0.0})
    result = experiment.run(config)
    assert result.median("plain", 1) == 0
    assert result.median("post", 12) <= 0.25**12
    assert result.median("pre", 12) == pytest.approx(1, rel=1e-12)


def test_a_layer_that_doubles_doubles_the_gradient():
    layer = nn.Linear(3, 3, bias=False, dtype=torch.float64)
    nn.init.eye_(layer.weight).data.mul_(2)
    x = torch.ones(4, 3, dtype=torch.float64)
    assert experiment.factor([layer] * 5, x, x) == pytest.approx(32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"forms": ("both",)}, "form must be one of plain, post, pre; got 'both'"),
        ({"depths": (0,)}, "depth must be at least 1; got 0"),
        ({"activation": "cosine"}, "activation must be one of"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**{**SMALL, **changes}))
