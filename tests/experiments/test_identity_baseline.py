"""With z = 0 a block is the identity for few activations, or in pre-activation."""

import numpy as np
import pytest

from coursekit.experiments import identity_baseline as experiment


@pytest.fixture(scope="module")
def result():
    return experiment.run(experiment.Config())


def test_only_the_relus_leave_positive_inputs_as_they_are(result):
    assert result.off("relu") == result.off("leaky-relu") == 0
    for activation in ("gelu", "tanh", "sigmoid"):
        assert result.off(activation) > 0.1


def test_no_activation_leaves_negative_inputs_as_they_are(result):
    for activation in result.activations:
        assert result.off(activation, lowest=-3.0) > 1


def test_values_after_fifty_blocks(result):
    assert result.end("relu") == 1
    assert result.end("tanh") == pytest.approx(0.17, abs=0.001)
    assert result.end("sigmoid") == pytest.approx(0.659, abs=0.001)


def test_pre_activation_is_the_identity_for_every_activation():
    result = experiment.run(experiment.Config(mode="pre"))
    for activation in result.activations:
        assert result.off(activation, lowest=-3.0) == 0
        assert result.end(activation) == 1


def test_outputs_are_the_activation_itself(result):
    np.testing.assert_allclose(result.output("tanh"), np.tanh(result.inputs))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": "both"}, "mode must be one of post, pre; got 'both'"),
        ({"activations": ("cosine",)}, "activation must be one of"),
        ({"points": 1}, "points must be at least 2; got 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
