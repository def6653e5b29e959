"""What the operating system itself limits: memory, files and, as a backstop, time."""

import os
import sys
from contextlib import suppress
from typing import Protocol

try:
    import resource
except ImportError:  # Windows
    resource = None


class Limits(Protocol):
    """What of `coursekit.grading.worker.job.Limits` the walls look at."""

    load_seconds: float
    cpu_seconds: float
    memory: int
    scratch: int


#: Python opens a handful of files at once; a lazy import a few more.
FILES = 64
#: The worker times every task by itself; this ends a child that nobody watches.
TASKS_AT_MOST = 30


class Size:
    """The size in memory of the process that made this object, in bytes.

    It keeps a descriptor, for ``/proc`` may be out of sight later.
    """

    def __init__(self) -> None:
        self.descriptor = -1
        with suppress(OSError):
            self.descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def now(self) -> int:
        """Return the present size, or 0 where it cannot be known."""
        if self.descriptor < 0:
            return 0
        pages = int(os.pread(self.descriptor, 100, 0).split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Give the descriptor back."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def close_in(limits: Limits, size: int) -> None:
    """Put the limits on this process, which has ``size`` bytes when nothing is done."""
    if resource is None:
        return
    seconds = int(limits.load_seconds + TASKS_AT_MOST * limits.cpu_seconds) + 1
    wanted = {
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_CPU": (seconds, seconds + 1),  # first SIGXCPU, then SIGKILL
        "RLIMIT_FSIZE": (limits.scratch, limits.scratch),
        "RLIMIT_NOFILE": (FILES, FILES),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
        "RLIMIT_NPROC": (1, 1),  # root is above it; the seccomp filter is not
    }
    if size and sys.platform == "linux":
        wanted["RLIMIT_AS"] = (size + limits.memory, size + limits.memory)
    for name, (soft, hard) in wanted.items():
        if (kind := getattr(resource, name, None)) is not None:
            _lower(kind, soft, hard)


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, or keep the present one where that is lower already."""
    present = resource.getrlimit(kind)[1]
    if present != resource.RLIM_INFINITY:
        soft, hard = min(soft, present), min(hard, present)
    with suppress(OSError, ValueError):  # macOS refuses some
        resource.setrlimit(kind, (soft, hard))
