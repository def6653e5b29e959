"""The room: the state, the file it is kept in, and who waits for news of it."""

import asyncio
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from coursekit import wire
from coursekit.classroom.board.columns import Columns
from coursekit.classroom.board.database import (
    BoardFileError,
    Database,
    Happened,
    Row,
)
from coursekit.classroom.board.limits import Refused
from coursekit.classroom.board.names import (
    likeness,
    tidy_nickname,
    unique_nickname,
)
from coursekit.classroom.board.state import State, projector_view, teacher_view

#: Letters and digits that nobody takes for others, on a wall or over a shoulder.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
#: Most learners of one board, and most minutes of its timer.
MOST_LEARNERS, MOST_MINUTES = 500, 24 * 60


@dataclass(frozen=True)
class Timer:
    """A countdown: when it ends, and how long it was (seconds)."""

    ends: float
    seconds: float


class Room:
    """One class. Everything is in the file before anybody is told of it."""

    def __init__(
        self,
        database: Database,
        columns: Columns,
        *,
        code: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.database, self.columns, self.now = database, columns, now
        settings = dict(database.settings())
        wanted = {
            "room": code or settings.get("room") or new_code(),
            "teach": settings.get("teach") or secrets.token_hex(16),
            "show": settings.get("show") or secrets.token_hex(16),
        }
        if wanted.items() - settings.items():
            with database.writing():
                for name, value in wanted.items():
                    database.set(name, value)
        self.code, self.teach_key, self.show_key = wanted.values()
        self.timer = _timer(settings.get("timer", ""))
        lesson = settings.get("lesson", "")
        self.lesson = lesson if lesson in columns.lessons else ""
        #: what the instructor should know about the disk
        self.trouble = ""
        self.state = State(columns)
        self._tokens: dict[str, Row] = {}
        for row in database.learners():
            self._place(row)
        for happened in database.events():
            self.state.apply(happened)
        self._news = asyncio.Event()

    def knows(self, token: str) -> bool:
        """Tell whether a learner's token has a row."""
        return _hidden(token) in self._tokens

    def hear(self, message: wire.Message) -> dict[str, Any]:
        """Take in what a notebook says, which the door let in, and return the answer.

        Events of tasks the board does not know are settled too: nothing would change
        if they came again.

        Raises
        ------
        Refused
            If the learner was removed, or the room is full.
        BoardFileError
            If it could not be kept; then nothing has changed.
        """
        now = self.now()
        row, new = self._row_for(message, now)
        happened = [
            Happened(row.id, now - event.age, self.known(event))
            for event in message.events
            if event.kind != wire.ATTEMPT or event.task in self.columns
        ]
        if not message.events and (one := self.state.learners.get(row.id)) and one.left:
            happened = [_down(row.id, now)]  # who says hello has come back
        if new or happened:
            self.take_in([row] if new else [], happened)
        return wire.written_reply(row.name, (event.id for event in message.events))

    def take_in(self, rows: list[Row], happened: list[Happened]) -> int:
        """Keep learners and events, then show them; return how many events were new."""
        with self._kept():
            for row in rows:
                self.database.put(row)
            fresh = self.database.add(happened)
        for row in rows:
            self._place(row)
        for one in fresh:
            self.state.apply(one)
        if rows or fresh:
            self.tell()
        return len(fresh)

    def newcomer(self, nickname: str, token: str, now: float) -> Row:
        """Return the row a new learner would have; it is not kept yet."""
        if len(self._tokens) >= MOST_LEARNERS:
            raise Refused(429, wire.LATER)
        number = max((row.id for row in self._tokens.values()), default=0) + 1
        asked = tidy_nickname(nickname)
        return Row(number, _hidden(token), self._free(asked), asked, now)

    def row_of(self, token: str) -> Row | None:
        """Return the row a token has."""
        return self._tokens.get(_hidden(token))

    def known(self, event: wire.Event) -> wire.Event:
        """Return an event with nothing in it that is not from the board's own lists."""
        if event.kind != wire.ATTEMPT:
            return event
        most = self.columns[event.task].points
        return replace(
            event,
            mistakes=self.columns.known(event.task, event.mistakes),
            points=None if event.points is None else min(event.points, most),
            out_of=most,
        )

    def set_timer(self, minutes: float) -> None:
        """Start the timer; 0 takes it away."""
        seconds = 60 * min(max(minutes, 0.0), MOST_MINUTES)
        timer = Timer(self.now() + seconds, seconds) if seconds else None
        told = json.dumps([timer.ends, timer.seconds]) if timer else ""
        with self._kept():
            self.database.set("timer", told)
        self.timer = timer
        self.tell()

    def set_lesson(self, lesson: str) -> None:
        """Show one lesson only, here and on the projector; "" shows all."""
        if lesson and lesson not in self.columns.lessons:
            raise ValueError(f"set_lesson: there is no lesson {lesson!r}.")
        with self._kept():
            self.database.set("lesson", lesson)
        self.lesson = lesson
        self.tell()

    def answer_flag(self, learner: int) -> None:
        """Take a learner's flag down for them."""
        if learner in self.state.learners:
            self.take_in([], [_down(learner, self.now())])

    def remove(self, learner: int) -> None:
        """Take a learner off the board; their token does not come back."""
        for row in self._tokens.values():
            if row.id == learner:
                self.take_in([row._replace(removed=True)], [])
                return

    def teacher(self, since: int = -1) -> dict[str, Any]:
        """Return what the instructor's page shows of what changed after a version."""
        return teacher_view(self.state, since) | self._common()

    def projector(self) -> dict[str, Any]:
        """Return what the projector shows."""
        return projector_view(self.state) | self._common() | {"trouble": ""}

    def _common(self) -> dict[str, Any]:
        timer = self.timer
        return {
            "lesson": self.lesson,
            "timer": timer and {"ends": timer.ends, "seconds": timer.seconds},
            "trouble": self.trouble,
        }

    def tell(self) -> None:
        """Wake whoever waits for news."""
        self.state.version += 1
        self._news.set()
        self._news = asyncio.Event()

    async def news(self, since: int, seconds: float) -> bool:
        """Wait until there is something newer than a version; return whether there is.

        Parameters
        ----------
        since : int
            The version that is known.
        seconds : float
            How long to wait at most.
        """
        if self.state.version <= since:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        return self.state.version > since

    @contextlib.contextmanager
    def _kept(self) -> Any:
        """Write to the file; remember for the instructor whether that went well."""
        trouble = ""
        try:
            with self.database.writing():
                yield
        except BoardFileError as error:
            trouble = str(error)
            raise
        finally:
            if trouble != self.trouble:
                self.trouble = trouble
                self.tell()

    def _row_for(self, message: wire.Message, now: float) -> tuple[Row, bool]:
        """Return the learner's row, and whether it is new or has another name."""
        row = self.row_of(message.token)
        if row is None:
            return self.newcomer(message.nickname, message.token, now), True
        if row.removed:
            raise Refused(410, wire.GONE)
        asked = tidy_nickname(message.nickname)
        if asked == row.asked:
            return row, False
        return row._replace(name=self._free(asked, row), asked=asked), True

    def _free(self, asked: str, own: Row | None = None) -> str:
        others = (r for r in self._tokens.values() if own is None or r.id != own.id)
        return unique_nickname(asked, {likeness(r.name) for r in others})

    def _place(self, row: Row) -> None:
        self._tokens[row.token] = row
        self.state.place(row)


def new_code() -> str:
    """Return a room code by chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _down(learner: int, now: float) -> Happened:
    """Return that a learner has no flag up."""
    return Happened(learner, now, wire.Event(uuid4().hex, 0.0, wire.FLAG))


def _hidden(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _timer(told: str) -> Timer | None:
    return Timer(*json.loads(told)) if told else None
