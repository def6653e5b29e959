"""Let one process at a time grade into a folder, and say which one it is."""

import contextlib
import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from coursekit.grading.display import printable
from coursekit.grading.records.errors import RecordsError, in_words, shown

FILE = "records.lock"


class Lock:
    """A claim on a folder that ends with its process, however that ends.

    It is an open transaction on a small SQLite file: SQLite locks files on every
    system, the system frees the lock of a process that dies, and others can read in
    the file who holds it. The file itself stays, and means nothing when nobody has it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def take(cls, folder: Path) -> "Lock":
        """Return the lock of a folder.

        Raises
        ------
        RecordsError
            If another process has it, or the drive cannot lock files.
        """
        file = folder / FILE
        with in_words(file):
            connection = sqlite3.connect(
                file, timeout=0.5, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("BEGIN IMMEDIATE")
                _sign(connection)
                connection.execute("COMMIT")
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                taken = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                holder = _holder(connection) if taken else ""
                connection.close()
                if not taken:
                    raise
                raise _taken(folder, holder) from None
            except BaseException:
                connection.close()
                raise
        return cls(connection)

    def free(self) -> None:
        """Let others have it."""
        self._connection.close()


def _sign(connection: sqlite3.Connection) -> None:
    now = datetime.now(UTC).isoformat(" ", "seconds")
    words = f"process {os.getpid()} on {platform.node() or 'this computer'}, {now}"
    connection.execute("CREATE TABLE IF NOT EXISTS holder (words TEXT)")
    connection.execute("DELETE FROM holder")
    connection.execute("INSERT INTO holder VALUES (?)", (words,))


def _holder(connection: sqlite3.Connection) -> str:
    with contextlib.suppress(sqlite3.Error):
        return connection.execute("SELECT words FROM holder").fetchone()[0]
    return "another process"


def _taken(folder: Path, holder: str) -> RecordsError:
    return RecordsError(
        f"somebody else is writing to {shown(folder)} ({printable(holder, 200, 1)}). "
        "One run at a time can write there; reading is always possible. Wait until it "
        "is done or stop it, or give another folder and bring the two together with "
        "'coursekit merge'."
    )
