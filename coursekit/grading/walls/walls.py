"""The walls around one submission's process, put together for one level."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from coursekit.grading.walls.levels import Level


class Limits(Protocol):
    """What of `coursekit.grading.worker.job.Limits` the walls look at."""

    load_seconds: float
    cpu_seconds: float
    memory: int
    scratch: int


class Walls:
    """The walls of one level: built once in a warm worker, closed around each child.

    ``scratch`` is the one folder the child may write to; it is the child's working
    folder, its home and its folder for temporary files, and empty at its start.
    """

    level: Level
    scratch: Path

    @classmethod
    def build(
        cls, level: Level, limits: Limits, readable: Iterable[Path] = ()
    ) -> "Walls":
        """Prepare the walls in this process, which is to fork the children.

        The process must have one thread. ``readable`` are files and folders a child
        may read besides Python, its packages and its own scratch folder; the course
        itself is not among them. At level ``namespaces`` this process loses sight of
        every other file (open descriptors stay) and of ``/proc``, and gains a child
        that must not be waited for: use ``waitpid`` with a process id.

        Raises
        ------
        OSError
            When a wall cannot be had here.
        """
        walls = cls()
        walls.level, walls.limits = level, limits
        walls.scratch = Path(tempfile.mkdtemp(prefix="scratch-"))
        return walls

    def before_fork(self) -> None:
        """Make ready for one child: an empty scratch folder and nothing denied yet."""

    def close_in(self, keep: Iterable[int] | None = None) -> None:
        """Close the walls around this process, a fresh child of the one that built.

        Afterwards the working folder is the scratch folder, no wall can be taken down
        again, and every descriptor not in ``keep`` is closed (None: keep all but the
        walls' own).
        """
        os.chdir(self.scratch)

    def denied(self) -> str:
        """Say what was first refused to the present child, in words; '' if nothing.

        Holds in the child and, until the next `before_fork`, in the worker as well,
        however the child ended.
        """
        return ""

    def after_child(self) -> int:
        """Clear up after a child that was waited for; return the bytes it left.

        Whatever it started is killed. Bytes are what lay in the scratch folder:
        ``limits.scratch`` or more when the child filled it.
        """
        return 0

    def close(self) -> None:
        """Remove what `build` made outside this process."""
