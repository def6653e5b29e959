"""Open the file of records: its tables, its version, and how safely it writes."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from coursekit.grading.records.drives import shared_drive
from coursekit.grading.records.errors import RecordsError, in_words, shown

FILE = "records.sqlite"
#: "ckgr" in the file's header tells it from the SQLite files of other programs.
OURS = int.from_bytes(b"ckgr", "big")
WAIT_SECONDS = 30
#: The steps from an empty file to today's tables; the file counts those it has had.
MIGRATIONS = (
    """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE submissions (
        id INTEGER PRIMARY KEY,
        learner NOT NULL, learner_id NOT NULL, exercise NOT NULL, origin NOT NULL,
        digest NOT NULL, modified REAL, late INTEGER NOT NULL,
        seed NOT NULL, edition NOT NULL, version NOT NULL,
        isolation NOT NULL, walls NOT NULL,
        reason TEXT NOT NULL, message NOT NULL, notes NOT NULL,
        score INTEGER, out_of INTEGER NOT NULL,
        graded_at TEXT NOT NULL, superseded INTEGER NOT NULL DEFAULT 0,
        UNIQUE (learner, learner_id, exercise, origin)
    );
    CREATE TABLE tasks (
        submission INTEGER NOT NULL REFERENCES submissions ON DELETE CASCADE,
        place INTEGER NOT NULL, task NOT NULL, score INTEGER, out_of INTEGER NOT NULL,
        mistakes NOT NULL, notes NOT NULL, source NOT NULL,
        cpu_seconds REAL, wall_seconds REAL,
        PRIMARY KEY (submission, place)
    ) WITHOUT ROWID;
    CREATE TABLE criteria (
        submission INTEGER NOT NULL REFERENCES submissions ON DELETE CASCADE,
        task_place INTEGER NOT NULL, place INTEGER NOT NULL,
        sentence NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
        score INTEGER, out_of INTEGER NOT NULL, message NOT NULL, picture BLOB,
        PRIMARY KEY (submission, task_place, place)
    );
    CREATE TABLE overrides (
        id INTEGER PRIMARY KEY,
        learner NOT NULL, learner_id NOT NULL, exercise NOT NULL, task NOT NULL,
        points REAL NOT NULL, author NOT NULL, reason NOT NULL, at TEXT NOT NULL,
        below NOT NULL,
        UNIQUE (learner, learner_id, exercise, task, points, author, reason, at, below)
    );
    CREATE VIEW results AS
        SELECT learner, learner_id, exercise, task, criteria.sentence,
               criteria.status, criteria.reason, criteria.score, criteria.out_of
        FROM submissions
        JOIN tasks ON tasks.submission = submissions.id
        JOIN criteria ON criteria.submission = submissions.id
                     AND criteria.task_place = tasks.place
        WHERE NOT superseded
        ORDER BY learner, learner_id, exercise, tasks.place, criteria.place;
    """,
    """
    CREATE TABLE places (
        learner NOT NULL, learner_id NOT NULL, exercise NOT NULL, origin NOT NULL,
        place NOT NULL,
        PRIMARY KEY (learner, learner_id, exercise, origin)
    ) WITHOUT ROWID;
    """,
)


class Database:
    """One open connection to the file of records, and what is to be said about it."""

    def __init__(self, connection: sqlite3.Connection, file: Path, note: str) -> None:
        self.connection, self.file, self.note = connection, file, note

    @contextlib.contextmanager
    def writing(self, *, lasting: bool = False) -> Iterator[sqlite3.Connection]:
        """Do all of a block or none of it; ``lasting`` holds through a power cut."""
        with in_words(self.file):
            if lasting:
                self.connection.execute("PRAGMA synchronous = FULL")
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                with self._ended_by("COMMIT"):
                    yield self.connection
            finally:
                if lasting:
                    self.connection.execute(
                        f"PRAGMA synchronous = {_synchronous(self.connection)}"
                    )

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See the file as it is at this moment for the length of a block."""
        with in_words(self.file):
            self.connection.execute("BEGIN")
            with self._ended_by("ROLLBACK"):
                yield self.connection

    @contextlib.contextmanager
    def _ended_by(self, statement: str) -> Iterator[None]:
        try:
            yield
            self.connection.execute(statement)
        finally:
            if self.connection.in_transaction:  # a full disk ends some by itself
                self.connection.execute("ROLLBACK")


def open_for_writing(folder: Path) -> Database:
    """Open the records of a folder to write them; both are made where there is none.

    Raises
    ------
    RecordsError
        If the folder cannot be written, or holds a file that is not ours.
    """
    file = folder / FILE
    with in_words(file):
        _refuse_a_file(folder)
        folder.mkdir(parents=True, exist_ok=True)
        connection = _connect(file)
        with _closed_on_failure(connection):
            _refuse_foreign(connection, file)
            note = _set_journal(connection, folder)
            connection.execute(f"PRAGMA synchronous = {_synchronous(connection)}")
            _migrate(connection, file)
    return Database(connection, file, note)


def open_for_reading(folder: Path) -> Database:
    """Open the records of a folder to read them, however little else is allowed there.

    Raises
    ------
    RecordsError
        If there are none, or they cannot be read.
    """
    file = folder / FILE
    with in_words(file):
        _refuse_a_file(folder)
        there = file.is_file()
    if not there:
        raise RecordsError(
            f"there are no records in {shown(folder)}. It must be the folder that was "
            f"given to 'coursekit grade' as --out; it holds {FILE}. Check the name, or "
            "grade first."
        )
    log = file.with_name(f"{FILE}-wal")
    with in_words(file):
        try:
            connection = _readable(file, file)
        except sqlite3.OperationalError:
            # A folder that cannot be written, such as an archive: nobody else can
            # write there either, so the file is all there is, unless a log is left.
            if log.exists() and log.stat().st_size:
                raise
            connection = _readable(_unchanging(file), file)
    return Database(connection, file, "")


def _unchanging(file: Path) -> str:
    """Return the address at which SQLite opens a file without any lock or log."""
    address = file.absolute().as_uri()
    if not address.startswith("file:///"):  # a server's name: SQLite takes no host
        address = address.replace("file://", "file:////", 1)
    return f"{address}?mode=ro&immutable=1"


def _readable(address: Path | str, file: Path) -> sqlite3.Connection:
    connection = _connect(address)
    with _closed_on_failure(connection):
        connection.execute("PRAGMA query_only = ON")
        _refuse_foreign(connection, file)
        if _version(connection) == 0:
            raise RecordsError(
                f"{shown(file)} is empty. Records are written by 'coursekit grade', "
                "which was stopped before it wrote any. Run it again."
            )
    return connection


def _connect(address: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        uri=isinstance(address, str),
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    with _closed_on_failure(connection):
        connection.execute("PRAGMA foreign_keys = ON")
        # what the file says is data: no function of ours runs because of its schema
        connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@contextlib.contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _refuse_foreign(connection: sqlite3.Connection, file: Path) -> None:
    """Raise where the file was made by another program or by a newer one of ours."""
    [(tables,)] = connection.execute("SELECT count(*) FROM sqlite_schema")
    [(owner,)] = connection.execute("PRAGMA application_id")
    if (tables or owner) and owner != OURS:
        raise RecordsError(
            f"{shown(file)} was made by another program. A file of that name must hold "
            "the records of 'coursekit grade'. Use another folder, or move the file "
            "away; it is left as it is."
        )
    if (version := _version(connection)) > len(MIGRATIONS):
        raise RecordsError(
            f"{shown(file)} was written by a newer coursekit (its tables have version "
            f"{version}, this coursekit knows {len(MIGRATIONS)}). Update coursekit, or "
            "use another folder; the file is left as it is."
        )


def _set_journal(connection: sqlite3.Connection, folder: Path) -> str:
    """Turn on the write-ahead log where it is safe; return what to say if it is not."""
    if kind := shared_drive(folder):
        why, wanted = (
            f"the folder is on a drive that computers share ({kind})",
            "DELETE",
        )
    else:
        why, wanted = "this drive has no memory that programs can share", "WAL"
    try:
        connection.execute(f"PRAGMA journal_mode = {wanted}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return ""  # somebody is reading; what was set when it was made stays
        connection.execute("PRAGMA journal_mode = DELETE")
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode == "wal":
        return ""
    return (
        f"{why}: records are written without SQLite's write-ahead log, as safely but "
        "more slowly. A folder on a local disk is faster."
    )


def _synchronous(connection: sqlite3.Connection) -> str:
    """Return how often to wait for the disk.

    With the log, NORMAL: a killed process loses nothing that was committed, and a power
    cut at most the last records, which are graded again; waiting for the disk after
    each would cost more than grading. Without the log a power cut in NORMAL can damage
    the file, so FULL.
    """
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    return "NORMAL" if mode == "wal" else "FULL"


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Bring the tables up to date; two that start at once wait in turn."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _refuse_foreign(connection, file)
        for step in MIGRATIONS[_version(connection) :]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {OURS}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_a_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise RecordsError(
            f"{shown(folder)} is a file. Results are kept in a folder. Give the name "
            "of a folder; it is made if it is not there."
        )
