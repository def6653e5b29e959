"""Children that are fresh processes, for systems that cannot fork (Windows).

Slow, for each child imports everything anew, and only the wall's clock is looked at.
The tests run this on Linux; nobody has tried it on Windows.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from queue import Empty, Queue

from coursekit.grading.reasons import Reason
from coursekit.grading.walls import Level, Walls
from coursekit.grading.worker.child import Visit, live, speaker
from coursekit.grading.worker.frames import (
    ProtocolViolation,
    Splitter,
    TooLarge,
    decode,
    frame,
)
from coursekit.grading.worker.job import Limits
from coursekit.grading.worker.messages import Agenda, read_job, tell_limits
from coursekit.grading.worker.submission import Visited
from coursekit.grading.worker.transcript import Part, Transcript
from coursekit.grading.worker.watch import CHUNK, Death, allowed, timeout


class Spawns:
    """Starts a child for each visit, and sees it out.

    Parameters
    ----------
    torch : bool
        Whether answers may import torch.
    limits : Limits
        What a submission may use.
    start : callable
        Starts a worker's process with further arguments.
    warm_seconds : float
        How long a child may take to import everything.
    """

    def __init__(
        self,
        torch: bool,
        limits: Limits,
        start: Callable[..., subprocess.Popen],
        warm_seconds: float,
    ) -> None:
        self.torch, self.limits, self.start = torch, limits, start
        self.warm_seconds = warm_seconds

    def __call__(self, agenda: Agenda, data: bytearray, visit: Visit) -> Visited:
        """Return what one child said and how it ended."""
        order = {
            "torch": self.torch,
            "limits": tell_limits(self.limits),
            "first": visit.first,
            "skipped": sorted(visit.skipped),
        }
        job = len(data).to_bytes(4, "little") + data
        transcript, begin = (
            Transcript(agenda, visit, self.limits.results),
            time.monotonic(),
        )
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place,
            self.start("--once", stderr=subprocess.DEVNULL, temporary=place) as popen,
        ):
            pieces: Queue[bytes] = Queue(maxsize=16)
            for work in (_send, popen, frame(order) + job), (_pass_on, popen, pieces):
                threading.Thread(target=work[0], args=work[1:], daemon=True).start()
            stopped = self._followed(pieces, transcript)
            if stopped or transcript.over:
                popen.kill()
            with contextlib.suppress(Empty):  # the thread may wait for room
                while True:
                    pieces.get_nowait()
            code = popen.wait()
        took = time.monotonic() - begin
        death = Death(stopped, code, 0.0, took, "")
        return Visited(transcript, death, transcript.denied, full=False)

    def _followed(
        self, pieces: "Queue[bytes]", transcript: Transcript
    ) -> Reason | None:
        """Return why the child must be stopped; None when it ended or is done."""
        stage, end = None, 0.0
        while not transcript.over:
            if transcript.stage != stage:
                stage = transcript.stage
                _, seconds = allowed(stage.part, self.limits)
                if stage.part is Part.START:
                    seconds = self.warm_seconds
                end = time.monotonic() + seconds
            try:
                data = pieces.get(timeout=max(0.0, end - time.monotonic()))
                transcript.hear(data)
            except Empty:
                return timeout(stage.part, Reason.TIMEOUT_WALL)
            except TooLarge:
                return Reason.RESULT_LIMIT
            except ProtocolViolation:
                return Reason.PROTOCOL_VIOLATION
            if not data:
                return None if transcript.splitter.clean else Reason.PROTOCOL_VIOLATION
        return None


def _send(popen: subprocess.Popen, data: bytes) -> None:
    with contextlib.suppress(OSError):
        popen.stdin.write(data)
        popen.stdin.close()


def _pass_on(popen: subprocess.Popen, pieces: "Queue[bytes]") -> None:
    data = b"."
    while data:
        try:
            data = os.read(popen.stdout.fileno(), CHUNK)
        except (OSError, ValueError):
            data = b""
        pieces.put(data)


def main(warm_up: Callable[..., None]) -> int:
    """Be such a child: read everything, warm up, close the walls, run."""
    order, job = map(bytes, Splitter(1 << 33).feed(sys.stdin.buffer.read()))
    told = decode(order, trusted=True)
    pipe, nothing = os.dup(1), os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    warm_up(torch=told["torch"])
    visit = Visit(told["first"], frozenset(told["skipped"]))
    walls = Walls.build(Level.PROCESS, Limits(**told["limits"]))
    walls.before_fork()
    walls.close_in()
    live(read_job(decode(job, trusted=True)), visit, speaker(pipe), walls.denied)
    os._exit(0)
