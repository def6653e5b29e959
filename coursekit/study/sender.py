"""Carry the outbox to the board: one thread in the background, which is never heard."""

import contextlib
import http.client
import os
import random
import sqlite3
import threading
import time
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from coursekit import wire
from coursekit.study.outbox import Member, Outbox
from coursekit.study.store import Store

#: Seconds a connection, and then an answer, may take; and between two attempts.
PATIENCE, FIRST_PAUSE, LONGEST_PAUSE = 4.0, 1.0, 60.0
#: The learner's own random numbers are left alone.
_CHANCE = random.Random()


class Ended(StrEnum):
    """How the last attempt to reach the board ended."""

    HEARD = "heard"
    AWAY = "away"
    BUSY = "busy"
    WRONG_CODE = "wrong code"
    REMOVED = "removed"
    NO_BOARD = "no board"


#: What a board's refusals mean here; the first two are final until the next `join`.
REFUSALS = {
    wire.CODE: Ended.WRONG_CODE,
    wire.GONE: Ended.REMOVED,
    wire.LATER: Ended.BUSY,
}
FINAL = (Ended.WRONG_CODE, Ended.REMOVED)


class Answer(NamedTuple):
    """What came of one attempt; ``name`` is how the board shows the learner."""

    ended: Ended
    name: str = ""
    settled: frozenset[str] = frozenset()
    pause: float | None = None


class Sender:
    """Sends while there is something to send; asks for nothing and says nothing."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._woken, self._changed = threading.Event(), threading.Condition()
        self._thread: threading.Thread | None = None
        self._last: tuple[str, Answer] | None = None
        self._failures = 0
        #: not to try again before then, unless somebody who joins waits for it
        self._not_before, self._hurry = 0.0, False

    def wake(self) -> None:
        """Let the thread look now; returns at once."""
        self._woken.set()
        if self._thread is None or not self._thread.is_alive():  # or this is a fork
            self._thread = threading.Thread(
                target=self._run, name="coursekit board", daemon=True
            )
            self._thread.start()

    def first_answer(self, member: Member, seconds: float) -> Answer | None:
        """Wake the thread and wait, this long at most, for what comes of it."""
        with self._changed:
            self._last = None
            self._hurry = True
            self.wake()
            self._changed.wait_for(lambda: self._about(member), timeout=seconds)
            return self._last[1] if self._about(member) else None

    def _about(self, member: Member) -> bool:
        return self._last is not None and self._last[0] == member.token

    def _run(self) -> None:
        pause: float | None = 0.0
        while True:
            self._woken.wait(pause)
            self._woken.clear()
            early = self._not_before - time.monotonic()
            if early > 0 and not self._hurry:  # a check does not make it come sooner
                pause = early
                continue
            self._hurry = False
            try:
                pause = self._carry()
            except (sqlite3.Error, OSError):  # the disk is busy or gone: it all waits
                pause = LONGEST_PAUSE
            self._not_before = time.monotonic() + (pause or 0.0)

    def _carry(self) -> float | None:
        """Send one batch; return how long to wait then, None: until woken."""
        member = self.outbox.member()
        if member is None:
            return None
        events = self.outbox.waiting()
        if not events and member.told:
            return None
        answer = send(member, events)
        if answer.ended is Ended.HEARD:
            self.outbox.settle(member, answer.settled)
        elif answer.ended in FINAL:
            self.outbox.refused(member)
        with self._changed:
            self._last = (member.token, answer)
            self._changed.notify_all()
        if answer.ended is Ended.HEARD and (answer.settled or not events):
            self._failures = 0
            return 0.0  # look for more
        self._failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        # a class that lost its board does not come back in the same instant
        return max(answer.pause or 0.0, pause * _CHANCE.uniform(0.7, 1.3))


def send(member: Member, events: tuple[wire.Event, ...]) -> Answer:
    """Send one request and return what came of it; never raises for the network."""
    body = wire.Message(member.room, member.token, member.nickname, events).written()
    try:
        status, told, pause = _posted(member.address, body)
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(Ended.AWAY)
    if status != 200:
        ended = REFUSALS.get(wire.read_refusal(told), Ended.NO_BOARD)
        return Answer(ended, pause=pause)
    try:
        return Answer(Ended.HEARD, *wire.read_reply(told))
    except ValueError:
        return Answer(Ended.NO_BOARD)


def _posted(address: str, body: bytes) -> tuple[int, bytes, float]:
    """Return status, body and Retry-After; no proxy, no redirect, no cookie."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        head = {"Content-Type": "application/json", "Connection": "close"}
        connection.request("POST", parts.path.rstrip("/") + wire.PATH, body, head)
        answer = connection.getresponse()
        told = answer.read(wire.MAX_BODY + 1)
        pause = answer.getheader("Retry-After", "0")
        return answer.status, told, min(float(pause) if pause.isdecimal() else 0, 60)


@cache
def _sender(store: Store, process: int) -> Sender:
    return Sender(Outbox(store))


def sender(store: Store) -> Sender:
    """Return the sender of a store: one in a process, and another one in a fork."""
    return _sender(store, os.getpid())
