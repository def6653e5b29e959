"""The Jacobian of layer norm: what autograd finds is what was derived."""

import numpy as np
import pytest

from coursekit.experiments import layer_norm_jacobian as experiment


@pytest.mark.parametrize("eps", [0.0, 1e-5, 1.0])
@pytest.mark.parametrize("d", [2, 3, 64])
def test_autograd_gives_the_derived_matrix(d, eps):
    result = experiment.run(experiment.Config(d=d, eps=eps))
    np.testing.assert_allclose(result.jacobian, result.derived, atol=1e-12)


def test_matrix_without_the_term_of_the_variance_is_wrong():
    result = experiment.run(experiment.Config())
    d = len(result.x_hat)
    detached = result.inv_std * (np.eye(d) - np.ones((d, d)) / d)
    assert np.abs(result.jacobian - detached).max() > 0.01
    assert np.abs(detached @ result.x_hat).max() > 0.1


@pytest.mark.parametrize(("eps", "rank"), [(0.0, 62), (0.1, 63)])
def test_eps_gives_one_of_two_lost_directions_back(eps, rank):
    assert experiment.run(experiment.Config(eps=eps)).rank == rank


def test_kept_directions_are_all_multiplied_alike():
    result = experiment.run(experiment.Config())
    np.testing.assert_allclose(result.singular_values[:62], result.inv_std, rtol=1e-9)
    assert result.singular_values[62:].max() < 1e-12


def test_same_seed_gives_the_same_result():
    first, second = (experiment.run(experiment.Config(seed=3)) for _ in range(2))
    np.testing.assert_array_equal(first.jacobian, second.jacobian)
    other = experiment.run(experiment.Config(seed=4))
    assert not np.array_equal(first.jacobian, other.jacobian)


@pytest.mark.parametrize(("field", "value"), [("d", 0), ("eps", -1.0)])
def test_impossible_configurations_are_refused(field, value):
    with pytest.raises(ValueError, match=f"{field} must be at least"):
        experiment.run(experiment.Config(**{field: value}))
