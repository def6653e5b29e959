"""One pass loses the variance in float32 and keeps it in float64."""

import numpy as np

from coursekit.experiments import one_pass_variance as experiment


def at_offset(result, offset):
    return list(result.offsets).index(offset)


def test_one_pass_returns_only_multiples_of_the_gap_between_floats():
    result = experiment.run(experiment.Config())
    values = result.one_pass[at_offset(result, 1e4)]
    assert (values % 8 == 0).all()
    assert result.worst_error("one_pass")[at_offset(result, 1e4)] > 7


def test_two_passes_stay_exact_at_every_offset():
    assert experiment.run(experiment.Config()).worst_error("two_pass").max() < 1e-3


def test_float64_hides_the_fault_at_this_offset():
    x = 1e4 + np.random.default_rng(0).normal(size=256)
    assert abs(experiment.one_pass(x) - x.var()) < 1e-6


def test_claim_falls_when_the_second_pass_is_left_out(monkeypatch):
    monkeypatch.setattr(experiment, "two_pass", experiment.one_pass)
    assert experiment.run(experiment.Config()).worst_error("two_pass").max() > 1


def test_same_seed_gives_the_same_result():
    first, second = (experiment.run(experiment.Config(seed=1)) for _ in range(2))
    np.testing.assert_array_equal(first.one_pass, second.one_pass)
