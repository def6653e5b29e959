"""Fork one child, watch it from outside, and see it out."""

import contextlib
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from coursekit.grading.reasons import Reason
from coursekit.grading.worker.frames import ProtocolViolation, TooLarge
from coursekit.grading.worker.job import Limits
from coursekit.grading.worker.transcript import Part, Transcript

#: Seconds for the walls to go up, and between two looks at the clock at most.
START_SECONDS, LOOK_SECONDS = 30.0, 0.1
#: Who uses this part of the time is working, and may take so many times the limit.
WORKING, PATIENCE = 0.05, 5
#: Bytes read from a pipe at once, and kept of what a child wrote past Python.
CHUNK, KEPT = 1 << 16, 2000


class ParentGone(Exception):
    """Whoever gave the job is not there any more."""


@dataclass
class Child:
    """A process that was forked: its id and the two pipes it writes to."""

    pid: int
    results: int
    output: int
    kept: bytearray = field(default_factory=bytearray)
    written: int = 0
    status: int | None = None

    def cpu(self) -> float:
        """Return the processor time it has used, 0 where that cannot be seen."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)  # CPUCLOCK_SCHED of a process
        except (OSError, AttributeError):
            return 0.0


class Death(NamedTuple):
    """How a child ended: why we stopped it, or else its exit code.

    The code is below 0 where a signal ended it: minus that signal's number.
    """

    stopped: Reason | None
    code: int
    cpu: float
    wall: float
    output: str


def fork(body: Callable[[int], None]) -> Child:
    """Run ``body`` in a child, which gets the pipe to write results to.

    In the child, input is empty and both outputs go to a pipe of the worker's. It
    never returns from here.
    """
    results, say = os.pipe()
    output, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(say)
        os.close(write)
        with contextlib.suppress(OSError):  # as the child does: who is first counts
            os.setpgid(pid, pid)
        os.set_blocking(output, False)
        return Child(pid, results, output)
    code = 1
    try:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (write, 1), (write, 2)):
            os.dup2(old, new)
        body(say)
        code = 0
    except BaseException:  # the worker sees that "done" is missing, and this
        traceback.print_exc()
    finally:
        os._exit(code)


def watch(child: Child, transcript: Transcript, limits: Limits, line: int) -> Death:
    """Follow a child until it is done, dead or over a limit; nothing is left of it.

    Parameters
    ----------
    child : Child
        From `fork`.
    transcript : Transcript
        Takes in what the child says.
    limits : Limits
        What one task may use.
    line : int
        The descriptor that hangs up when the parent is gone.

    Raises
    ------
    ParentGone
        If it hung up; the child is dead by then.
    """
    start = time.monotonic()
    try:
        stopped = _followed(child, transcript, limits, line)
        cpu = child.cpu()
    finally:
        code = _end(child)
        _take_output(child, limits.output)
        for pipe in (child.results, child.output):
            os.close(pipe)
    kept = bytes(child.kept).decode("utf-8", "backslashreplace")
    return Death(stopped, code, cpu, time.monotonic() - start, kept)


def _followed(
    child: Child, transcript: Transcript, limits: Limits, line: int
) -> Reason | None:
    """Return why the child must be stopped; None when it ended by itself or is done."""
    poll = select.poll()
    poll.register(line, 0)  # hanging up is always told
    for pipe in (child.results, child.output):
        poll.register(pipe, select.POLLIN)
    stage, budget = None, _Budget(child, START_SECONDS, START_SECONDS)
    while True:
        if transcript.over:
            return None
        if transcript.stage != stage:
            stage = transcript.stage
            budget = _Budget(child, *allowed(stage.part, limits))
        left, over = budget.left()
        if left <= 0:
            return timeout(stage.part, over)
        ready = dict(poll.poll(1000 * min(left, LOOK_SECONDS) + 1))
        if line in ready or os.getppid() != _PARENT:
            raise ParentGone
        if child.output in ready and not _take_output(child, limits.output):
            poll.unregister(child.output)
        if child.written > limits.output:
            return Reason.OUTPUT_LIMIT
        if child.results in ready:
            data = os.read(child.results, CHUNK)
            try:
                transcript.hear(data)
            except TooLarge:
                return Reason.RESULT_LIMIT
            except ProtocolViolation:
                return Reason.PROTOCOL_VIOLATION
            if not data:
                return _hung_up(child, transcript)


_PARENT = os.getppid()


class _Budget:
    """The time that one stage may take, by the processor's clock and by the wall's.

    Where many compete for the processor, the wall's clock says little. So a child that
    works gets more of it than one that waits: the reason must not depend on how busy
    this computer is.
    """

    def __init__(self, child: Child, cpu: float, wall: float) -> None:
        self.child, self.cpu, self.wall = child, cpu, wall
        self.from_cpu, self.start = child.cpu(), time.monotonic()

    def left(self) -> tuple[float, Reason]:
        """Return the seconds that are left at least, and the clock that runs out."""
        took, used = time.monotonic() - self.start, self.child.cpu() - self.from_cpu
        if self.cpu - used <= 0:
            return 0.0, Reason.TIMEOUT_CPU
        if took < self.wall:
            return min(self.wall - took, self.cpu - used), Reason.TIMEOUT_WALL
        if used < WORKING * took:
            return 0.0, Reason.TIMEOUT_WALL
        return min(PATIENCE * self.wall - took, self.cpu - used), Reason.TIMEOUT_CPU


def allowed(part: Part, limits: Limits) -> tuple[float, float]:
    """Return the seconds of processor and wall that a stage may take."""
    if part is Part.CALL:
        return limits.cpu_seconds, limits.wall_seconds
    if part in (Part.LOAD, Part.BESIDE):
        return limits.load_seconds, max(limits.load_seconds, limits.wall_seconds)
    return START_SECONDS, START_SECONDS


def timeout(part: Part, over: Reason) -> Reason:
    """Return the reason of a stage that took too long, by the clock that ran out."""
    return over if part is Part.CALL else Reason.LOAD_TIMEOUT


def _take_output(child: Child, most: int) -> bool:
    """Read what was written past Python; return False when nothing more can come."""
    while child.written <= most:
        try:
            data = os.read(child.output, CHUNK)
        except BlockingIOError:
            return True
        child.written += len(data)
        child.kept += data[: max(0, KEPT - len(child.kept))]
        if not data:
            return False
    return True


def _hung_up(child: Child, transcript: Transcript) -> Reason | None:
    """Say what it means that no more results can come: that it ended, or what else."""
    for _ in range(100):
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid:
            child.status = os.waitstatus_to_exitcode(status)
            cut = child.status == -signal.SIGKILL  # in the middle of a word, maybe
            whole = cut or transcript.splitter.clean
            return None if whole else Reason.PROTOCOL_VIOLATION
        time.sleep(0.001)
    return Reason.PROTOCOL_VIOLATION


def _end(child: Child) -> int:
    """Kill what may be left of a child and return its exit code."""
    if child.status is not None:
        return child.status
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child.pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
