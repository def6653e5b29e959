"""Which board a learner joined, and what it has not heard yet, in the progress file.

So a check that could not be sent waits on the disk, not in memory: it survives the
kernel, needs no bound, and every kernel of the study folder belongs to the same board.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from coursekit import wire
from coursekit.study.store import POST, Store

#: How long a board is told of checks after it last answered (or was joined), in
#: seconds: a workshop's day, not the evening in another network with other addresses.
STAYS = 12 * 3600.0


@dataclass(frozen=True)
class Member:
    """The board that was joined, and as whom; ``token`` finds the same row again."""

    address: str
    room: str
    token: str
    nickname: str
    #: whether the board has answered yet, and whether the learner is leaving
    told: bool = False
    leaving: bool = False
    #: what it called itself in this room before, if that was another name
    was: str = ""


class Outbox:
    """What there is to tell the board, in the order in which it happened."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def join(self, address: str, room: str, nickname: str) -> Member:
        """Write down which board is told from now on.

        Another room is another board: it gets another token, and nothing of what the
        one before has not heard.
        """

        def write(database: sqlite3.Connection) -> Member:
            with database:
                known = database.execute(
                    "SELECT token, nickname FROM board WHERE room = ?", (room,)
                ).fetchone()
                token, was = known or (secrets.token_hex(16), nickname)
                if not known:
                    database.execute("DELETE FROM outbox")
                database.execute(
                    "REPLACE INTO board VALUES (1, ?, ?, ?, ?, ?, 0, 0)",
                    (address, room, token, nickname, time.time() + STAYS),
                )
            return Member(address, room, token, nickname, was=_other(was, nickname))

        return self.store.do(write)

    def flag(self, colour: str | None) -> bool:
        """Put a flag up or down; return whether a board is to hear of it."""
        return self._note(colour)

    def leave(self) -> bool:
        """Tell the board goodbye, and nothing after it; return whether one was joined.

        What happened before and is still waiting goes first.
        """
        return self._note(wire.LEFT)

    def _note(self, colour: str | None) -> bool:
        event, at = uuid4().hex, datetime.now(UTC).isoformat()

        def write(database: sqlite3.Connection) -> bool:
            with database:
                if not database.execute(POST, (event, time.time())).rowcount:
                    return False
                database.execute(
                    "INSERT INTO flags VALUES (?, ?, ?)", (event, at, colour)
                )
                if colour == wire.LEFT:
                    database.execute("UPDATE board SET leaving = 1")
            return True

        return self.store.do(write)

    def member(self) -> Member | None:
        """Return the board that is told now; None once its time is over."""

        def read(database: sqlite3.Connection) -> Member | None:
            row = database.execute(
                "SELECT address, room, token, nickname, told, leaving FROM board "
                "WHERE until > ?",
                (time.time(),),
            ).fetchone()
            return Member(*row[:4], bool(row[4]), bool(row[5])) if row else None

        return self.store.attempt(read)

    def waiting(self, most: int = wire.MAX_EVENTS) -> tuple[wire.Event, ...]:
        """Return the oldest events that the board does not have."""

        def read(database: sqlite3.Connection) -> list[tuple]:
            return database.execute(
                "SELECT event, coalesce(a.at, f.at), task, status, score, out_of, "
                "mistakes, colour FROM outbox LEFT JOIN attempts a USING (event) "
                "LEFT JOIN flags f USING (event) ORDER BY outbox.number LIMIT ?",
                (most,),
            ).fetchall()

        return tuple(_event(*row) for row in self.store.attempt(read))

    def settle(self, member: Member, events: Iterable[str]) -> None:
        """Take out what the board has; it answered, so it stays joined."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany(
                    "DELETE FROM outbox WHERE event = ?", [(one,) for one in events]
                )
                database.execute(
                    "UPDATE board SET told = 1, until = ? WHERE token = ?",
                    (time.time() + STAYS, member.token),
                )
                if member.leaving:
                    database.execute(
                        "UPDATE board SET until = 0 "
                        "WHERE leaving AND NOT EXISTS (SELECT * FROM outbox)"
                    )

        self.store.attempt(write)

    def refused(self, member: Member) -> None:
        """Tell the board nothing more until it is joined again; keep what waits."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute(
                    "UPDATE board SET until = 0 WHERE token = ?", (member.token,)
                )

        self.store.attempt(write)


def _other(was: str, name: str) -> str:
    """Return ``was`` if it may be another person's name, else ''."""
    return "" if was.casefold() == name.casefold() else was


def _event(
    event: str,
    at: str | None,
    task: str | None,
    status: str | None,
    score: int | None,
    out_of: int | None,
    mistakes: str | None,
    colour: str | None,
) -> wire.Event:
    """Return a row as it is sent."""
    age = _age(at)
    if task is not None:
        names = tuple(filter(None, (mistakes or "").split("\n")))
        return wire.Event(
            event, age, wire.ATTEMPT, task, status or "", score, out_of or 0, names
        )
    if colour == wire.LEFT:
        return wire.Event(event, age, wire.LEFT)
    return wire.Event(event, age, wire.FLAG, colour=colour)


def _age(at: str | None) -> float:
    """Return how many seconds ago a time of this computer's clock was."""
    try:
        then = datetime.fromisoformat(at or "")
        return max(0.0, (datetime.now(UTC) - then).total_seconds())
    except (ValueError, TypeError):
        return 0.0
