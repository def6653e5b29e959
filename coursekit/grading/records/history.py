"""Overrides as rows: a history that only grows."""

import sqlite3
from datetime import UTC, datetime, timedelta

from coursekit.grading.records.decisions import Place
from coursekit.grading.records.encoding import text, untext
from coursekit.grading.records.settled import Override

_COLUMNS = "learner, learner_id, exercise, task, points, author, reason, at, below"


def append(connection: sqlite3.Connection, override: Override) -> None:
    """Add an override; one that is there already, word for word, is not added again."""
    values = [
        one if isinstance(one, float) else text(one) for one in vars(override).values()
    ]
    marks = ", ".join("?" for _ in values)
    connection.execute(
        f"INSERT OR IGNORE INTO overrides ({_COLUMNS}) VALUES ({marks})", values
    )


def every(connection: sqlite3.Connection) -> tuple[Override, ...]:
    """Return all overrides, oldest first; the order does not depend on the rows'."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM overrides")
    overrides = (
        Override(*(one if isinstance(one, float) else untext(one) for one in row))
        for row in found
    )
    return tuple(sorted(overrides, key=lambda one: (one.at, *map(str, vars(one)))))


def places(connection: sqlite3.Connection) -> list[Place]:
    """Return every task that can be overridden."""
    found = connection.execute(
        "SELECT DISTINCT learner, learner_id, exercise, task, tasks.out_of "
        "FROM submissions JOIN tasks ON tasks.submission = submissions.id "
        "WHERE NOT superseded"
    )
    return [Place(*map(untext, row[:4]), row[4]) for row in found]


def now() -> str:
    """Return the time in UTC; these strings sort as the times do."""
    return _written(datetime.now(UTC))


def next_moment(connection: sqlite3.Connection) -> str:
    """Return the time now, or just after the newest override if that is later.

    So the newest is the one that was made last, whatever the clocks say.
    """
    [(newest,)] = connection.execute("SELECT max(at) FROM overrides")
    if not newest or newest < now():
        return now()
    return _written(datetime.fromisoformat(newest) + timedelta(microseconds=1))


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
