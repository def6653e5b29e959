"""A central difference has a best step, where cut-off and rounding balance."""

import numpy as np
import pytest

from coursekit.experiments import difference_error as experiment
from coursekit.reference import numerical_gradient

FUNCTIONS = [*experiment.FUNCTIONS]


def run(**options):
    return experiment.run(experiment.Config(**options))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_slopes_and_third_derivatives_belong_to_their_functions(function):
    chosen, x = experiment.FUNCTIONS[function], np.linspace(0.5, 0.9, 5)
    slope = numerical_gradient(chosen.f, x, df=np.ones(5))
    np.testing.assert_allclose(slope, chosen.slope(x), rtol=1e-7)
    h = 1e-3
    bend = (chosen.slope(x + h) - 2 * chosen.slope(x) + chosen.slope(x - h)) / h**2
    np.testing.assert_allclose(bend, chosen.third(x), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("function", ["sin(x)", "exp(x)"])
def test_best_step_is_near_the_cube_root_of_the_precision(function):
    for precision in experiment.PRECISIONS:
        eps = np.finfo(precision).eps
        best = run(function=function, precision=precision).best_step
        assert 0.1 < best / np.cbrt(eps) < 10


def test_best_step_is_smaller_where_the_third_derivative_is_larger():
    ratio = run().best_step / run(function="sin(32 x)").best_step
    assert 8 < ratio < 80


@pytest.mark.parametrize("function", FUNCTIONS)
def test_error_stays_below_what_the_theory_adds_up(function):
    result = run(function=function)
    small = result.steps < 2e-3
    bound = 1.05 * result.cut_off + 4 * result.rounding
    assert (result.errors[small] <= bound[small]).all()


def test_float32_has_no_difference_left_at_small_steps():
    result = run(precision="float32")
    assert np.isnan(result.errors[result.steps < 1e-8]).all()
    assert np.isfinite(result.errors[result.steps > 1e-6]).all()


def test_same_numbers_as_the_gradient_of_the_reference():
    ours = experiment.central_difference(np.sin, np.array(0.7), np.array(1e-4))
    assert ours == numerical_gradient(np.sin, np.array(0.7), df=1.0, h=1e-4)


def test_microscope_shows_a_bend_a_line_and_stairs():
    def window(h):
        return experiment.microscope("sin(x)", 0.7, h, precision="float64")

    offsets, wide = window(1.0)
    assert abs(wide - offsets).max() > 0.5
    offsets, middle = window(1e-5)
    assert abs(middle - offsets).max() < 1e-4
    assert len(np.unique(window(1e-16)[1])) < 10


def test_same_configuration_gives_the_same_result():
    np.testing.assert_array_equal(run().errors, run().errors)


@pytest.mark.parametrize("wrong", [{"function": "tan(x)"}, {"precision": "float16"}])
def test_unknown_names_are_refused(wrong):
    with pytest.raises(ValueError, match="must be one of"):
        run(**wrong)
