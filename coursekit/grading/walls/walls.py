"""The walls around one submission's process, put together for one level."""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from coursekit.grading.walls import audit, limits, namespaces, seccomp, tree
from coursekit.grading.walls.denied import Note
from coursekit.grading.walls.descriptors import close_all_but
from coursekit.grading.walls.keeper import Keeper
from coursekit.grading.walls.landlock import Ruleset, version
from coursekit.grading.walls.levels import Level
from coursekit.grading.walls.limits import Limits, Size
from coursekit.grading.walls.scratch import InMemory, OnDisk, Scratch
from coursekit.grading.walls.syscalls import (
    die_with_parent,
    drop_capabilities,
    stay_closed,
)
from coursekit.grading.walls.territory import DEVICES, Territory

#: Where the scratch folder lies at level ``namespaces``.
_AROUND = Path("/tmp")


class Walls:
    """The walls of one level: built once in a warm worker, closed around each child.

    ``scratch`` is the one folder the child may write to; it is the child's working
    folder, its home and its folder for temporary files, and empty at its start.
    """

    level: Level
    scratch: Path

    def __init__(self, level: Level, limits: Limits, scratch: Scratch) -> None:
        self.level, self.scratch = level, scratch.folder
        self._limits, self._scratch = limits, scratch
        self._note, self._size, self._now = Note(), Size(), 0
        self._builder = os.getpid()
        self._territory: Territory
        self._keeper: Keeper | None = None
        self._ruleset: Ruleset | None = None

    @classmethod
    def build(
        cls, level: Level, limits: Limits, readable: Iterable[Path] = ()
    ) -> "Walls":
        """Prepare the walls in this process, which is to fork the children.

        The process must have one thread and have imported all it needs of the course:
        the course is not among what can be read later. ``readable`` are files and
        folders a child may read besides Python, its packages and its scratch folder.

        At level ``namespaces`` this process loses sight of every other file (open
        descriptors stay) and of ``/proc``, and gains a child that must not be waited
        for: use ``waitpid`` with a process id.

        Raises
        ------
        OSError
            When a wall cannot be had here. The process may be half inside by then and
            is of no further use.
        """
        if level is Level.NAMESPACES:
            return cls._within_namespaces(limits, readable)
        walls = cls(level, limits, OnDisk())
        walls._territory = Territory.of_python(walls.scratch, readable)
        if level is Level.LANDLOCK:
            seccomp.prepare()
            walls._ruleset = Ruleset()
            territory = walls._territory
            walls._ruleset.may_read([*territory.without_hidden(), *territory.files])
            walls._ruleset.may_write(DEVICES)
            walls._ruleset.may_fill(str(walls._scratch.around))
        return walls

    @classmethod
    def _within_namespaces(cls, limits: Limits, readable: Iterable[Path]) -> "Walls":
        """Enter the namespaces and a file system of their own."""
        seccomp.prepare()
        walls = cls(Level.NAMESPACES, limits, InMemory(_AROUND, limits.scratch))
        walls._territory = Territory.of_python(walls.scratch, readable)
        namespaces.enter()
        tree.enter(walls._territory, _AROUND)
        walls._keeper = Keeper()
        if version():  # a second line: the tree has nothing else in it
            walls._ruleset = Ruleset()
            walls._ruleset.may_read(["/"])
            walls._ruleset.may_write(DEVICES)
            walls._ruleset.may_fill(str(_AROUND))
        return walls

    def before_fork(self) -> None:
        """Make ready for one child: an empty scratch folder and nothing denied yet."""
        self._scratch.renew()
        self._note.clear()
        self._now = self._size.now()

    def close_in(self, keep: Iterable[int] | None = None) -> None:
        """Close the walls around this process, a fresh child of the one that built.

        (At level ``process`` it may also be the one that built, where nothing forks.)
        Afterwards the working folder is the scratch folder, no wall can be taken down
        again, and every descriptor not in ``keep`` is closed (None: keep all but the
        walls' own).
        """
        self._settle()
        self.close_kernel_in(keep)
        self.watch()

    def _settle(self) -> None:
        """Be at home in the scratch folder."""
        os.chdir(self.scratch)
        tempfile.tempdir = str(self.scratch)
        for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"):
            os.environ[name] = str(self.scratch)

    def close_kernel_in(self, keep: Iterable[int] | None = None) -> None:
        """Close the walls that the kernel keeps: all but `watch`."""
        self._shut(keep)
        limits.close_in(self._limits, self._now)
        if sys.platform != "linux":
            return
        die_with_parent(signal.SIGKILL)
        if not self._keeper and self._builder not in (os.getpid(), os.getppid()):
            os._exit(1)  # the worker was gone before that took hold
        if self.level is Level.PROCESS:
            return
        stay_closed()
        if self._ruleset:
            self._ruleset.close_in()
            self._ruleset.close()
        drop_capabilities()
        seccomp.close_in(os.getpid())

    def _shut(self, keep: Iterable[int] | None) -> None:
        """Close the descriptors that are not the child's business."""
        self._size.close()
        keepers = self._keeper.descriptors() if self._keeper else ()
        # whoever built the walls holds the scratch folder by its descriptor
        held = self._scratch.descriptors() if os.getpid() != self._builder else ()
        for descriptor in (*keepers, *held):
            os.close(descriptor)
        if keep is not None:
            ruleset = {self._ruleset.descriptor} if self._ruleset else set()
            close_all_but({*keep, *ruleset})

    def watch(self) -> None:
        """Let Python itself refuse, with words, and note what was tried."""
        audit.close_in(self._territory, self._note)
        gc.freeze()  # whoever searches gc for the hook finds nothing

    def denied(self) -> str:
        """Say what was first refused to the present child, in words; '' if nothing.

        Holds in the child and, until the next `before_fork`, in the worker as well,
        however the child ended.
        """
        return self._note.read()

    def after_child(self) -> int:
        """Clear up after a child that was waited for; return the bytes it left.

        Whatever it started is killed. Bytes are what lay in the scratch folder:
        ``limits.scratch`` or more when the child filled it.
        """
        if self._keeper:
            self._keeper.sweep()
        return self._scratch.clear()

    def close(self) -> None:
        """Remove what `build` made outside this process."""
        if self._keeper:
            self._keeper.close()
        if self._ruleset:
            self._ruleset.close()
        self._size.close()
        self._scratch.close()
