"""Take what learners' progress files know and the board does not."""

import hashlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from coursekit import wire
from coursekit.classroom.board.database import Happened
from coursekit.classroom.board.room import Room

FILE = "progress.sqlite3"
HELP = "'coursekit board --help' says how learners send it"
#: Folders whose name says nothing about whose file is in them.
NAMELESS = {".coursekit", "study", "coursekit", ""}
#: Largest file that is read (bytes), most attempts of it, most steps SQLite may take.
LARGEST, MOST_ATTEMPTS, MOST_STEPS = 64 * 2**20, 20_000, 50_000_000


class ProgressError(Exception):
    """A file is no learner's progress; the message says why and what to do."""


class Progress(NamedTuple):
    """What one file says."""

    nickname: str
    room: str
    token: str
    events: tuple[wire.Event, ...]


class Merged(NamedTuple):
    """What became of one file."""

    name: str
    checks: int
    new: int


def progress_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that are meant: each one named, and those below each folder.

    Raises
    ------
    ProgressError
        If one is not there, or a folder has none.
    """
    for path in paths:
        if path.is_file():
            yield path
            continue
        found = sorted(path.rglob(FILE)) if path.is_dir() else []
        if not found:
            raise ProgressError(
                f"{path} is no file, and no folder with a {FILE} in it. Learners have "
                f"theirs in their study folder, as .coursekit/{FILE}: {HELP}."
            )
        yield from found


def merge(room: Room, path: Path) -> Merged:
    """Take the attempts of one learner's file into the room.

    The row is that of the learner's token, where they had joined this room, and else
    one that the same file always leads to. An attempt the board has is not counted
    again. Flags stay where they are: they were for that moment.

    Raises
    ------
    ProgressError
        If it is no progress file.
    BoardFileError
        If the board's file cannot be written.
    """
    said = read_progress(path)
    known = room.row_of(said.token)
    token = said.token if known or said.room == room.code else ""
    if not token:
        token = said.events[0].id if said.events else said.token
    row = room.row_of(token)
    new = [] if row else [room.newcomer(said.nickname or _named(path), token, 0.0)]
    row = row or new[0]
    now = time.time()
    happened = [
        Happened(row.id, now - event.age, room.known(event))
        for event in said.events
        if event.task in room.columns
    ]
    if row.removed or not happened:
        return Merged(row.name, len(happened), 0)
    return Merged(row.name, len(happened), room.take_in(new, happened))


def read_progress(path: Path) -> Progress:
    """Return what a progress file says; it comes from a learner and is read as such.

    Parameters
    ----------
    path : Path
        It is copied first, with its log: reading changes nothing.

    Raises
    ------
    ProgressError
        If it is none.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ProgressError(f"{path} is too large to be a learner's progress.")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, FILE)
            shutil.copyfile(path, copy)
            log = Path(f"{path}-wal")
            if log.is_file() and log.stat().st_size <= LARGEST:
                shutil.copyfile(log, f"{copy}-wal")
            with closing(sqlite3.connect(copy)) as database:
                return _read(database)
    except (sqlite3.Error, OSError, UnicodeError, OverflowError) as error:
        what = f"no progress file of a learner ({error})"
        if path.suffix == ".json":
            what = "a completion record, or other JSON, which does not hold the checks"
        raise ProgressError(
            f"{path} is {what}. It should be the {FILE} in the folder .coursekit of a "
            f"study folder: {HELP}."
        ) from error


def _read(database: sqlite3.Connection) -> Progress:
    steps = iter(range(MOST_STEPS // 10_000))
    database.set_progress_handler(lambda: next(steps, None) is None, 10_000)
    database.execute("PRAGMA trusted_schema = OFF")
    tables = {
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
    }
    if "attempts" not in tables:
        raise sqlite3.DatabaseError("it has no table of attempts")
    columns = {row[1] for row in database.execute("PRAGMA table_info(attempts)")}
    event = "event" if "event" in columns else "''"
    rows = database.execute(
        f"SELECT id, at, task, status, score, out_of, mistakes, {event} "
        "FROM attempts ORDER BY id LIMIT ?",
        (MOST_ATTEMPTS,),
    )
    events = tuple(filter(None, (_event(*row) for row in rows)))
    board: Any = None
    if "board" in tables:
        board = database.execute("SELECT nickname, room, token FROM board").fetchone()
    nickname, room, token = (str(one) for one in board or ("", "", ""))
    return Progress(nickname, room, token, events)


def _event(
    number: Any,
    at: Any,
    task: Any,
    status: Any,
    score: Any,
    out_of: Any,
    mistakes: Any,
    event: Any,
) -> wire.Event | None:
    """Return one attempt as an event, or None if it is not one."""
    try:
        then = datetime.fromisoformat(at)
        age = max(0.0, (datetime.now(UTC) - then).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
    texts = all(isinstance(one, str) for one in (task, status, mistakes, event))
    if not texts or status not in wire.STATUSES:
        return None
    if not event:  # of a version that did not know of boards
        event = hashlib.sha256(f"{number} {at} {task}".encode()).hexdigest()[:32]
    names = tuple(filter(None, mistakes.split("\n")))[: wire.MAX_MISTAKES]
    sent = wire.Event(
        event,
        age,
        wire.ATTEMPT,
        task,
        status,
        score,
        out_of,
        names,
    )
    try:  # what the wire would not carry is not taken from a file either
        message = wire.Message("", event, "", (sent,)).written()
        return wire.read_message(message).events[0]
    except (ValueError, TypeError):
        return None


def _named(path: Path) -> str:
    """Return whose file it is by its name, or by that of a folder.

    Examples
    --------
    >>> _named(Path("handed-in/Ada/study/.coursekit/progress.sqlite3"))
    'Ada'
    """
    if path.name != FILE:
        return path.stem
    folders = [folder.name for folder in path.absolute().parents]
    return next((name for name in folders if name not in NAMELESS), "")
