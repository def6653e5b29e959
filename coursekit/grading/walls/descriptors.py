"""Closing what a process inherited and has no business with."""

import os
from collections.abc import Iterable

_MOST = os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 2048


def close_all_but(keep: Iterable[int]) -> None:
    """Close every open descriptor of this process that is not in ``keep``."""
    start = 0
    for descriptor in sorted(set(keep)):
        if start < descriptor:  # closerange(0, 0) would close them all
            os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, _MOST)
