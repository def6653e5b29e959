"""What holds for every norm: gradients, dtypes, inputs left alone, hard inputs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.reference import (
    RunningStats,
    batch_norm_backward,
    batch_norm_forward,
    group_norm_backward,
    group_norm_forward,
    instance_norm_backward,
    instance_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    rms_norm_backward,
    rms_norm_forward,
)

RUNNING = RunningStats(np.array([0.5, -1.0, 2.0, 0.0]), np.array([0.3, 1.0, 2.0, 4.0]))


@dataclass(frozen=True)
class Norm:
    """One norm on inputs of one shape with four channels or features."""

    name: str
    forward: Callable
    backward: Callable
    shape: tuple[int, ...]
    #: the statistics an entry belongs to: those of equal value share one mean
    group_of: Callable[[tuple[int, ...]], tuple[int, ...]]

    def __str__(self) -> str:
        return f"{self.name} {self.shape}"

    def parameters(self, dtype: type = np.float64) -> list[np.ndarray]:
        """Return gamma of both signs, and beta where the norm has one."""
        gamma = np.array([1.5, -0.5, 2.0, 0.7], dtype)
        beta = np.array([0.3, -1.0, 0.0, 2.0], dtype)
        return [gamma] if self.name == "rms" else [gamma, beta]

    def draw(self, seed: int = 0, dtype: type = np.float64) -> list[np.ndarray]:
        """Return an input with its parameters."""
        x = np.random.default_rng(seed).normal(1.0, 2.0, size=self.shape)
        return [x.astype(dtype), *self.parameters(dtype)]


def batch(training: bool) -> Callable:
    def forward(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple:
        return batch_norm_forward(
            x, gamma, beta, RUNNING, training=training, momentum=0.3, eps=0.1
        )

    return forward


def layer(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple:
    return layer_norm_forward(x, gamma, beta, eps=0.1)


def group(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple:
    return group_norm_forward(x, 2, gamma, beta, eps=0.1)


def instance(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple:
    return instance_norm_forward(x, gamma, beta, eps=0.1)


def rms(x: np.ndarray, gamma: np.ndarray) -> tuple:
    return rms_norm_forward(x, gamma, eps=0.1)


def channel(index: tuple[int, ...]) -> tuple[int, ...]:
    return index[1:2]


def vector(index: tuple[int, ...]) -> tuple[int, ...]:
    return index[:-1]


def own(index: tuple[int, ...]) -> tuple[int, ...]:
    return index


def sample_and_channel(index: tuple[int, ...]) -> tuple[int, ...]:
    return index[:2]


def sample_and_pair(index: tuple[int, ...]) -> tuple[int, ...]:
    return index[0], index[1] // 2


VECTORS = [(4,), (5, 4), (2, 3, 4)]
CHANNELS = [(5, 4), (2, 4, 3), (2, 4, 3, 2)]
KINDS = [
    ("layer", layer, layer_norm_backward, vector, VECTORS),
    ("rms", rms, rms_norm_backward, vector, VECTORS),
    ("batch", batch(training=True), batch_norm_backward, channel, CHANNELS),
    ("frozen batch", batch(training=False), batch_norm_backward, own, CHANNELS),
    ("group", group, group_norm_backward, sample_and_pair, CHANNELS),
    (
        "instance",
        instance,
        instance_norm_backward,
        sample_and_channel,
        CHANNELS[1:],
    ),
]
NORMS = [
    Norm(name, forward, backward, shape, group_of)
    for name, forward, backward, group_of, shapes in KINDS
    for shape in shapes
]
#: those that subtract a mean that depends on the input
CENTRED = [norm for norm in NORMS if norm.name not in ("rms", "frozen batch")]
#: those whose features are the last axis
LAST = [norm for norm in NORMS if norm.name in ("layer", "rms")]
BATCHED = [norm for norm in NORMS if len(norm.shape) > 1]

every_norm = pytest.mark.parametrize("norm", NORMS, ids=str)
quick = settings(max_examples=20, deadline=None, derandomize=True)


@every_norm
def test_gradients_equal_central_differences(norm, matches_differences):
    matches_differences(norm.forward, norm.backward, *norm.draw())


@every_norm
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_output_and_gradients_keep_the_dtype(norm, dtype):
    y, *_, cache = norm.forward(*norm.draw(dtype=dtype))
    gradients = norm.backward(np.ones_like(y), cache)
    assert {part.dtype for part in (y, *cache[:3], *gradients)} == {np.dtype(dtype)}


@every_norm
def test_each_gradient_has_the_dtype_of_its_array_when_they_differ(norm):
    x, *parameters = norm.draw()
    y, *_, cache = norm.forward(x.astype(np.float32), *parameters)
    dx, *others = norm.backward(np.ones_like(y), cache)
    assert y.dtype == dx.dtype == np.float32
    assert all(part.dtype == np.float64 for part in others)


@every_norm
def test_float32_agrees_with_float64_to_its_last_digits(norm):
    inputs = norm.draw(dtype=np.float32)
    exact = [part.astype(np.float64) for part in inputs]
    dy = np.random.default_rng(3).normal(size=norm.shape).astype(np.float32)
    got, expected = (
        (y, *norm.backward(dy.astype(y.dtype), cache))
        for y, *_, cache in (norm.forward(*inputs), norm.forward(*exact))
    )
    for ours, truth in zip(got, expected, strict=True):
        np.testing.assert_allclose(ours, truth, rtol=1e-6, atol=2e-6)


@pytest.mark.parametrize("norm", BATCHED, ids=str)
def test_gradients_of_parameters_are_summed_in_double_precision(norm):
    x, *parameters = norm.draw(dtype=np.float32)
    many = np.tile(x, (4000, *[1] * (x.ndim - 1)))
    y, *_, cache = norm.forward(many, *parameters)
    dy = np.random.default_rng(5).uniform(1, 2, size=y.shape).astype(np.float32)
    _, *got = norm.backward(dy, cache)
    axes = tuple(range(y.ndim - 1)) if norm in LAST else (0, *range(2, y.ndim))
    exact = [dy * cache.x_hat.astype(np.float64), dy.astype(np.float64)]
    for ours, truth in zip(got, exact, strict=False):
        np.testing.assert_allclose(ours, truth.sum(axis=axes), rtol=1e-7)


@every_norm
def test_numbers_whose_squares_overflow_float16_are_no_trouble(norm):
    x, *parameters = norm.draw(dtype=np.float16)
    large = (x * 1000).astype(np.float16)
    y, *_ = norm.forward(large, *parameters)
    expected, *_ = norm.forward(
        large.astype(np.float64), *(part.astype(np.float64) for part in parameters)
    )
    np.testing.assert_allclose(y, expected, rtol=1e-3, atol=1e-3)


@every_norm
def test_nothing_that_came_in_is_changed(norm):
    inputs = norm.draw()
    before = [part.copy() for part in inputs]
    y, *_, cache = norm.forward(*inputs)
    dy = np.ones_like(y)
    kept = [np.copy(part) for part in cache]
    norm.backward(dy, cache)
    for part, copy in zip([*inputs, *cache, dy], [*before, *kept, 1], strict=True):
        np.testing.assert_array_equal(part, copy)


@every_norm
def test_two_calls_on_one_cache_agree_bit_for_bit(norm):
    y, *_, cache = norm.forward(*norm.draw())
    dy = np.random.default_rng(4).normal(size=y.shape)
    for first, second in zip(
        norm.backward(dy, cache), norm.backward(dy, cache), strict=True
    ):
        np.testing.assert_array_equal(first, second)


@every_norm
@given(seed=st.integers(0, 99), data=st.data())
@quick
def test_the_layout_in_memory_does_not_matter(norm, seed, data):
    x, *parameters = norm.draw(seed)
    dy = np.random.default_rng(seed).normal(size=x.shape)
    order = data.draw(st.permutations(range(x.ndim)))
    steps = data.draw(st.tuples(*[st.sampled_from([-2, -1, 1, 2])] * x.ndim))

    def elsewhere(array: np.ndarray) -> np.ndarray:
        """Lay the same numbers out with other strides, and write-protect them."""
        room = np.empty([2 * array.shape[axis] for axis in order])
        view = room.transpose(np.argsort(order))
        view = view[tuple(slice(None, None, step) for step in steps)]
        view = view[tuple(slice(length) for length in array.shape)]
        view[...] = array
        view.flags.writeable = False
        return view

    y, *_, cache = norm.forward(x, *parameters)
    moved_y, *_, moved_cache = norm.forward(elsewhere(x), *parameters)
    np.testing.assert_allclose(moved_y, y, rtol=1e-12, atol=1e-14)
    for ours, expected in zip(
        norm.backward(elsewhere(dy), moved_cache),
        norm.backward(dy, cache),
        strict=True,
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("norm", CENTRED, ids=str)
@given(seed=st.integers(0, 999), size=st.floats(-3, 3))
@quick
def test_dx_sums_to_zero_over_what_shares_a_mean(norm, seed, size):
    x, *parameters = norm.draw(seed)
    y, *_, cache = norm.forward(x * 10**size, *parameters)
    dx, *_ = norm.backward(np.random.default_rng(seed).normal(size=y.shape), cache)
    sums: dict[tuple[int, ...], float] = {}
    for index in np.ndindex(dx.shape):
        group = norm.group_of(index)
        sums[group] = sums.get(group, 0.0) + dx[index]
    assert max(map(abs, sums.values())) < 1e-13 * max(1, np.abs(dx).max())


@pytest.mark.parametrize("norm", CENTRED, ids=str)
def test_a_constant_input_becomes_beta(norm):
    x, gamma, beta = norm.draw()
    y, *_ = norm.forward(np.full_like(x, 5.0), gamma, beta)
    features_last = y if norm in LAST else np.moveaxis(y, 1, -1)
    for position in np.ndindex(features_last.shape[:-1]):
        np.testing.assert_array_equal(features_last[position], beta)


@every_norm
def test_nan_stays_with_those_it_shares_a_mean_with(norm):
    x, *parameters = norm.draw()
    place = tuple(length - 1 for length in x.shape)
    x[place] = np.nan
    y, *_ = norm.forward(x, *parameters)
    for index in np.ndindex(y.shape):
        assert np.isnan(y[index]) == (norm.group_of(index) == norm.group_of(place))


@pytest.mark.parametrize("norm", BATCHED, ids=str)
@pytest.mark.filterwarnings("error")
def test_an_empty_batch_gives_empty_results_and_zero_gradients(norm):
    x, *parameters = norm.draw()
    y, *_, cache = norm.forward(x[:0], *parameters)
    dx, *others = norm.backward(np.ones_like(y), cache)
    assert y.shape == dx.shape == (0, *norm.shape[1:])
    for gradient in others:
        np.testing.assert_array_equal(gradient, np.zeros(4))


@every_norm
def test_a_list_or_an_array_of_integers_is_refused(norm):
    x, *parameters = norm.draw()
    for wrong, got in ((x.tolist(), "list"), (x.astype(np.int64), "int64")):
        with pytest.raises(ValueError, match=rf"x must be a NumPy array of .*{got}\."):
            norm.forward(wrong, *parameters)


@every_norm
def test_a_parameter_that_would_only_broadcast_is_refused(norm):
    x, *parameters = norm.draw()
    for place in range(len(parameters)):
        wrong = [*parameters]
        wrong[place] = wrong[place][None]
        with pytest.raises(ValueError, match=r"must have shape .* got \(1, 4\)\."):
            norm.forward(x, *wrong)


@every_norm
def test_an_upstream_gradient_of_another_shape_is_refused(norm):
    y, *_, cache = norm.forward(*norm.draw())
    with pytest.raises(ValueError, match=r"_backward: dy must have the shape of the"):
        norm.backward(np.ones((*y.shape, 1)), cache)
