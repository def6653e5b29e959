"""What a learner is told of a verdict, in plain text, criterion by criterion."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.grading.cells import legible, number
from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.settled import Settled
from coursekit.grading.verdict import CriterionVerdict, Diagnosis, Status


@dataclass(frozen=True)
class Told:
    """One criterion: its number ("1.2"), its task, its end and what is said of it."""

    number: str
    task: GradedTask
    end: CriterionVerdict
    text: str
    first: bool

    @property
    def judged(self) -> bool:
        """False where the grader failed."""
        return self.end.reason is not Reason.GRADER_ERROR

    @property
    def name(self) -> str:
        """The task and the criterion's sentence."""
        return f"{self.task.name}: {printable(self.end.sentence)}"


def told(settled: Settled) -> Iterator[Told]:
    """Yield the criteria of every task; the diagnosis stands with the first failed."""
    for at, task in enumerate(settled.graded.tasks, 1):
        diagnosed = False
        for place, end in enumerate(task.verdict.criteria, 1):
            parts = []
            if end.status is not Status.PASS and not diagnosed:
                parts = [diagnosis(mistake) for mistake in task.verdict.mistakes]
                diagnosed = True
            if end.message:
                parts.append(printable(end.message))
            text = "\n".join(parts)
            yield Told(f"{at}.{place}", task, end, text, place == 1)


def seconds(task: GradedTask) -> float:
    """Return how long a task ran; 0 where that was not measured."""
    return task.wall_seconds if math.isfinite(task.wall_seconds) else 0.0


def diagnosis(mistake: Diagnosis) -> str:
    """Return a recognised mistake in one or two lines."""
    lines = [f"Recognised: {printable(mistake.name)}", printable(mistake.explanation)]
    if mistake.evidence:
        lines.append(f"What shows it: {printable(mistake.evidence)}")
    return "\n".join(lines)


def summary(settled: Settled) -> str:
    """Return what is to be said of the whole: points, overrides, lateness, notes."""
    graded = settled.graded
    lines = [f"{graded.exercise or 'No exercise'}: {_points(settled)}"]
    if graded.message:
        lines.append(printable(graded.message))
    for task in graded.tasks:
        points = settled.scores.get(task.name)
        score = "no score" if points is None else number(points)
        lines.append(f"{task.name}: {score} of {task.verdict.out_of}")
        lines += [f"  Note: {printable(note)}" for note in task.verdict.notes]
    lines += [
        f"{one.task}: set to {number(one.points)} points by {legible(one.author)}: "
        f"{printable(one.reason)}"
        for one in settled.overrides
    ]
    if settled.late_note:
        lines.append(printable(settled.late_note))
    lines += [f"Note: {printable(note)}" for note in graded.notes]
    return "\n".join(lines)


def feedback(settled: Settled) -> str:
    """Return the summary, and below it what is said of each criterion not passed.

    What is said of the whole, such as of a file that cannot be read, is said once.
    """
    parts = [summary(settled)]
    if settled.graded.message:
        return parts[0]
    for line in told(settled):
        if line.end.status is not Status.PASS and line.text:
            parts.append(f"{line.number} {printable(line.end.sentence)}\n{line.text}")
    return "\n\n".join(parts)


#: What is said where the grader failed: what happened, what was expected, what to do.
UNGRADED = (
    "The grader itself failed, so there is no score: not even a zero. Nothing is wrong "
    "with the submission as far as we know. It has to be graded again: hand in the "
    "same file once more, or tell the course staff."
)


def _points(settled: Settled) -> str:
    if settled.total is None:
        return UNGRADED
    off = f" ({number(settled.penalty)} off)" if settled.penalty else ""
    return f"{number(settled.total)} of {settled.out_of} points{off}"
