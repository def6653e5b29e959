"""The scratch folder: the one place a child may write to, empty for each child."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from coursekit.grading.walls.held import Held, empty
from coursekit.grading.walls.syscalls import call

MS_NOSUID, MS_NODEV, MS_NOEXEC, MNT_DETACH = 2, 4, 8, 2
#: Files and folders in a scratch in memory, so that empty ones cannot fill it either.
ENTRIES = 4096


class Scratch(Protocol):
    """A folder that is emptied for every child; ``around`` is the one it lies in."""

    folder: Path
    around: Path

    def renew(self) -> None:
        """Make it new and empty."""

    def clear(self) -> int:
        """Empty it and return how many bytes were in it."""

    def descriptors(self) -> tuple[int, ...]:
        """Return what a child must close."""

    def close(self) -> None:
        """Remove it for good."""


class OnDisk:
    """A folder among the temporary files, readable by this user alone."""

    def __init__(self) -> None:
        self._held = Held()
        self.around = self._held.folder
        self.folder = self.around / "scratch"

    def descriptors(self) -> tuple[int, ...]:
        """Return what a child must close."""
        return (self._held.descriptor,) if self._held.descriptor >= 0 else ()

    def renew(self) -> None:
        """Make it new and empty."""
        self.clear()
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def clear(self) -> int:
        """Empty it and return how many bytes were in it."""
        return 0 if self._is_clear() else empty(self.around)

    def _is_clear(self) -> bool:
        """Tell whether there is the empty folder and nothing else: the usual case."""
        with suppress(OSError):
            if [*self.around.iterdir()] == [self.folder] and not any(
                self.folder.iterdir()
            ):
                return not self.folder.is_symlink()
        return False

    def close(self) -> None:
        """Remove it for good."""
        self._held.remove()


class InMemory:
    """A file system of its own, of a fixed size, mounted anew when it was used.

    Needs the right to mount: see `namespaces`.
    """

    def __init__(self, around: Path, size: int) -> None:
        self.around, self.folder = around, around / "scratch"
        page = os.sysconf("SC_PAGE_SIZE")
        size = -(-size // page) * page
        self._options = f"size={size},nr_inodes={ENTRIES},mode=700".encode()
        self._mounted = False

    def descriptors(self) -> tuple[int, ...]:
        """Return what a child must close: nothing."""
        return ()

    def renew(self) -> None:
        """Make it new and empty."""
        self.clear()
        if not self._mounted:
            place, flags = bytes(self.folder), MS_NOSUID | MS_NODEV | MS_NOEXEC
            call("mount", b"scratch", place, b"tmpfs", flags, self._options)
            self._mounted = True

    def clear(self) -> int:
        """Empty it and return how many bytes were in it."""
        if not self._mounted:
            return 0
        found = os.statvfs(self.folder)
        blocks, entries = found.f_blocks - found.f_bfree, found.f_files - found.f_ffree
        if blocks or entries > 1:  # one is the folder itself
            self.close()
        return blocks * found.f_frsize

    def close(self) -> None:
        """Remove it for good."""
        if self._mounted:
            call("umount2", bytes(self.folder), MNT_DETACH)
            self._mounted = False
