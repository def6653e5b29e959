"""The closed forms of the variance are what random networks do on average."""

import numpy as np
import pytest

from coursekit.reference import variance_after

KINDS = ["plain-he", "residual", "pre-norm", "scaled", "zero-init"]


def measured(kind: str, blocks: int, width: int = 512, samples: int = 64) -> np.ndarray:
    """Return the variance after each block of one random network, He initialization."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(samples, width))
    variances = [np.square(a).mean()]
    for _ in range(blocks):
        # ReLU halves the mean square; He's factor 2 makes up for it.
        W = rng.normal(size=(width, width)) * np.sqrt(2 / width)
        given = a / np.sqrt(np.square(a).mean(axis=1, keepdims=True))
        branch = np.maximum(given if kind == "pre-norm" else a, 0) @ W
        a = {
            "plain-he": branch,
            "residual": a + branch,
            "pre-norm": a + branch,
            "scaled": a + branch / np.sqrt(blocks),
            "zero-init": a + 0 * branch,
        }[kind]
        variances.append(np.square(a).mean())
    return np.array(variances)


@pytest.mark.parametrize("kind", KINDS)
def test_the_closed_form_follows_a_random_network(kind):
    expected = [variance_after(block, kind, blocks=8) for block in range(9)]
    np.testing.assert_allclose(measured(kind, 8), expected, rtol=0.25)


@pytest.mark.parametrize("kind", KINDS)
def test_before_the_first_block_the_variance_is_that_of_the_input(kind):
    assert variance_after(0, kind) == 1.0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plain-he", 1.0),
        ("residual", 2.0**20),
        ("pre-norm", 21.0),
        ("scaled", 1.05**20),
        ("zero-init", 1.0),
    ],
)
def test_after_twenty_blocks(kind, expected):
    assert variance_after(20, kind) == pytest.approx(expected, rel=1e-14)


def test_the_scaled_network_ends_between_two_and_e():
    ends = [variance_after(depth, "scaled") for depth in (1, 10, 100, 10_000)]
    assert ends == sorted(ends)
    assert ends[0] == 2.0
    assert ends[-1] < np.e < ends[-1] + 2e-4


def test_inside_a_scaled_network_its_whole_depth_counts():
    assert variance_after(1, "scaled", blocks=4) == 1.25


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"plain-he, residual, pre-norm, .*; got dense"
    ):
        variance_after(3, "dense")


@pytest.mark.parametrize("depth", [-1, 2.5])
def test_a_depth_that_is_no_number_of_blocks_is_refused(depth):
    with pytest.raises(ValueError, match=f"depth must be a whole number.*got {depth}"):
        variance_after(depth, "residual")


def test_a_network_shallower_than_the_depth_is_refused():
    with pytest.raises(ValueError, match=r"blocks must be .* at least 5; got 4"):
        variance_after(5, "scaled", blocks=4)
