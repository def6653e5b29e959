"""Gradients by path length are the paths' sums, and add up to the gradient."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.reference import (
    gradient_by_path_length,
    preact_residual_backward,
    preact_residual_forward,
)


def draw(blocks: int, d: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(blocks, d, d)), rng.normal(size=d)


def paths_one_by_one(jacobians: np.ndarray, g: np.ndarray) -> np.ndarray:
    terms = np.zeros((len(jacobians) + 1, len(g)))
    for k in range(len(jacobians) + 1):
        for taken in combinations(range(len(jacobians)), k):
            path = g
            for block in reversed(taken):
                path = jacobians[block].T @ path
            terms[k] += path
    return terms


@given(blocks=st.integers(0, 6), d=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_each_row_is_the_sum_over_all_paths_of_that_length(blocks, d, seed):
    jacobians, g = draw(blocks, d, seed)
    np.testing.assert_allclose(
        gradient_by_path_length(jacobians, g),
        paths_one_by_one(jacobians, g),
        rtol=1e-10,
        atol=1e-12,
    )


@given(blocks=st.integers(0, 12), d=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_rows_add_up_to_the_gradient_through_the_whole_network(blocks, d, seed):
    jacobians, g = draw(blocks, d, seed)
    expected = g
    for jacobian in reversed(jacobians):
        expected = (np.eye(d) + jacobian).T @ expected
    terms = gradient_by_path_length(jacobians, g)
    np.testing.assert_allclose(
        terms.sum(axis=0), expected, rtol=1e-10, atol=1e-10 * np.abs(terms).max()
    )


def test_the_path_that_takes_no_branch_carries_the_gradient_itself():
    jacobians, g = draw(5, 3)
    np.testing.assert_array_equal(gradient_by_path_length(jacobians, g)[0], g)


def test_two_blocks_by_hand():
    (first, second), g = draw(2, 3)
    expected = [g, first.T @ g + second.T @ g, first.T @ (second.T @ g)]
    np.testing.assert_allclose(gradient_by_path_length([first, second], g), expected)


def test_with_identities_the_rows_count_the_paths():
    terms = gradient_by_path_length([np.eye(2)] * 54, np.ones(2))
    np.testing.assert_array_equal(terms[:, 0], [comb(54, k) for k in range(55)])


def test_it_splits_the_gradient_of_a_chain_of_pre_activation_blocks():
    rng = np.random.default_rng(0)
    a, d, jacobians, caches = rng.normal(size=(1, 4)), 4, [], []
    for _ in range(3):
        W1, b1, W2, b2 = (rng.normal(size=s) for s in [(d, 5), (5,), (5, d), (d,)])
        out, cache = preact_residual_forward(a, W1, b1, W2, b2)
        # Rows of the branch's Jacobian: the gradient of one output each.
        rows = [preact_residual_backward(e[None], cache)[0][0] - e for e in np.eye(d)]
        jacobians.append(np.array(rows))
        caches.append(cache)
        a = out
    g = rng.normal(size=d)
    expected = g[None]
    for cache in reversed(caches):
        expected, *_ = preact_residual_backward(expected, cache)
    terms = gradient_by_path_length(jacobians, g)
    np.testing.assert_allclose(terms.sum(axis=0), expected[0], rtol=1e-10)


def test_the_dtype_is_that_of_the_gradient_and_nothing_is_changed():
    jacobians, g = draw(3, 2)
    before = jacobians.copy()
    assert gradient_by_path_length(jacobians, g.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(jacobians, before)


def test_a_jacobian_of_another_shape_is_refused_with_its_block():
    with pytest.raises(
        ValueError, match=r"jacobians\[1\] must have shape \(d, d\) = \(2, 2\); got \(2"
    ):
        gradient_by_path_length([np.eye(2), np.ones((2, 3))], np.ones(2))


def test_a_gradient_of_a_whole_batch_is_refused():
    with pytest.raises(ValueError, match=r"g must have shape \(d,\); got \(3, 2\)"):
        gradient_by_path_length([np.eye(2)], np.ones((3, 2)))
