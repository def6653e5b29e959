"""Workers at every level of isolation this machine offers, started once."""

import jobs
import pytest

from coursekit.grading.isolation import Level, available_levels
from coursekit.grading.worker.handle import Worker


@pytest.fixture(scope="package", params=[*Level], ids=str)
def level(request):
    if request.param not in available_levels():
        pytest.skip(f"this machine does not offer the level {request.param}")
    return request.param


@pytest.fixture(scope="package")
def worker(level):
    with Worker(torch=False, level=level, limits=jobs.SMALL) as worker:
        yield worker


@pytest.fixture(scope="package")
def torch_worker(level):
    with Worker(torch=True, level=level, limits=jobs.SMALL) as worker:
        yield worker
