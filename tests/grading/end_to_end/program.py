"""``coursekit grade`` in a process of its own, to be watched and to be killed."""

import os
import signal
import time
from pathlib import Path

from end_to_end.bed import grade, marked, only
from jobs import SMALL, children_of, stat_of

from coursekit.grading.isolation import Level
from coursekit.grading.worker.job import Limits


class Program:
    """A run in a fork of this process, in a session of its own.

    Parameters
    ----------
    handed_in, out : Path
        What is graded, and where the records go.
    level : Level
        The walls.
    temporary : Path
        Marks the workers and their children, and holds all temporary files.
    options : str
        More options of the command.
    limits : Limits
        What an answer may use.
    """

    def __init__(
        self,
        handed_in: Path,
        out: Path,
        level: Level,
        temporary: Path,
        *options: str,
        limits: Limits = SMALL,
    ) -> None:
        self.temporary = temporary
        self.said = temporary.with_suffix(".said")
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 99
            try:
                os.setsid()
                file = os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(file, 1)
                os.dup2(file, 2)
                with only(level, temporary, limits):
                    code = grade(handed_in, out, level, *options)
            finally:
                os._exit(code)

    def is_over(self) -> bool:
        """Tell whether it has ended, and note how."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def wait(self, seconds: float = 120.0) -> int:
        """Wait for its end and return the exit code."""
        end = time.monotonic() + seconds
        while not self.is_over():
            if time.monotonic() > end:
                self.kill()
                raise TimeoutError(self.said.read_text())
            time.sleep(0.02)
        return self.code

    def kill(self) -> None:
        """Kill it as nothing can prevent."""
        os.kill(self.pid, signal.SIGKILL)
        while not self.is_over():
            time.sleep(0.001)

    def parts(self) -> dict[str, set[int]]:
        """Return the processes by what they are: parent, pool, worker and child."""
        workers = marked(self.temporary)
        found = {"parent": {self.pid}, "pool": set(), "worker": set(), "child": set()}
        for pid in children_of(self.pid) | workers:
            parent = parent_of(pid)
            if pid not in workers:
                kind = "pool" if parent == self.pid and is_fork(pid) else ""
            else:
                kind = "child" if parent in workers else "worker"
            if kind:
                found[kind].add(pid)
        return found


def parent_of(pid: int) -> int:
    """Return the parent of a process, 0 where it is gone."""
    return int((stat_of(pid) or ["", "0"])[1])


def is_fork(pid: int) -> bool:
    """Tell whether a process runs the program that this one runs."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == _OURS
    except OSError:
        return False


_OURS = Path("/proc/self/cmdline").read_bytes() if Path("/proc").is_dir() else b""
