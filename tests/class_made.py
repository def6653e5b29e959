"""A board that runs in this process, and learners who speak to it as notebooks do."""

import asyncio
import contextlib
import hashlib
import http.client
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer

from coursekit import wire
from coursekit.classroom.board.columns import Column, Columns
from coursekit.classroom.board.database import Database
from coursekit.classroom.board.handlers import application
from coursekit.classroom.board.room import Room
from coursekit.classroom.board.serving import listen

CODE = "K7QM2X"
OVER_THE_BATCH, NO_EPS = "statistics over the batch", "eps left out"
COLUMNS = Columns(
    [
        Column("05-shape", "05_batch_norm", 1),
        Column("batch_norm_forward", "05_batch_norm", 12, frozenset({NO_EPS})),
        Column("07-means", "07_layer_norm", 1, frozenset({'"none"'}), short=True),
        Column(
            "layer_norm_forward",
            "07_layer_norm",
            10,
            frozenset({OVER_THE_BATCH, NO_EPS}),
        ),
        Column("layer_norm_backward", "07_layer_norm", 10),
    ]
)
TASK = "layer_norm_forward"


def an_id(*parts: object) -> str:
    """Return an id, the same for the same parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@dataclass
class Class:
    """A running board."""

    room: Room
    address: str

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send one request; with a body it is a POST."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        with contextlib.closing(connection):
            method = "GET" if body is None else "POST"
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())

    def as_teacher(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask with the instructor's cookie."""
        status, _, headers = self.ask(f"/teach/{self.room.teach_key}")
        assert status == 200
        cookie = headers["Set-Cookie"].partition(";")[0]
        sent = None if body is None else json.dumps(body).encode()
        status, told, _ = self.ask(path, sent, {"Cookie": cookie, "X-Board": "1"})
        return status, json.loads(told) if status == 200 else None

    def state(self) -> dict[str, Any]:
        """Return what the instructor's page would be sent."""
        return self.as_teacher("/api/state")[1]

    def rows(self) -> dict[str, Any]:
        """Return the learners by name."""
        return {one["name"]: one for one in self.state()["learners"]}

    def say(
        self,
        nickname: str,
        *events: wire.Event,
        token: str = "",
        room: str = CODE,
    ) -> tuple[int, Any]:
        """Say something as a learner's notebook does."""
        message = wire.Message(room, token or an_id(nickname), nickname, events)
        status, told, _ = self.ask(wire.PATH, message.written())
        return status, json.loads(told)


def attempt(
    number: int,
    status: str = "pass",
    task: str = TASK,
    points: int | None = 10,
    mistakes: tuple[str, ...] = (),
    age: float = 0.0,
) -> wire.Event:
    """Return an attempt."""
    return wire.Event(
        an_id(number), age, wire.ATTEMPT, task, status, points, 10, mistakes
    )


def flag(number: int, colour: str | None, age: float = 0.0) -> wire.Event:
    """Return a flag."""
    return wire.Event(an_id("flag", number), age, wire.FLAG, colour=colour)


@contextlib.contextmanager
def running(
    path: Path, columns: Columns = COLUMNS, code: str = CODE
) -> Iterator[Class]:
    """Run a board on a free port of this computer."""
    started, held = threading.Event(), {}

    async def serve() -> None:
        (socket,) = listen("127.0.0.1", 0)
        address = f"http://127.0.0.1:{socket.getsockname()[1]}"
        server = HTTPServer(application(room, address), max_body_size=wire.MAX_BODY)
        server.add_sockets([socket])
        held.update(
            address=address, loop=asyncio.get_running_loop(), end=asyncio.Event()
        )
        started.set()
        await held["end"].wait()
        server.stop()

    with Database(path) as database:
        room = Room(database, columns, code=code)
        thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        assert started.wait(10)
        try:
            yield Class(room, held["address"])
        finally:
            held["loop"].call_soon_threadsafe(held["end"].set)
            thread.join(10)


NAMES = (
    "Ada Alan Barbara Claude Dorothy Edsger Emmy Frances Grace Hedy Ida Joan John "
    "Katherine Kurt Leslie Linus Margaret Mary Niklaus Ole Paul Radia Rózsa Sofia "
    "Srinivasa Tim Vera Yann Zhenya"
).split()


def simulate(made: Class, learners: int = 30, seed: int = 0) -> None:
    """Let learners join and work for a while, each at their own pace."""
    chance = random.Random(seed)
    columns = list(made.room.columns.values())
    for number in range(learners):
        name = NAMES[number] if number < len(NAMES) else f"learner {number}"
        made.say(name)
        events = []
        for at, column in enumerate(columns[: chance.randint(1, len(columns))]):
            for turn in range(chance.randint(1, 3)):
                known = sorted(column.mistakes)[:4]
                status = chance.choice(["fail", "fail", "error", "todo", "pass"])
                wrong = status == "fail" and known and chance.random() < 0.8
                which = min(int(chance.expovariate(1)), len(known) - 1)
                events.append(
                    attempt(
                        hash((number, at, turn)),
                        status,
                        column.name,
                        column.points if status == "pass" else column.points // 2,
                        (known[which],) if wrong else (),
                        age=chance.random() * 900,
                    )
                )
        if chance.random() < 0.25:
            colour = chance.choice(["red", "green"])
            events.append(flag(number, colour, age=chance.random() * 400))
        for start in range(0, len(events), wire.MAX_EVENTS):
            made.say(name, *events[start : start + wire.MAX_EVENTS])
