"""A temporary folder that its maker holds: whoever is killed leaves it to the next."""

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

PREFIX = "coursekit-walls-"


class Held:
    """A new folder among the temporary files, for this user alone.

    A lock of the kernel's lies on it for as long as this process has it: when the
    process is killed, the lock is gone and the folder is still there. So whoever makes
    the next one, or calls `remove_left`, removes it.
    """

    def __init__(self) -> None:
        remove_left()
        self.descriptor = -1
        while True:
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
            if fcntl is None:
                return
            # somebody may be quicker at any point here, and take it for left
            with suppress(FileNotFoundError):
                self.descriptor = _opened(self.folder)
                with suppress(OSError):  # a drive without locks: then nobody gets one
                    fcntl.flock(self.descriptor, fcntl.LOCK_EX)
                if _is_at(self.descriptor, self.folder):
                    return
                self.let_go()

    def let_go(self) -> None:
        """Close the descriptor of the lock; in a child, the parent keeps the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def remove(self) -> None:
        """Remove the folder for good."""
        with suppress(OSError):
            empty(self.folder)
            self.folder.rmdir()
        self.let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def remove_left() -> None:
    """Remove what this user's processes left that were killed, and nothing else."""
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    _remove_if_left(Path(entry.path))


def _remove_if_left(folder: Path) -> None:
    """Remove a folder of ours that nobody holds."""
    descriptor = _opened(folder)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(descriptor, folder):
            empty(folder)
            folder.rmdir()
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    """Open a folder, and no link to one."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _is_at(descriptor: int, folder: Path) -> bool:
    """Tell whether a folder that was opened is still where it was."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), folder.lstat())
    return False


def empty(around: Path) -> int:
    """Empty a folder and return how many bytes were in it.

    Folders are brought to the top before they are emptied: a child can nest them
    deeper than a path can be long. Links are removed and never followed.
    """
    size, brought, token = 0, 0, secrets.token_hex(8)
    todo = [around]
    while todo:
        folder = todo.pop()
        with os.scandir(folder) as entries:
            found = list(entries)
        for entry in found:
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode):
                size += getattr(status, "st_blocks", 0) * 512 or status.st_size
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(0o700)
            brought += 1
            place = around / f"{token}{brought}"  # a name nobody can take
            todo.append(Path(entry.path).rename(place))
        if folder != around:
            folder.rmdir()
    return size
