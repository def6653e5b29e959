"""All of one submission: child after child, until every task has its end."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, Protocol

from coursekit.grading.reasons import Reason
from coursekit.grading.worker.child import Visit, live, speaker
from coursekit.grading.worker.faults import fault
from coursekit.grading.worker.frames import decode
from coursekit.grading.worker.job import Limits, Ran
from coursekit.grading.worker.load import said
from coursekit.grading.worker.messages import Agenda, read_job
from coursekit.grading.worker.transcript import End, Part, Transcript
from coursekit.grading.worker.watch import Death, fork, watch
from coursekit.grading.worker.words import explained, not_callable
from coursekit.probes.outcome import Outcome, Raised

#: Cells beside the answers that may kill a child before all of them are left out.
MAX_SKIPPED = 3


class Walls(Protocol):
    """What of `coursekit.grading.walls.Walls` is used here."""

    def before_fork(self) -> None:
        """Make ready for one child."""

    def close_in(self, keep: set[int]) -> None:
        """Close the walls around this process."""

    def denied(self) -> str:
        """Say what was refused to the present child."""

    def after_child(self) -> int:
        """Clear up, and return the bytes the child left."""


class Yard(NamedTuple):
    """Where children are: the walls, the limits, and the line to the parent."""

    walls: Walls
    limits: Limits
    line: int


def run_submission(agenda: Agenda, data: bytearray, yard: Yard) -> list[Ran]:
    """Run a job and return what came of each of its tasks, in their order.

    Parameters
    ----------
    agenda : Agenda
        The names in the job.
    data : bytearray
        The job itself, encoded: it is read in the children alone, and overwritten
        here, so that nothing of a learner's is left for the next one to find.
    yard : Yard
        Where children are.

    Raises
    ------
    ParentGone
        If there is nobody to tell.
    """
    try:
        return _Run(agenda, data, yard).to_the_end()
    finally:
        data[:] = bytes(len(data))


class _Run:
    """What is known of a submission so far."""

    def __init__(self, agenda: Agenda, data: bytearray, yard: Yard) -> None:
        self.agenda, self.data, self.yard = agenda, data, yard
        self.skipped: frozenset[int] = frozenset()
        self.ran: list[Ran] = []
        self.common: list[str] = []

    def to_the_end(self) -> list[Ran]:
        while len(self.ran) < len(self.agenda.tasks):
            self.one_child()
        common = tuple(dict.fromkeys(self.common))
        return [replace(ran, notes=(*ran.notes, *common)) for ran in self.ran]

    def one_child(self) -> None:
        """Fork, watch, and note what came of the tasks the child got to."""
        walls, limits = self.yard.walls, self.yard.limits
        visit = Visit(len(self.ran), self.skipped)
        walls.before_fork()
        child = fork(self.body(visit))
        transcript = Transcript(self.agenda, visit, limits.results)
        death = watch(child, transcript, limits, self.yard.line)
        denied = walls.denied()
        full = walls.after_child() >= limits.scratch
        self.hear(transcript)
        if transcript.stage.part is not Part.DONE:
            reason, detail = _why(death, transcript, denied, full=full)
            self.died(transcript, death, reason, detail)

    def body(self, visit: Visit) -> Callable[[int], None]:
        """Return what the child does."""

        def body(pipe: int) -> None:
            job = read_job(decode(self.data, trusted=True))
            self.yard.walls.close_in({0, 1, 2, pipe})
            live(job, visit, speaker(pipe), self.yard.walls.denied)

        return body

    def hear(self, transcript: Transcript) -> None:
        """Note the tasks that came to an end."""
        self.common += [text for at, text in transcript.notes if at < 0]
        for at in sorted(transcript.ends):
            notes = tuple(text for number, text in transcript.notes if number == at)
            cases = dict(
                zip(self.agenda.cases[at], transcript.outcomes[at], strict=False)
            )
            end = transcript.ends[at]
            self.ran.append(self.judged(self.agenda.tasks[at], end, cases, notes))

    def judged(
        self, task: str, end: End, cases: dict[str, Outcome], notes: tuple[str, ...]
    ) -> Ran:
        """Say what a task's end means."""
        reason, message = self.meaning(task, end, cases)
        limits = self.yard.limits
        cpu = min(max(end.cpu, 0.0), limits.load_seconds + limits.cpu_seconds)
        wall = min(max(end.wall, 0.0), limits.load_seconds + limits.wall_seconds)
        outcomes = cases if reason is Reason.OK else {}
        return Ran(outcomes, reason, message, notes, cpu, wall)

    def meaning(
        self, task: str, end: End, cases: dict[str, Outcome]
    ) -> tuple[Reason, str]:
        """Return the reason of a task's end and the message."""
        limits = self.yard.limits
        if end.how == "uncallable":
            return Reason.NOT_CALLABLE, not_callable(task, end.text)
        if end.how == "undefined":
            return Reason.NOT_DEFINED, explained(Reason.NOT_DEFINED, task, limits)
        if end.how == "forbidden":
            return Reason.FORBIDDEN_API, explained(
                Reason.FORBIDDEN_API, task, limits, end.text
            )
        if end.raised is not None:
            usual = Reason.SYNTAX_ERROR if end.how == "syntax" else Reason.LOAD_ERROR
            reason = fault(end.raised) or usual
            return reason, explained(reason, task, limits, said(end.raised))
        for outcome in cases.values():
            reason = fault(outcome) if isinstance(outcome, Raised) else None
            if reason:
                return reason, explained(reason, task, limits, said(outcome))
        return Reason.OK, ""

    def died(
        self, transcript: Transcript, death: Death, reason: Reason, detail: str
    ) -> None:
        """Note the task that a child died of, or leave the cell out from now on."""
        part, at = transcript.stage
        if part is Part.START:  # before any learner code: this is ours
            raise OSError(f"a child could not begin: {death.output[-1000:]}")
        if part is Part.BESIDE:
            self.skip(at, reason)
            return
        if part is Part.BETWEEN:
            if transcript.ends or transcript.next == len(self.agenda.tasks):
                return  # what is left is tried again
            at = transcript.next
        task = self.agenda.tasks[at]
        message = explained(reason, task, self.yard.limits, detail)
        notes = (f"It wrote: {death.output[:200]}",) if death.output else ()
        self.ran.append(Ran({}, reason, message, notes, death.cpu, death.wall))

    def skip(self, at: int, reason: Reason) -> None:
        """Leave out a cell beside the answers, and after too many of them all."""
        self.skipped |= {at}
        say = f"Cell {at + 1} of those beside the answers was left out: {reason}."
        if len(self.skipped) > MAX_SKIPPED:
            self.skipped = frozenset(range(self.agenda.beside))
            say = "All cells beside the answers were left out: too many did not end."
        self.common.append(say)


def _why(
    death: Death, transcript: Transcript, denied: str, *, full: bool
) -> tuple[Reason, str]:
    """Return the reason a child ended before it was done, and a detail to tell."""
    if denied or transcript.over:
        return Reason.SANDBOX_DENIED, denied or "something the walls refuse"
    if full:
        return Reason.DISK_LIMIT, ""
    if death.stopped:
        return death.stopped, ""
    if not os.WIFSIGNALED(death.status):
        return Reason.PROCESS_EXIT, ""
    number = os.WTERMSIG(death.status)
    if number == signal.SIGSYS:
        return Reason.SANDBOX_DENIED, "a call to the system that answers cannot make"
    if number == signal.SIGXCPU:
        return Reason.TIMEOUT_CPU, ""
    try:
        return Reason.PROCESS_SIGNAL, signal.Signals(number).name
    except ValueError:  # a real-time signal
        return Reason.PROCESS_SIGNAL, f"signal {number}"
