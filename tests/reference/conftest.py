"""Two ways to hold a forward and a backward pass against something independent."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from coursekit.reference import numerical_gradient

Array = np.ndarray


@pytest.fixture(scope="session")
def matches_torch() -> Callable[..., None]:
    """Compare an output and the gradients of all inputs with torch, in float64."""

    def compare(
        forward: Callable, backward: Callable, in_torch: Callable, *inputs: Array
    ) -> None:
        leaves = [torch.tensor(part, requires_grad=True) for part in inputs]
        expected = in_torch(*leaves)
        dy = np.random.default_rng(1).normal(size=expected.shape)
        expected.backward(torch.tensor(dy))
        y, *_, cache = forward(*inputs)
        np.testing.assert_allclose(y, expected.detach(), rtol=1e-10, atol=1e-13)
        gradients = backward(dy, cache)
        for ours, leaf in zip(gradients, leaves, strict=True):
            np.testing.assert_allclose(ours, leaf.grad, rtol=1e-10, atol=1e-12)

    return compare


@pytest.fixture(scope="session")
def matches_differences() -> Callable[..., None]:
    """Compare the gradients of all inputs with central differences, in float64."""

    def compare(forward: Callable, backward: Callable, *inputs: Array) -> None:
        y, *_, cache = forward(*inputs)
        dy = np.random.default_rng(2).normal(size=y.shape)
        for place, ours in enumerate(backward(dy, cache)):

            def output(part: Array, place: int = place) -> Array:
                return forward(*inputs[:place], part, *inputs[place + 1 :])[0]

            expected = numerical_gradient(output, inputs[place], dy)
            np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-8)

    return compare
