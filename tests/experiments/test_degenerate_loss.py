"""On the sum of squares of a normalized output, wrong gradients pass."""

import numpy as np
import pytest

from coursekit.experiments import degenerate_loss as experiment

SEEDS = range(3)


def run(**options):
    return experiment.run(experiment.Config(**options))


@pytest.mark.parametrize("seed", SEEDS)
def test_sum_of_squares_has_hardly_a_gradient(seed):
    result = run(seed=seed)
    assert 1e-5 < result.largest["squares"] < 3e-4
    assert result.largest["fourth powers"] > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_candidates_pass_on_squares_and_fail_on_fourth_powers(seed):
    off = run(seed=seed).off
    assert max(off["squares"].values()) < 1e-3
    assert off["fourth powers"].pop("right") < 1e-6
    assert min(off["fourth powers"].values()) > 0.5


def test_right_candidate_is_right_whatever_eps_is():
    result = run(eps=0.5)
    assert max(result.off[loss]["right"] for loss in result.off) < 1e-7


def test_gradient_of_the_squares_is_what_the_lesson_derives():
    eps = 1e-5
    x = np.random.default_rng(0).normal(size=(16, 4))
    derived = 2 * eps * (x - x.mean(0)) / (x.var(0) + eps) ** 2
    assert run(eps=eps).largest["squares"] == pytest.approx(
        abs(derived).max(), rel=1e-3
    )


def test_larger_eps_gives_the_squares_a_gradient():
    assert run(eps=1.0).off["squares"]["all zeros"] > 0.1


def test_same_seed_gives_the_same_result():
    assert run(seed=1) == run(seed=1)
    assert run(seed=1) != run(seed=2)


def test_two_samples_are_refused():
    with pytest.raises(ValueError, match="n must be at least 3; got 2"):
        run(n=2)
