"""Warm workers behind the walls of every level that this machine offers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache

import pytest
from walled import KERNEL, Warm, started


@pytest.fixture(scope="session")
def warm_in() -> Iterator[Callable[[str], Warm]]:
    """Return what gives the worker of a world, which is started once."""
    with ExitStack() as running:
        yield cache(lambda world: running.enter_context(closing(started(world))))


@pytest.fixture(scope="module", params=[*KERNEL, "process"])
def warm(request: pytest.FixtureRequest, warm_in: Callable[[str], Warm]) -> Warm:
    """Return a worker at each level; Python watches what it runs."""
    return warm_in(request.param)


@pytest.fixture(scope="module", params=KERNEL)
def kernel(request: pytest.FixtureRequest, warm_in: Callable[[str], Warm]) -> Warm:
    """Return a worker at each level that has walls in the kernel."""
    return warm_in(request.param)
