"""Skip paths times lambda multiply a gradient by lambda to the power of the depth."""

import numpy as np
import pytest

from coursekit.experiments import scaled_skip as experiment


def test_without_branches_the_powers_are_exact():
    result = experiment.run(experiment.Config(depth=30, width=8, samples=4))
    for row, value in enumerate(result.lambdas):
        powers = value ** np.arange(31)
        np.testing.assert_allclose(result.factors[row, :, 0], powers, rtol=1e-12)


def test_branches_change_the_factor_but_not_the_verdict():
    result = experiment.run(experiment.Config(gain=2**0.5, seeds=(0, 1)))
    assert result.median(0.9) < 0.05
    assert result.median(1.1) > 50
    assert 1 / 3 < result.median(1.0) < 3


def test_same_seeds_give_the_same_factors():
    config = experiment.Config(gain=1.0, depth=5, width=8, samples=4, seeds=(3,))
    first, second = experiment.run(config), experiment.run(config)
    np.testing.assert_array_equal(first.factors, second.factors)


def test_net_without_blocks_is_refused():
    with pytest.raises(ValueError, match="depth must be at least 1; got 0"):
        experiment.run(experiment.Config(depth=0))
