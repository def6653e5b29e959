"""What a learner did, in one small SQLite file beside the course."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import platformdirs

from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Verdict

T = TypeVar("T")
HOME, MARKER, FILE = "COURSEKIT_HOME", ".coursekit", "progress.sqlite3"
#: The steps from an empty file to today's tables; the file counts those it has had.
MIGRATIONS = (
    """
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, task TEXT NOT NULL,
        score INTEGER, out_of INTEGER NOT NULL, status TEXT NOT NULL,
        mistakes TEXT NOT NULL
    );
    CREATE INDEX attempts_by_task ON attempts (task);
    CREATE TABLE hints (task TEXT PRIMARY KEY, used INTEGER NOT NULL);
    """,
    "ALTER TABLE attempts ADD COLUMN checked_with TEXT NOT NULL DEFAULT ''",
    # for a workshop's live board: see outbox.py
    """
    ALTER TABLE attempts ADD COLUMN event TEXT NOT NULL DEFAULT '';
    UPDATE attempts SET event = lower(hex(randomblob(16)));
    CREATE INDEX attempts_by_event ON attempts (event);
    CREATE TABLE flags (event TEXT PRIMARY KEY, at TEXT NOT NULL, colour TEXT);
    CREATE TABLE board (
        number INTEGER PRIMARY KEY CHECK (number = 1), address TEXT NOT NULL,
        room TEXT NOT NULL, token TEXT NOT NULL, nickname TEXT NOT NULL,
        until REAL NOT NULL, told INTEGER NOT NULL, leaving INTEGER NOT NULL
    );
    CREATE TABLE outbox (number INTEGER PRIMARY KEY, event TEXT NOT NULL UNIQUE);
    """,
)
#: Puts an event into the outbox of the board that is joined now, if one is.
POST = "INSERT INTO outbox (event) SELECT ? FROM board WHERE until > ? AND NOT leaving"


@dataclass(frozen=True)
class Standing:
    """Where a learner is with one task; a stub that was checked is no attempt."""

    attempts: int = 0
    best: int = 0
    done: bool = False
    hints: int = 0
    #: when the first of the best attempts was made (UTC, ISO 8601), and what judged it
    at: str = ""
    checked_with: str = ""


def place() -> Path:
    """Return the folder the progress is kept in; it need not exist yet.

    ``COURSEKIT_HOME`` if it is set, so that tests and continuous integration can be
    sealed; else ``.coursekit`` in the nearest study folder above the working folder;
    else the user's data folder. Never the repository.
    """
    if home := os.environ.get(HOME):
        return Path(home)
    with contextlib.suppress(OSError):
        for folder in (Path.cwd(), *Path.cwd().parents):
            if (folder / MARKER).is_dir():
                return folder / MARKER
    return platformdirs.user_data_path("coursekit", appauthor=False)


class Store:
    """Attempts and hints, in a file or, where that cannot be, in this session.

    Nothing here raises because of the disk; `take_note` says what became of it.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self.trouble = ""
        self._memory: sqlite3.Connection | None = None
        self._turn = threading.RLock()

    def take_note(self) -> str:
        """Return what a card should say about the disk; what is over is said once."""
        said = self.trouble
        if self._memory is None:
            self.trouble = ""
        return said

    def record(self, verdict: Verdict, checked_with: str = "") -> bool:
        """Keep one attempt; a verdict without a score (our fault) has none here.

        Parameters
        ----------
        verdict : Verdict
            What it came to.
        checked_with : str, default=""
            The versions of the course and of the exercise's checks.

        Returns
        -------
        bool
            Whether a board is to hear of it.
        """
        ours = any(end.reason is Reason.GRADER_ERROR for end in verdict.criteria)
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            verdict.task,
            None if ours else verdict.score,
            verdict.out_of,
            "unjudged" if ours else verdict.status.value,
            "\n".join(mistake.name for mistake in verdict.mistakes),
            checked_with,
            event := uuid4().hex,
        )

        def write(database: sqlite3.Connection) -> bool:
            with database:
                database.execute(
                    "INSERT INTO attempts "
                    "(at, task, score, out_of, status, mistakes, checked_with, event) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
                return database.execute(POST, (event, time.time())).rowcount > 0

        return self.do(write)

    def take_hint(self, task: str, most: int) -> int:
        """Count one more hint of ``task`` and return its number, at most ``most``."""

        def write(database: sqlite3.Connection) -> int:
            with database:
                return database.execute(
                    "INSERT INTO hints VALUES (?, 1) ON CONFLICT (task) "
                    "DO UPDATE SET used = min(used + 1, ?) RETURNING used",
                    (task, most),
                ).fetchone()[0]

        return self.do(write)

    def standing(self, task: str) -> Standing:
        """Return where the learner is with ``task``."""

        def read(database: sqlite3.Connection) -> Standing:
            attempts, best, done = database.execute(
                "SELECT count(*), coalesce(max(score), 0), "
                "coalesce(max(status = 'pass'), 0) "
                "FROM attempts WHERE task = ? AND status NOT IN ('todo', 'unjudged')",
                (task,),
            ).fetchone()
            hints = database.execute(
                "SELECT coalesce(max(used), 0) FROM hints WHERE task = ?", (task,)
            ).fetchone()[0]
            first = database.execute(
                "SELECT at, checked_with FROM attempts WHERE task = ? AND score = ? "
                "AND status NOT IN ('todo', 'unjudged') "
                "ORDER BY status != 'pass', id LIMIT 1",
                (task, best),
            ).fetchone()
            return Standing(attempts, best, bool(done), hints, *(first or ()))

        return self.do(read)

    def do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``job`` on the file; where that fails, on a database in memory."""
        try:
            return self.attempt(job)
        except (sqlite3.Error, OSError) as error:
            if self._memory is not None:
                raise
            if _is_corrupt(error) and self._set_aside():
                return self.do(job)
            self._go_on_in_memory(error)
        return self.attempt(job)

    def attempt(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``job`` where progress is kept now, or raise what the disk says.

        For a thread in the background, which should not decide that the disk is lost.
        """
        if self._memory is None:
            with self._opened() as database:
                return job(database)
        with self._turn:  # one connection, which threads take in turn
            return job(self._memory)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one job, so that two kernels can take turns."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(self.file, timeout=5)) as database:
            if database.execute("PRAGMA user_version").fetchone()[0] == 0:
                # a network drive refuses, and so does SQLite, without waiting, while
                # a second kernel does the same: it is faster, and not needed
                with contextlib.suppress(sqlite3.OperationalError):
                    database.execute("PRAGMA journal_mode = WAL")
            _migrate(database)
            yield database

    def _set_aside(self) -> bool:
        """Rename a damaged file; return whether a new one can be started."""
        number = 1
        while (aside := self.file.with_name(f"{FILE}.corrupt-{number}")).exists():
            number += 1
        try:
            self.file.rename(aside)
            for tail in ("-wal", "-shm"):
                Path(f"{self.file}{tail}").unlink(missing_ok=True)
        except OSError:
            return False
        self.trouble = (
            f"the file with your progress was damaged. It is kept as {aside.name}, and "
            "a new one was started."
        )
        return True

    def _go_on_in_memory(self, error: Exception) -> None:
        """Keep what could be read and go on without the disk until the kernel ends."""
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        if isinstance(error, _NewerError):
            self.trouble = (
                "your progress was saved by a newer coursekit and is left alone. It "
                "is not saved now; update coursekit."
            )
        else:
            self.trouble = (
                f"your progress could not be saved in {self.file.parent} ({error}). "
                "Everything else works."
            )
            with contextlib.suppress(sqlite3.Error):
                address = f"{self.file.absolute().as_uri()}?mode=ro&immutable=1"
                with contextlib.closing(sqlite3.connect(address, uri=True)) as old:
                    old.backup(memory)
        try:
            _migrate(memory)
        except sqlite3.Error:  # what was copied is no use either
            memory = sqlite3.connect(":memory:", check_same_thread=False)
            _migrate(memory)
        self._memory = memory


class _NewerError(sqlite3.DatabaseError):
    """The file was written by a newer version of this module."""


def _migrate(database: sqlite3.Connection) -> None:
    """Bring the tables up to date; two kernels that start at once wait in turn."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise _NewerError(f"version {version}")
    if version == len(MIGRATIONS):
        return
    database.executescript("BEGIN IMMEDIATE;")
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        for step in MIGRATIONS[version:]:
            for statement in filter(str.strip, step.split(";")):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        database.rollback()
        raise
    database.commit()


def _is_corrupt(error: Exception) -> bool:
    damaged = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return getattr(error, "sqlite_errorcode", None) in damaged


_stores: dict[Path, Store] = {}


def store() -> Store:
    """Return the store of the present place; one a place and session."""
    folder = place()
    return _stores.setdefault(folder, Store(folder))
