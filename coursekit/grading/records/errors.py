"""Say in plain words what is wrong with a folder of records."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from coursekit.grading.display import printable

#: The low byte of an extended error code of SQLite: what kind of failure it is.
_KIND = 0xFF


class RecordsError(Exception):
    """Records cannot be read or written: what happened, what was expected, what to do.

    What was recorded before is as it was: nothing half-written is ever left.
    ``broken`` is True where the disk or the file is to blame, not what was asked for.
    """

    def __init__(self, message: str, *, broken: bool = False) -> None:
        super().__init__(message)
        self.broken = broken


@contextlib.contextmanager
def in_words(file: Path) -> Iterator[None]:
    """Turn what SQLite or the disk says about ``file`` into a `RecordsError`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise RecordsError(_words(file, error), broken=True) from error


def shown(path: object) -> str:
    """Return a path or a name in quotes, safe to print."""
    return f"'{printable(path, 300, 1)}'"


def _words(file: Path, error: Exception) -> str:
    kind = getattr(error, "sqlite_errorcode", 0) & _KIND
    folder = shown(file.parent)
    said, number = printable(error, 300, 1), getattr(error, "errno", 0)
    if kind == sqlite3.SQLITE_FULL or number in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk that holds {folder} is full. The record in hand could not be "
            "written; all earlier ones are safe. Free some space and run the same "
            "command again: it goes on where it stopped."
        )
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return (
            f"{shown(file)} is damaged or no database at all ({said}). Records are an "
            "SQLite file that 'coursekit grade' wrote. Put a copy of it back, or move "
            "it away and grade again; 'sqlite3 FILE .recover' saves what can be saved."
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            f"another program kept {shown(file)} busy for too long ({said}). Only one "
            "can write at a time. Close what else has the file open, then try again."
        )
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return _unwritable(folder, said)
    if kind == sqlite3.SQLITE_CANTOPEN or isinstance(error, PermissionError):
        return _unwritable(folder, said)
    if number == errno.EROFS:
        return _unwritable(folder, said)
    return (
        f"{shown(file)} could not be read or written ({said}). It must lie on a drive "
        "that works and that can lock files. Check the drive, or use a folder on a "
        "local disk; what was recorded before is safe."
    )


def _unwritable(folder: str, said: str) -> str:
    return (
        f"{folder} cannot be opened for this ({said}). The folder and the files in it "
        "must be yours to read and to write. Change its permissions, or copy it to a "
        "folder of your own."
    )
