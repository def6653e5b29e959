"""What a learner's notebook and the board say to each other: one small JSON each way.

The notebook sends ``POST <address>/api/hear`` with a body such as::

    {"version": 1, "room": "K7QM2X", "token": "<32 hex digits>", "nickname": "Ada",
     "events": [
       {"id": "<32 hex digits>", "age": 0.4, "kind": "attempt", "status": "fail",
        "task": "layer_norm_forward", "points": 2, "out_of": 4,
        "mistakes": ["statistics over the batch"]},
       {"id": "<32 hex digits>", "age": 0.1, "kind": "flag", "colour": "red"},
       {"id": "<32 hex digits>", "age": 0.0, "kind": "left"}]}

and the board answers ``{"name": "Ada (2)", "settled": ["<id>", ...]}``, or
``{"refused": "code"}`` with a status that is not 200. There is no
field for code, and nothing else is read. ``points`` is null where the course itself
failed; ``colour`` is null when a flag is taken down. ``age`` is in seconds, by the
sender's clock at both ends, so that no two clocks need agree. An event that comes twice
counts once: its id says so. ``settled`` are the events that need not be sent again.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
PATH = "/api/hear"
#: Largest body the board reads, in bytes, and most events in one.
MAX_BODY, MAX_EVENTS = 64 * 1024, 50
#: Longest nickname that is sent, in characters; the board shows 40 of them.
MAX_NICKNAME = 120
MAX_MISTAKES = 8
#: Longest name of a task or a mistake, in characters.
MAX_NAME = 200
#: Most points of a task, and the longest an event may have waited, in seconds.
MAX_POINTS, MAX_AGE = 1000, 400 * 24 * 3600.0
STATUSES = ("pass", "fail", "error", "todo", "skipped", "unjudged")
COLOURS = ("red", "green")
ATTEMPT, FLAG, LEFT = "attempt", "flag", "left"
#: Why the board takes nothing: a wrong code, a learner who was removed, a board that is
#: busy, a body it cannot read.
CODE, GONE, LATER, FORM = "code", "gone", "later", "form"
_ID = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[A-Z0-9]{4,16}")


@dataclass(frozen=True)
class Event:
    """One thing that happened: an attempt, a flag put up or down, or a goodbye.

    Which fields mean something depends on ``kind``; see the module.
    """

    id: str
    age: float
    kind: str
    task: str = ""
    status: str = ""
    points: int | None = None
    out_of: int = 0
    mistakes: tuple[str, ...] = ()
    colour: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return what is sent: the fields of this kind and no others."""
        sent: dict[str, Any] = {"id": self.id, "age": self.age, "kind": self.kind}
        if self.kind == ATTEMPT:
            sent |= {
                "task": self.task[:MAX_NAME],
                "status": self.status,
                "points": self.points,
                "out_of": self.out_of,
                "mistakes": [name[:MAX_NAME] for name in self.mistakes[:MAX_MISTAKES]],
            }
        elif self.kind == FLAG:
            sent["colour"] = self.colour
        return sent


@dataclass(frozen=True)
class Message:
    """All that one request says; no events: "I am here"."""

    room: str
    token: str
    nickname: str
    events: Sequence[Event] = field(default=())

    def written(self) -> bytes:
        """Return the body of the request."""
        return json.dumps(
            {
                "version": VERSION,
                "room": self.room,
                "token": self.token,
                "nickname": self.nickname[:MAX_NICKNAME],
                "events": [event.plain() for event in self.events],
            }
        ).encode("ascii")


def tidy_code(code: str) -> str:
    """Return a room code as it is compared, however it was typed.

    Examples
    --------
    >>> tidy_code(" k7q-m2x ")
    'K7QM2X'
    """
    return re.sub(r"[\s-]+", "", code).upper()


def is_code(code: str) -> bool:
    """Tell whether a tidied text can be a room code: 4 to 16 letters and digits."""
    return _CODE.fullmatch(code) is not None


def read_message(body: bytes) -> Message:
    """Return what a request says, if it is of the form above in every field.

    Parameters
    ----------
    body : bytes
        As it came; it may be hostile.

    Raises
    ------
    ValueError
        If it is not; the message says which field, and repeats nothing of the body.
    """
    sent = _object(_parsed(body), "the body")
    if sent.get("version") != VERSION:
        raise ValueError(f"read_message: version must be {VERSION}.")
    events = _list(sent, "events", MAX_EVENTS)
    return Message(
        _text(sent, "room", MAX_NAME),
        _id(sent, "token"),
        _text(sent, "nickname", MAX_NICKNAME),
        tuple(_event(_object(one, "an event")) for one in events),
    )


def written_reply(name: str, settled: Iterable[str]) -> dict[str, Any]:
    """Return the board's answer."""
    return {"name": name, "settled": list(settled)}


def written_refusal(why: str) -> dict[str, Any]:
    """Return the board's answer to what it does not take: `CODE`, `GONE` or `LATER`."""
    return {"refused": why}


def read_refusal(body: bytes) -> str:
    """Return why a board refused; "" if that is not what a board says.

    A hotel's login page also answers, with anything.
    """
    try:
        sent = _object(_parsed(body), "the answer")
    except ValueError:
        return ""
    why = sent.get("refused")
    return why if why in (CODE, GONE, LATER, FORM) else ""


def read_reply(body: bytes) -> tuple[str, frozenset[str]]:
    """Return the name the board shows and the events it has.

    Raises
    ------
    ValueError
        If it is not an answer of a board.
    """
    sent = _object(_parsed(body), "the answer")
    settled = _list(sent, "settled", MAX_EVENTS)
    if not all(isinstance(one, str) for one in settled):
        raise ValueError("read_reply: settled must be a list of ids.")
    return _text(sent, "name", MAX_NAME), frozenset(settled)


def _event(sent: dict[str, Any]) -> Event:
    kind, head = sent.get("kind"), (_id(sent, "id"), _age(sent))
    if kind == LEFT:
        return Event(*head, LEFT)
    if kind == FLAG:
        colour = sent.get("colour")
        if colour is not None and colour not in COLOURS:
            raise ValueError(f"read_message: colour must be one of {COLOURS} or null.")
        return Event(*head, FLAG, colour=colour)
    if kind != ATTEMPT:
        raise ValueError("read_message: kind must be attempt, flag or left.")
    if sent.get("status") not in STATUSES:
        raise ValueError(f"read_message: status must be one of {STATUSES}.")
    points = None if sent.get("points") is None else _points(sent, "points")
    mistakes = _list(sent, "mistakes", MAX_MISTAKES)
    return Event(
        *head,
        ATTEMPT,
        _text(sent, "task", MAX_NAME),
        sent["status"],
        points,
        _points(sent, "out_of"),
        tuple(_text({"a mistake": one}, "a mistake", MAX_NAME) for one in mistakes),
    )


def _parsed(body: bytes) -> Any:
    if len(body) > MAX_BODY:
        raise ValueError(f"read_message: the body must have at most {MAX_BODY} bytes.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("read_message: the body must be JSON.") from None


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"read_message: {what} must be an object.")
    return value


def _list(sent: dict[str, Any], name: str, most: int) -> list[Any]:
    value = sent.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"read_message: {name} must be a list of at most {most}.")
    return value


def _text(sent: dict[str, Any], name: str, most: int) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(
            f"read_message: {name} must be text of at most {most} characters."
        )
    return value


def _id(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"read_message: {name} must be 32 hexadecimal digits.")
    return value


def _age(sent: dict[str, Any]) -> float:
    value = sent.get("age")
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("read_message: age must be a number of seconds.")
    return min(max(float(value), 0.0), MAX_AGE)


def _points(sent: dict[str, Any], name: str) -> int:
    value = sent.get(name)
    if type(value) is not int or not 0 <= value <= MAX_POINTS:
        raise ValueError(
            f"read_message: {name} must be a whole number from 0 to {MAX_POINTS}."
        )
    return value
