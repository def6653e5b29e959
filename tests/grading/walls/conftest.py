"""Warm workers behind the walls of every level that this machine offers."""

from collections.abc import Iterator

import pytest
from walled import KERNEL, Warm, started


def _until_done(world: str) -> Iterator[Warm]:
    warm = started(world)
    yield warm
    warm.close()


@pytest.fixture(scope="module", params=[*KERNEL, "process"])
def warm(request: pytest.FixtureRequest) -> Iterator[Warm]:
    """Start a worker at each level; Python watches what it runs."""
    yield from _until_done(request.param)


@pytest.fixture(scope="module", params=KERNEL)
def kernel(request: pytest.FixtureRequest) -> Iterator[Warm]:
    """Start a worker at each level that has walls in the kernel."""
    yield from _until_done(request.param)
