"""What the tests of whole runs share."""

import os

import pytest
from end_to_end import bed
from jobs import children_of


@pytest.fixture(scope="module", autouse=True)
def processes_of_other_tests():
    """Note which processes are there already: they are not left over from these."""
    bed.ELSEWHERE |= children_of(os.getpid())
