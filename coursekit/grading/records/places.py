"""Where the file of each record was last found, to notice when it is no more there.

A folder of results may hold several weeks, or parts that were merged. So only a file
that was seen at a place before can be missing from that place.
"""

import sqlite3
from collections.abc import Iterable

from coursekit.grading.records.encoding import text, untext
from coursekit.grading.records.rows import Key


def note(connection: sqlite3.Connection, place: str, keys: Iterable[Key]) -> None:
    """Write down that files lie at a place; each is where it was seen last."""
    connection.executemany(
        "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?)",
        [(*map(text, key), text(place)) for key in keys],
    )


def noted(connection: sqlite3.Connection, place: str) -> set[Key]:
    """Return what was last seen at a place."""
    found = connection.execute(
        "SELECT learner, learner_id, exercise, origin FROM places WHERE place = ?",
        (text(place),),
    )
    return {tuple(map(untext, key)) for key in found}
