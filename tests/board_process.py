"""``coursekit board`` as a process of its own, and a class that works at a pace."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from class_made import an_id

from coursekit import wire

TASK = "layer_norm_forward"


@dataclass
class Board:
    """A running board, by what it printed."""

    process: subprocess.Popen
    address: str
    teach: str
    code: str

    def state(self) -> dict:
        """Return the state as the instructor's page gets it."""
        return json.loads(self.ask("/api/state", self.cookie())[1])

    def cookie(self) -> str:
        """Return the instructor's cookie."""
        return self.ask(urlsplit(self.teach).path)[2].partition(";")[0]

    def ask(self, path: str, cookie: str = "") -> tuple[int, bytes, str]:
        """Send one request."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Set-Cookie", "")


@contextlib.contextmanager
def board_process(data: Path, port: int = 0, *more: str) -> Iterator[Board]:
    """Start ``coursekit board`` on this computer alone; kill it at the end."""
    command = [sys.executable, "-m", "coursekit", "board", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        teach = re.search(r"http://\S+/teach/\w+", said)[0]
        address, code = re.search(r'join\("(http://\S+)/(\w+)"', said).groups()
        yield Board(process, address, teach, code)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def killed(board: Board) -> None:
    """End a board as a power cut of its process would: kill -9."""
    board.process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    board.process.wait()


@dataclass
class Load:
    """What came of a class that worked for a while."""

    sent: int = 0
    taken: int = 0
    lost: int = 0
    #: seconds from an event's sending to its answer, and to the page that shows it
    answered: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    #: when each was sent, by learner and count (seconds since 1970)
    sent_at: dict[str, float] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Yield the figures."""
        yield f"checks sent {self.sent}, taken {self.taken}, never shown {self.lost}"
        yield line("answered", self.answered)
        yield line("page told", self.shown)


def summary(times: list[float]) -> tuple[float, float, float]:
    """Return the median, the 95th percentile and the largest."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1], max(times)


def line(name: str, times: list[float]) -> str:
    """Return one row of figures, in seconds."""
    median, p95, most = summary(times)
    return f"{name:<13}median {median:.3f} s, p95 {p95:.3f} s, most {most:.3f} s"


async def work(board: Board, learners: int, seconds: float) -> Load:
    """Let learners check once a second each, and watch as the instructor's page does.

    Each check has a connection of its own, as a notebook's has. What a page has been
    told of is known by the count of a learner's checks.
    """
    load, sent_at = Load(), {}
    ready, done = asyncio.Event(), asyncio.Event()
    watching = asyncio.create_task(watch(board, load, sent_at, ready, done))
    await ready.wait()
    start = time.perf_counter()

    async def learn(number: int) -> None:
        for turn in range(round(seconds)):
            at = start + turn + number / learners
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            sent_at[f"learner {number}", turn + 1] = time.perf_counter()
            load.sent_at[f"learner {number} {turn + 1}"] = time.time()
            load.sent += 1
            begun = time.perf_counter()
            taken = await tell(board, number, turn)
            load.taken += taken
            load.answered.append(time.perf_counter() - begun)

    await asyncio.gather(*(learn(number) for number in range(learners)))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(15):
            while sent_at:
                await asyncio.sleep(0.05)
    load.lost = len(sent_at)
    done.set()
    watching.cancel()
    return load


async def tell(board: Board, number: int, turn: int) -> bool:
    """Send one check; return whether it was taken."""
    passed = turn % 5 == 4
    event = wire.Event(
        an_id(number, turn),
        0.0,
        wire.ATTEMPT,
        TASK,
        "pass" if passed else "fail",
        10 if passed else 2,
        10,
        () if passed else ("statistics over the batch",),
    )
    message = wire.Message(board.code, an_id(number), f"learner {number}", (event,))
    body = message.written()
    parts = urlsplit(board.address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST {wire.PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200") and event.id.encode() in answer


async def watch(
    board: Board,
    load: Load,
    sent_at: dict[tuple[str, int], float],
    ready: asyncio.Event,
    done: asyncio.Event,
) -> None:
    """Read the instructor's stream; note when each check is in a message."""
    cookie = await asyncio.to_thread(board.cookie)
    parts = urlsplit(board.address)
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port, limit=2**24
    )
    writer.write(
        f"GET /api/teach HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    seen: dict[str, int] = {}
    while not done.is_set():
        line = await reader.readline()
        if not line.startswith(b"data: "):
            continue
        ready.set()
        told, now = json.loads(line[6:]), time.perf_counter()
        for one in told.get("learners", ()):
            name, checks = one["name"], one["checks"]
            for count in range(seen.get(name, 0) + 1, checks + 1):
                if (name, count) in sent_at:
                    load.shown.append(now - sent_at.pop((name, count)))
            seen[name] = checks
