"""Batch norm step by step: the same as in one line, and each step by itself."""

import numpy as np
import pytest

from coursekit.reference import batch_norm_backward, numerical_gradient
from coursekit.reference.batch_norm_steps import (
    batch_norm_backward_steps,
    batch_norm_forward_steps,
)


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(2.0, 3.0, size=(2, 5, 3))
    gamma, beta = rng.normal(size=(2, 3))
    return x, dy, gamma, beta


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.1])
def test_steps_give_what_the_closed_form_gives(case, eps):
    x, dy, gamma, beta = case
    _, steps = batch_norm_forward_steps(x, gamma, beta, eps)
    found = batch_norm_backward_steps(dy, steps)
    cache = (steps.x_hat, steps.inv_std[None], gamma)
    for ours, theirs in zip(
        (found.dx, found.dgamma, found.dbeta),
        batch_norm_backward(dy, cache),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


def test_input_gradient_agrees_with_central_differences(case):
    x, dy, gamma, beta = case

    def forward(v):
        return batch_norm_forward_steps(v, gamma, beta, 0.1)[0]

    _, steps = batch_norm_forward_steps(x, gamma, beta, 0.1)
    found = batch_norm_backward_steps(dy, steps).dx
    expected = numerical_gradient(forward, x, dy)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_every_gradient_has_the_shape_of_what_it_belongs_to(case):
    x, dy, gamma, beta = case
    _, steps = batch_norm_forward_steps(x, gamma, beta)
    found = batch_norm_backward_steps(dy, steps)._asdict()
    for name in ("mu", "xmu", "sq", "var", "std", "inv_std", "x_hat", "gamma"):
        assert found[f"d{name}"].shape == getattr(steps, name).shape, name


def test_inputs_are_left_alone(case):
    x, dy, gamma, beta = case
    kept = [v.copy() for v in case]
    _, steps = batch_norm_forward_steps(x, gamma, beta)
    batch_norm_backward_steps(dy, steps)
    for before, after in zip(kept, case, strict=True):
        np.testing.assert_array_equal(before, after)


def test_impossible_inputs_are_refused(case):
    x, dy, gamma, beta = case
    with pytest.raises(ValueError, match=r"x must have shape \(N, D\)"):
        batch_norm_forward_steps(x[None].swapaxes(1, 2), np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match="gamma must have shape"):
        batch_norm_forward_steps(x, gamma[:2], beta)
    _, steps = batch_norm_forward_steps(x, gamma, beta)
    with pytest.raises(ValueError, match="dy must have the shape of the output"):
        batch_norm_backward_steps(dy[:2], steps)
