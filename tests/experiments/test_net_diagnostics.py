"""Each fault shows in the diagnostics that are said to show it, and no other does."""

import numpy as np
import pytest
import torch

from coursekit.experiments import net_diagnostics as experiment

SMALL = {"depth": 6, "steps": 80, "every": 2}


@pytest.fixture(scope="module")
def found():
    return experiment.run_all(experiment.Config(**SMALL))


def test_parameter_count_shows_one_block_for_all(found):
    pair = 64 * 64 + 64 + 2 * 64
    count = {name: result.parameters for name, result in found.items()}
    assert count.pop("one block for all") == 3 * pair + 650
    assert set(count.values()) == {13 * pair + 650}


def test_gradient_against_differences_shows_a_wrong_backward_pass(found):
    wrong = {name for name, r in found.items() if np.median(r.slope_errors) > 0.01}
    assert wrong == {"detached statistics", "unmasked skip"}


def test_bias_gradient_shows_detached_statistics(found):
    moved = {name for name, result in found.items() if result.bias_gradient > 1e-10}
    assert moved == {"detached statistics"}


def test_sorted_batches_show_an_evaluation_on_the_batch(found):
    lost = {
        name
        for name, result in found.items()
        if result.evaluation_mode - result.sorted_batches > 0.3
    }
    assert lost == {"evaluates on the batch"}


def test_faults_of_the_backward_pass_leave_the_forward_pass_alone(found):
    for name in ("detached statistics", "unmasked skip"):
        np.testing.assert_allclose(found[name].stds, found["healthy"].stds)


def test_accuracy_in_training_mode_leaves_the_running_statistics_alone():
    data, net = experiment.digits(), experiment.new_net(experiment.Config(depth=2))
    before = [buffer.clone() for buffer in net.buffers()]
    experiment.accuracy_in_batches(net, data, torch.arange(500), training=True)
    assert all(map(torch.equal, net.buffers(), before))


def test_recalibration_averages_over_the_training_digits():
    data, net = experiment.digits(), experiment.new_net(experiment.Config(depth=1))
    experiment.recalibrate(net, data, size=64)
    used = data.train_x[:1280]
    mean = net.stem.linear(used).mean(0)
    torch.testing.assert_close(net.stem.norm.running_mean, mean, rtol=1e-4, atol=1e-5)


def test_same_seed_gives_the_same_result(found):
    again = experiment.run(experiment.Config(fault="unmasked skip", **SMALL))
    assert again.evaluation_mode == found["unmasked skip"].evaluation_mode
    np.testing.assert_array_equal(again.gradients, found["unmasked skip"].gradients)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fault": "tired"}, "fault must be one of healthy, .*got 'tired'"),
        ({"depth": 0}, "depth must be at least 1"),
        ({"every": 0}, "every must be at least 1"),
    ],
)
def test_impossible_configurations_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        experiment.run(experiment.Config(**changes))
