"""A worker's process as its parent sees it: start it, ask it, end it."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO, Any

import coursekit
from coursekit.grading.isolation import Level
from coursekit.grading.walls.held import remove_left
from coursekit.grading.worker.frames import (
    ProtocolViolation,
    Splitter,
    decode,
    encode,
    frame,
)
from coursekit.grading.worker.job import Job, Limits, Ran
from coursekit.grading.worker.messages import (
    agenda_of,
    read_ran,
    tell_job,
    tell_limits,
)
from coursekit.grading.worker.once import Spawns
from coursekit.grading.worker.submission import run_submission

#: Seconds in which a worker is to be warm, and to go when it is told to.
WARM_SECONDS, LEAVE_SECONDS = 120.0, 3.0
#: Bytes that one answer of a worker may have beside the results in it.
_ROOM = 1 << 20


class Lost(Exception):
    """A worker died, did not answer in time, or said that it had failed."""


class Process:
    """One process that was started, and the pipes to it."""

    def __init__(self, torch: bool, level: Level, limits: Limits) -> None:
        self.limits = limits
        self.errors = tempfile.TemporaryFile()
        self.popen = start(stderr=self.errors)
        # a pipe that is full must not keep us from looking at the clock
        os.set_blocking(self.popen.stdin.fileno(), False)
        self._settings = {
            "torch": torch,
            "level": str(level),
            "limits": tell_limits(limits),
        }
        # if nobody closes it, at the latest when Python ends
        self.end = weakref.finalize(self, _end, self.popen, self.errors)

    def warm(self) -> None:
        """Wait until the worker has all it needs."""
        self._exchange(frame(self._settings), "ready", WARM_SECONDS)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self.popen.pid

    def ask(self, job: Job, seconds: float) -> dict[str, Ran]:
        """Give a job and wait for what came of it."""
        body = encode(tell_job(job))
        data = frame(list(agenda_of(job))) + len(body).to_bytes(4, "little") + body
        told = self._exchange(data, "ran", seconds)
        if len(told) != len(job.works):
            raise Lost("the worker answered another question")
        return {w.task: read_ran(one) for w, one in zip(job.works, told, strict=True)}

    def _exchange(self, data: bytes, kind: str, seconds: float) -> list[Any]:
        """Send, and return what came back, if it is of the kind that was waited for."""
        splitter = Splitter(self.limits.results + _ROOM)
        end = time.monotonic() + seconds
        to, back = self.popen.stdin.fileno(), self.popen.stdout.fileno()
        rest = memoryview(data)
        while (left := end - time.monotonic()) > 0:
            ready, free, _ = select.select([back], [to] if rest else [], [], left)
            try:
                if free:
                    rest = rest[os.write(to, rest) :]
                for body in splitter.feed(self._read(back)) if ready else ():
                    return self._checked(decode(body, trusted=True), kind)
            except ProtocolViolation as error:
                raise Lost(f"the worker said something strange: {error}") from None
            except OSError:
                raise Lost(self._last_words()) from None
        raise Lost(f"the worker did not answer within {seconds:.0f} s")

    def _read(self, pipe: int) -> bytes:
        data = os.read(pipe, 1 << 16)
        if not data:
            raise Lost(self._last_words())
        return data

    def _checked(self, told: Any, kind: str) -> list[Any]:
        if told[0] != kind:
            raise Lost(str(told[-1]))
        return told[1:]

    def _last_words(self) -> str:
        """Say how a worker ended that should not have."""
        try:
            status = self.popen.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        self.errors.seek(0)
        lines = self.errors.read()[-2000:].decode("utf-8", "replace").splitlines()
        return f"the worker ended with status {status}: {(lines or ['no word'])[-1]}"


class Fresh:
    """Where no process can be forked: has the manner of `Process`, and none to keep."""

    pid = None

    def __init__(self, torch: bool, level: Level, limits: Limits) -> None:
        if level is not Level.PROCESS:
            raise Lost("this system cannot fork, and has no other level than process")
        self.limits, self.go = limits, Spawns(torch, limits, start, WARM_SECONDS)

    def warm(self) -> None:
        """Do nothing: each child warms up by itself."""

    def ask(self, job: Job, seconds: float) -> dict[str, Ran]:
        """Run a job in children of this process."""
        data = bytearray(encode(tell_job(job)))
        try:
            ran = run_submission(agenda_of(job), data, self.limits, self.go)
        except OSError as error:
            raise Lost(str(error)) from None
        return {w.task: one for w, one in zip(job.works, ran, strict=True)}

    def end(self) -> None:
        """Do nothing: children are gone when their job is done."""


def start(
    *arguments: str, stderr: int | IO[bytes], temporary: str = ""
) -> subprocess.Popen:
    """Start a worker's process in a clean environment, with pipes to and from it.

    Its temporary files go to ``temporary``, by default to where ours go.
    """
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary) if temporary else {}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "coursekit.grading.worker", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=Path(sys.executable).anchor,
        env=clean_environment() | places,
        start_new_session=True,  # an interrupt from the keyboard is the parent's
        bufsize=0,
    )


def _end(popen: subprocess.Popen, errors: IO[bytes]) -> None:
    """Let a process go by closing its line, and kill it if it stays."""
    popen.stdin.close()
    try:
        popen.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(popen.pid, signal.SIGKILL)  # it leads a session of its own
        popen.wait()
    popen.stdout.close()
    errors.close()
    if popen.returncode:  # it was killed, and could not clear up behind itself
        remove_left()


def clean_environment() -> dict[str, str]:
    """Return all the environment that a worker gets.

    No home and no name of a user, one thread for each library, no accelerator (its
    driver would start threads), and the same order of sets in every run.
    """
    threads = "OMP OPENBLAS MKL NUMEXPR VECLIB_MAXIMUM".split()
    return {
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        **{name: os.environ[name] for name in _NEEDED if name in os.environ},
        "CUDA_VISIBLE_DEVICES": "",
        # torch.set_num_threads(4) in an answer would start threads, and die of it
        "OMP_THREAD_LIMIT": "1",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(coursekit.__file__).parents[1]),
        "PYTHONUTF8": "1",
    }


#: What Python cannot start without on some systems.
_NEEDED = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
