"""Central differences are as exact as they can be, and refuse what would mislead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.reference import numerical_gradient, relative_error

numbers = st.floats(-1e3, 1e3, allow_subnormal=False)
arrays = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=0, max_side=3), elements=numbers
)
quick = settings(max_examples=50, deadline=None, derandomize=True)


@given(x=arrays)
@quick
def test_on_a_square_it_is_exact_up_to_rounding(x):
    gradient = numerical_gradient(np.square, x, df=np.ones_like(x))
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-8, atol=1e-9)


@given(x=arrays)
@quick
def test_on_the_input_itself_it_is_exactly_one_whatever_rounding_does_to_the_step(x):
    gradient = numerical_gradient(lambda x: x, x, df=np.ones_like(x))
    np.testing.assert_array_equal(gradient, np.ones_like(x))


@pytest.mark.parametrize("h", [1e-1, 1e-2])
def test_on_a_cube_the_error_is_the_square_of_the_step(h):
    gradient = numerical_gradient(lambda x: x**3, np.array([0.7]), np.ones(1), h)
    np.testing.assert_allclose(gradient - 3 * 0.7**2, h**2, rtol=1e-6)


def test_the_default_step_is_near_the_best_one():
    x = np.linspace(0.1, 1.0, 10)

    def error(h: float | None) -> float:
        gradient = numerical_gradient(np.exp, x, np.ones(10), h)
        return np.abs(gradient / np.exp(x) - 1).max()

    assert error(None) < 1e-10
    assert error(None) < 0.1 * min(error(1e-8), error(1e-3))


def test_outputs_of_any_shape_are_weighted_with_df():
    rng = np.random.default_rng(0)
    x, W, df = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    np.testing.assert_allclose(
        numerical_gradient(lambda x: x @ W, x, df), df @ W.T, rtol=1e-9, atol=1e-9
    )


def test_a_function_to_a_plain_number_takes_a_plain_weight():
    gradient = numerical_gradient(lambda x: float(x @ x), np.array([1.0, 2.0]), 3.0)
    np.testing.assert_allclose(gradient, [6.0, 12.0])


@pytest.mark.parametrize(
    "dtype", [np.int32, np.int64, np.uint8, np.float16, np.float32]
)
def test_integers_and_low_precision_are_raised_to_float64(dtype):
    x = np.array([1, 2, 3]).astype(dtype)
    gradient = numerical_gradient(np.square, x, np.ones(3))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, [2.0, 4.0, 6.0], rtol=1e-9)


def test_the_input_is_left_bit_for_bit_as_it_was_even_when_f_raises_or_scribbles():
    x = np.array([0.1, -0.0, 1e-300, 1e300])
    before = x.tobytes()

    def scribble(x: np.ndarray) -> np.ndarray:
        result = x.copy()
        x[:] = 7.0
        return result

    gradient = numerical_gradient(scribble, x, np.ones(4))
    np.testing.assert_allclose(gradient, 1.0)
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda x: 1 / 0, x, 1.0)
    assert x.tobytes() == before


def test_a_function_that_returns_one_buffer_each_time_is_measured_rightly():
    buffer = np.empty(2)
    gradient = numerical_gradient(
        lambda x: np.multiply(x, 3.0, out=buffer), np.ones(2), np.ones(2)
    )
    np.testing.assert_allclose(gradient, 3.0)


def test_large_entries_get_a_step_of_their_own_size():
    x = np.array([1e8, 1.0])
    gradient = numerical_gradient(lambda x: x**2, x, np.ones(2))
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-9)


def test_the_layout_in_memory_does_not_matter():
    x = np.arange(12.0).reshape(3, 4)[:, ::-2].T
    x.flags.writeable = False
    np.testing.assert_allclose(
        numerical_gradient(np.sin, x, np.ones_like(x)), np.cos(x)
    )


def test_an_empty_input_has_an_empty_gradient():
    assert numerical_gradient(np.square, np.ones((0, 3)), np.ones((0, 3))).shape == (
        0,
        3,
    )


def test_a_weight_that_would_only_broadcast_is_refused():
    with pytest.raises(
        ValueError, match=r"df must have the shape of f\(x\) = \(3,\); got \(\)\."
    ):
        numerical_gradient(np.square, np.ones(3), 1.0)


def test_a_function_that_drops_to_float32_is_refused():
    with pytest.raises(ValueError, match=r"f must compute in float64.*got .* float32"):
        numerical_gradient(lambda x: x.astype(np.float32), np.ones(3), np.ones(3))


@pytest.mark.parametrize("h", [0.0, -1e-6, 1e-20])
def test_a_step_that_moves_nothing_is_refused(h):
    with pytest.raises(ValueError, match=f"h must be positive and large.*got {h}"):
        numerical_gradient(np.square, np.ones(3), np.ones(3), h)


@pytest.mark.parametrize("x", [np.array([1j]), np.array([True]), np.array(["1"])])
def test_what_is_no_real_number_is_refused(x):
    with pytest.raises(ValueError, match="x must hold real numbers; got dtype"):
        numerical_gradient(np.abs, x, np.ones(1))


@given(a=arrays)
@quick
def test_equal_arrays_have_no_relative_error(a):
    assert relative_error(a, a.copy()) == 0.0


@given(a=arrays, scale=st.floats(1e-3, 1e3), seed=st.integers(0, 99))
@quick
def test_relative_error_is_symmetric_without_unit_and_at_most_two(a, scale, seed):
    b = np.random.default_rng(seed).permutation(a.ravel()).reshape(a.shape)
    error = relative_error(a, b)
    assert 0 <= error <= 2
    assert error == relative_error(b, a)
    assert error == pytest.approx(relative_error(scale * a, scale * b), rel=1e-9)


def test_relative_error_reports_the_worst_entry():
    assert relative_error([1.0, 10.0, 100.0], [1.0, 5.0, 99.0]) == 0.5


def test_zero_beside_rounding_noise_is_off_by_its_whole_size():
    assert relative_error(np.zeros(3), np.array([0.0, 1e-17, 0.0])) == 1.0
    assert relative_error(np.zeros(3), np.array([0.0, -0.0, 0.0])) == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.filterwarnings("error")
def test_nan_or_infinity_makes_the_relative_error_nan(bad):
    assert np.isnan(relative_error([1.0, bad], [1.0, bad]))
    assert np.isnan(relative_error([1.0, bad], [1.0, 2.0]))


def test_no_entries_have_no_relative_error():
    assert relative_error([], []) == 0.0


def test_relative_error_refuses_to_broadcast():
    with pytest.raises(ValueError, match=r"b must have the shape of a = \(3,\); got "):
        relative_error(np.ones(3), np.ones((3, 1)))
