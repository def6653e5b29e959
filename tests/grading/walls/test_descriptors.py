"""Closing all descriptors but some."""

import os

import pytest

from coursekit.grading.walls.descriptors import close_all_but


@pytest.mark.skipif(not hasattr(os, "fork"), reason="spoils the process it runs in")
@pytest.mark.parametrize("keep", [{0, 1, 2}, {0, 7}, {5}, {6, 7}, set()])
def test_what_is_kept_stays_open_and_nothing_else(keep):
    child = os.fork()
    if child == 0:
        try:
            for descriptor in range(9):
                os.dup2(os.open(os.devnull, os.O_RDONLY), descriptor)
            close_all_but(keep)
            still = {d for d in range(99) if is_open(d)}
            os._exit(0 if still == keep else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
