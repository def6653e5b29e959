"""All of one submission: child after child, until every task has its end."""

import signal
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from coursekit.grading.reasons import Reason
from coursekit.grading.worker.child import MAX_NOTE, Visit
from coursekit.grading.worker.faults import fault
from coursekit.grading.worker.job import Limits, Ran
from coursekit.grading.worker.load import said
from coursekit.grading.worker.messages import Agenda
from coursekit.grading.worker.transcript import End, Part, Stage, Transcript
from coursekit.grading.worker.watch import Death
from coursekit.grading.worker.words import explained, not_callable, refused
from coursekit.probes.outcome import Outcome, Raised

#: Cells beside the answers that may kill a child before all of them are left out.
MAX_SKIPPED = 3


class Visited(NamedTuple):
    """What one child said, how it ended, and what the walls saw of it."""

    transcript: Transcript
    death: Death
    denied: str
    full: bool


#: Starts a child on a job, from where a visit says, and sees it out.
Go = Callable[[Agenda, bytearray, Visit], Visited]


def run_submission(
    agenda: Agenda, data: bytearray, limits: Limits, go: Go
) -> list[Ran]:
    """Run a job and return what came of each of its tasks, in their order.

    Parameters
    ----------
    agenda : Agenda
        The names in the job.
    data : bytearray
        The job itself, encoded: it is read in the children alone, and overwritten
        here, so that nothing of a learner's is left for the next one to find.
    limits : Limits
        What each task may use.
    go : callable
        Starts one child and sees it out.

    Raises
    ------
    ParentGone
        If there is nobody to tell.
    OSError
        If a child could not begin.
    """
    try:
        return _Run(agenda, data, limits, go).to_the_end()
    finally:
        data[:] = bytes(len(data))


#: What the ends mean in which nothing was raised.
_HOW = {"undefined": Reason.NOT_DEFINED, "forbidden": Reason.FORBIDDEN_API}


class _Run:
    """What is known of a submission so far."""

    def __init__(self, agenda: Agenda, data: bytearray, limits: Limits, go: Go) -> None:
        self.agenda, self.data, self.limits, self.go = agenda, data, limits, go
        self.skipped: frozenset[int] = frozenset()
        self.killed: set[Stage] = set()
        self.ran: list[Ran] = []
        self.common: list[str] = []

    def to_the_end(self) -> list[Ran]:
        while len(self.ran) < len(self.agenda.tasks):
            self.one_child()
        common = tuple(dict.fromkeys(self.common))
        return [replace(ran, notes=(*ran.notes, *common)) for ran in self.ran]

    def one_child(self) -> None:
        """Note what came of the tasks that one child got to."""
        visited = self.go(self.agenda, self.data, Visit(len(self.ran), self.skipped))
        self.hear(visited.transcript)
        if visited.transcript.stage.part is Part.DONE or self.was_killed(visited):
            return
        self.died(visited)

    def was_killed(self, visited: Visited) -> bool:
        """Tell whether somebody else killed a child, which is then to be tried again.

        The kernel does that when memory is short. Nobody can tell it from an answer
        that kills itself; but that one does it again, and then it counts.
        """
        transcript, death, denied, _ = visited
        if denied or transcript.over or death.stopped:
            return False
        if death.code != -getattr(signal, "SIGKILL", 9):
            return False
        again = transcript.stage in self.killed
        self.killed.add(transcript.stage)
        return not again

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
        limits = self.limits
        cpu = min(max(end.cpu, 0.0), limits.load_seconds + limits.cpu_seconds)
        wall = min(max(end.wall, 0.0), limits.load_seconds + limits.wall_seconds)
        outcomes = cases if reason is Reason.OK else {}
        return Ran(outcomes, reason, message, notes, cpu, wall)

    def meaning(
        self, task: str, end: End, cases: dict[str, Outcome]
    ) -> tuple[Reason, str]:
        """Return the reason of a task's end and the message."""
        if end.how == "uncallable":
            signature = self.agenda.signatures[self.agenda.tasks.index(task)]
            return Reason.NOT_CALLABLE, not_callable(task, end.text, signature)
        if end.how in _HOW:
            return self.explained(_HOW[end.how], task, end.text)
        if end.raised is not None:
            usual = Reason.SYNTAX_ERROR if end.how == "syntax" else Reason.LOAD_ERROR
            return self.explained(fault(end.raised) or usual, task, said(end.raised))
        for outcome in cases.values():
            if isinstance(outcome, Raised) and (reason := fault(outcome)):
                return self.explained(reason, task, said(outcome))
        return Reason.OK, ""

    def explained(self, reason: Reason, task: str, detail: str) -> tuple[Reason, str]:
        """Return the reason with its message."""
        if reason is Reason.SANDBOX_DENIED:
            detail = refused(detail)
        return reason, explained(reason, task, self.limits, detail)

    def died(self, visited: Visited) -> None:
        """Note the task that a child died of, or leave the cell out from now on."""
        transcript, death = visited.transcript, visited.death
        reason, detail = _why(visited)
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
        message = explained(reason, task, self.limits, detail)
        notes = (f"It wrote: {death.output[:200]}",) if death.output else ()
        self.ran.append(Ran({}, reason, message, notes, death.cpu, death.wall))

    def skip(self, at: int, reason: Reason) -> None:
        """Leave out a cell beside the answers, and after too many of them all."""
        self.skipped |= {at}
        why = _ENDS.get(reason, f"Python ended in it ({reason})")
        say = f"Cell {at + 1} of those beside the answers was left out: {why}."
        if len(self.skipped) > MAX_SKIPPED:
            self.skipped = frozenset(range(self.agenda.beside))
            say = "All cells beside the answers were left out: too many did not end."
        self.common.append(say)


#: What a cell beside the answers did that cost it its place.
_ENDS = {
    Reason.LOAD_TIMEOUT: "it did not come to its end",
    Reason.SANDBOX_DENIED: "it tried what answers may not do",
    Reason.OUTPUT_LIMIT: "it printed too much",
}


def _why(visited: Visited) -> tuple[Reason, str]:
    """Return the reason a child ended before it was done, and a detail to tell."""
    transcript, death, denied, full = visited
    if denied or transcript.over:
        return Reason.SANDBOX_DENIED, denied[:MAX_NOTE] or refused(
            "it was not said what"
        )
    if full:
        return Reason.DISK_LIMIT, ""
    if death.stopped:
        return death.stopped, ""
    if death.code >= 0:
        return Reason.PROCESS_EXIT, ""
    try:
        name = signal.Signals(-death.code).name
    except ValueError:  # a real-time signal
        name = f"signal {-death.code}"
    if name == "SIGSYS":
        return Reason.SANDBOX_DENIED, refused("a call to the system itself")
    return Reason.TIMEOUT_CPU if name == "SIGXCPU" else Reason.PROCESS_SIGNAL, name
