"""The board's file: one SQLite database that has everything, in the order it came."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from coursekit import wire

#: Marks a file as a board's ("CKbd"), and the version of its tables.
_OURS, _VERSION = 0x434B6264, 1
_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE learners (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    asked TEXT NOT NULL, joined REAL NOT NULL, removed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE events (
    number INTEGER PRIMARY KEY, learner INTEGER NOT NULL REFERENCES learners (id),
    id TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, task TEXT NOT NULL,
    status TEXT NOT NULL, points INTEGER, out_of INTEGER NOT NULL,
    mistakes TEXT NOT NULL, colour TEXT, UNIQUE (learner, id)
);
"""


class BoardFileError(Exception):
    """The file cannot be used; the message says why and what to do."""


class Row(NamedTuple):
    """One learner; ``token`` is its SHA-256: who reads the file joins as nobody."""

    id: int
    token: str
    name: str
    #: what was asked for, before a number was put behind it
    asked: str
    joined: float
    removed: bool = False


class Happened(NamedTuple):
    """One event, at a time of the board's own clock (seconds since 1970, UTC)."""

    learner: int
    at: float
    event: wire.Event


class Database:
    """Everything is committed before it is shown or answered.

    The file is in WAL mode and locked as long as it is open: one board for one file.
    A commit outlives the process, killed or not; a power cut can take the last seconds,
    which the learners' progress files still have.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; its log is folded into it."""
        self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Do everything inside or nothing.

        Raises
        ------
        BoardFileError
            If the disk is full or cannot be written.
        """
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
        except sqlite3.Error as error:
            raise BoardFileError(_in_words(self.path, error)) from error

    def set(self, name: str, value: str) -> None:
        """Keep one setting, inside `writing`."""
        self._connection.execute("REPLACE INTO settings VALUES (?, ?)", (name, value))

    def put(self, row: Row) -> None:
        """Keep one learner, new or changed, inside `writing`."""
        self._connection.execute(
            "INSERT INTO learners VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
            "SET name = excluded.name, asked = excluded.asked, "
            "removed = excluded.removed",
            row,
        )

    def add(self, happened: Iterable[Happened]) -> list[Happened]:
        """Keep events, inside `writing`; return those that were not there yet."""
        return [one for one in happened if self._add(one)]

    def _add(self, one: Happened) -> bool:
        event = one.event
        return (
            self._connection.execute(
                "INSERT OR IGNORE INTO events (learner, id, at, kind, task, status, "
                "points, out_of, mistakes, colour) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    one.learner,
                    event.id,
                    one.at,
                    event.kind,
                    event.task,
                    event.status,
                    event.points,
                    event.out_of,
                    json.dumps(event.mistakes),
                    event.colour,
                ),
            ).rowcount
            > 0
        )

    def settings(self) -> Mapping[str, str]:
        """Return every setting by name."""
        return dict(self._connection.execute("SELECT name, value FROM settings"))

    def learners(self) -> list[Row]:
        """Return every learner, in the order in which they joined."""
        rows = self._connection.execute("SELECT * FROM learners ORDER BY id")
        return [Row(*row[:5], bool(row[5])) for row in rows]

    def events(self) -> Iterator[Happened]:
        """Yield every event, in the order in which they came."""
        rows = self._connection.execute(
            "SELECT learner, at, id, kind, task, status, points, out_of, mistakes, "
            "colour FROM events ORDER BY number"
        )
        for learner, at, name, kind, task, status, points, out_of, named, col in rows:
            mistakes = tuple(json.loads(named))
            event = wire.Event(
                name, 0.0, kind, task, status, points, out_of, mistakes, col
            )
            yield Happened(learner, at, event)

    def _opened(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path, timeout=0.5, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise BoardFileError(_in_words(self.path, error)) from error
        try:
            _prepare(connection, self.path)
        except sqlite3.Error as error:
            connection.close()
            raise BoardFileError(_in_words(self.path, error)) from error
        except BoardFileError:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Take hold of the file, see that it is ours, and make its tables if it is new."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not empty and mark != _OURS:
        raise BoardFileError(
            f"{path} is not a board's file but some other database. It is left alone. "
            "Give another name with --data."
        )
    if version > _VERSION:
        raise BoardFileError(
            f"{path} was written by a newer coursekit. It is left alone. Update "
            "coursekit, or give another name with --data."
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")  # also finds out whether it can be written
    if empty:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_OURS}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _in_words(path: Path, error: sqlite3.Error) -> str:
    """Say what is wrong with the file, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    folder = path.absolute().parent
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            f"{path} is in use: a board runs on it. Stop that one with Ctrl-C, or give "
            "another file with --data."
        )
    if code == sqlite3.SQLITE_FULL:
        return (
            f"the disk is full, and {path} cannot grow. Free some space: learners' "
            "notebooks keep what the board does not take, and send it again."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return (
            f"{path} cannot be written ({error}). The board needs a file that can be, "
            f"in a folder that exists ({folder}). Give another one with --data."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return (
            f"{path} is damaged, or no database. It is left alone. Give another name "
            "with --data; learners who check or join again appear on the new board."
        )
    return f"{path} cannot be used ({error}). Give another file with --data."
