"""The parent's end of a worker: start it, ask it, end it, and start it anew."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

import coursekit
from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.frames import (
    ProtocolViolation,
    Splitter,
    decode,
    encode,
    frame,
)
from coursekit.grading.worker.job import Job, Limits, Ran, Work
from coursekit.grading.worker.messages import (
    agenda_of,
    read_ran,
    tell_job,
    tell_limits,
)
from coursekit.grading.worker.submission import MAX_SKIPPED
from coursekit.grading.worker.watch import START_SECONDS
from coursekit.grading.worker.words import explained
from coursekit.probes.outcome import Observed

#: Seconds in which a worker is to be warm, and to go when it is told to.
WARM_SECONDS, LEAVE_SECONDS = 120.0, 3.0
#: Bytes that one answer of a worker may have beside the results in it.
_ROOM = 1 << 20
_STARTS = 2
DEFAULT = Limits()


class Lost(Exception):
    """A worker died, did not answer in time, or said that it had failed."""


class Worker:
    """A warm process that runs submissions one after the other, behind walls.

    Use it as a context manager, or close it. One thread may use it at a time.

    Parameters
    ----------
    torch : bool
        Whether answers may import torch.
    level : Level
        The walls around them.
    limits : Limits
        What a submission may use.

    Raises
    ------
    RuntimeError
        If it cannot be started here, or gives a wrong result for a right answer.

    Examples
    --------
    >>> with Worker(torch=False, level=Level.PROCESS) as worker:
    ...     worker.run(CANARY)["layer_norm"].reason
    <Reason.OK: 'OK'>
    """

    def __init__(self, *, torch: bool, level: Level, limits: Limits = DEFAULT) -> None:
        self.torch, self.level, self.limits = torch, level, limits
        self._process: _Process | None = None
        self._start()

    def run(self, job: Job) -> dict[str, Ran]:
        """Return what came of every task of a job, in its order.

        If the worker fails twice over it, each task is GRADER_ERROR and says why.
        """
        why = ""
        for _ in range(_STARTS):
            try:
                if self._process is None:
                    self._start()
                return self._process.ask(job, _seconds_for(job, self.limits))
            except (Lost, RuntimeError) as error:
                why = str(error)
                self.close()
        return {work.task: self._failed(work.task, why) for work in job.works}

    def _failed(self, task: str, why: str) -> Ran:
        message = explained(Reason.GRADER_ERROR, task, self.limits, why)
        return Ran(reason=Reason.GRADER_ERROR, message=message)

    def _start(self) -> None:
        """Start a process, and believe that it works when it has shown it."""
        self._process = _Process(self.torch, self.level, self.limits)
        try:
            self._process.warm()
            ran = self._process.ask(CANARY, _seconds_for(CANARY, self.limits))
            _check(ran["layer_norm"])
        except Lost as error:
            self.close()
            raise RuntimeError(
                f"no worker can be started at level {self.level}: {error}"
            ) from None
        except RuntimeError:
            self.close()
            raise

    def close(self) -> None:
        """End the process; the worker can be used again and then starts a new one."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Process:
    """One process that was started, and the pipes to it."""

    def __init__(self, torch: bool, level: Level, limits: Limits) -> None:
        self.limits = limits
        self.errors = tempfile.TemporaryFile()
        self.popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "coursekit.grading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=Path(sys.executable).anchor,
            env=clean_environment(),
            start_new_session=True,
            bufsize=0,
        )
        self._settings = {
            "torch": torch,
            "level": str(level),
            "limits": tell_limits(limits),
        }
        self.splitter = Splitter(0)
        # if nobody closes it, at the latest when Python ends
        self.end = weakref.finalize(self, _end, self.popen, self.errors)

    def warm(self) -> None:
        """Wait until the worker has all it needs."""
        self._exchange(frame(self._settings), "ready", WARM_SECONDS)

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
                    rest = rest[os.write(to, rest[:_PIECE]) :]
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


#: What a pipe takes at once, so that writing to it cannot wait.
_PIECE = select.PIPE_BUF if hasattr(select, "PIPE_BUF") else 512


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
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(coursekit.__file__).parents[1]),
        "PYTHONUTF8": "1",
    }


#: What Python cannot start without on some systems.
_NEEDED = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


def _seconds_for(job: Job, limits: Limits) -> float:
    """Return how long a job may take at most: if it takes longer, the worker hangs."""
    parts = len(job.works) + min(len(job.beside), MAX_SKIPPED + 1)
    return START_SECONDS + parts * (
        max(limits.load_seconds, limits.wall_seconds) + limits.wall_seconds + 5
    )


def _check(ran: Ran) -> None:
    """Raise unless the canary came back alive."""
    outcome = ran.outcomes.get("case")
    y = outcome.values.get("y") if isinstance(outcome, Observed) else None
    if type(y) is not np.ndarray or not np.allclose(y, [[-1.0, 1.0]], rtol=1e-12):
        raise RuntimeError(
            f"a worker gave {outcome or ran.message} for an answer that is right; "
            "nothing was graded."
        )


_SOURCE = """
def layer_norm(x, gamma, beta, eps=1e-5):
    m = x.mean(-1, keepdims=True)
    inv_std = 1 / np.sqrt(((x - m) ** 2).mean(-1, keepdims=True) + eps)
    x_hat = (x - m) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
"""
#: An answer that is known to be right, to see that a worker works.
CANARY = Job(
    ("import numpy as np",),
    (
        Work(
            "layer_norm",
            "coursekit.probes.layer_norm:forward",
            _SOURCE,
            {
                "case": {
                    "x": np.array([[1.0, 3.0]]),
                    "gamma": np.ones(2),
                    "beta": np.zeros(2),
                    "eps": 0.0,
                }
            },
        ),
    ),
)
