"""Grade a class: hand out what is to be graded and keep what comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from coursekit.grading.bulk.crew import Crew
from coursekit.grading.bulk.plan import chunks, plan
from coursekit.grading.bulk.progress import Progress
from coursekit.grading.display import printable
from coursekit.grading.intake.submissions import Submission
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.store import Records
from coursekit.grading.reports.lines import unread_lines

#: How many faults of ours are listed; the others are counted.
MOST_LISTED = 20


@dataclass
class Summary:
    """What a run came to: counts, what could not be read, the faults of the grader.

    ``missing`` is what to say of records that have no file any more.
    """

    graded: int = 0
    unchanged: int = 0
    left: int = 0
    unread: list[Graded] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, graded: Graded) -> None:
        """Count one record."""
        self.graded += 1
        self.faults += sorted(_faults(graded))

    def lines(self) -> Iterator[str]:
        """Yield what to print, the faults last."""
        told = [f"{self.graded} graded", f"{self.unchanged} unchanged"]
        if self.left:
            told.append(f"{self.left} left")
        yield ", ".join(told) + "."
        yield from unread_lines(self.unread)
        yield from self.missing
        if self.faults:
            yield (
                f"The grader failed {len(self.faults)} times. What is concerned has "
                "no score and is tried again when you run the same command."
            )
            yield from (f"  {fault}" for fault in sorted(self.faults)[:MOST_LISTED])
            if len(self.faults) > MOST_LISTED:
                yield f"  and {len(self.faults) - MOST_LISTED} more."


def _faults(graded: Graded) -> Iterator[str]:
    """Yield a line for each fault of ours in a record; once if all of it failed."""
    who = printable(graded.learner or graded.learner_id or graded.origin, 60)
    place = f"{who}, {graded.exercise or 'no exercise'}"
    if graded.reason is Reason.GRADER_ERROR:
        yield f"{place}: {printable(graded.message, 300)}"
        return
    for task in graded.tasks:
        if not task.judged:
            message = next((e.message for e in task.verdict.criteria if e.message), "")
            yield f"{place}, {task.name}: {printable(message, 300)}"


def run(
    submissions: Sequence[Submission],
    crew: Crew,
    records: Records,
    stream: TextIO,
    *,
    size: int = 1,
    summary: Summary | None = None,
) -> Summary:
    """Grade what is new or changed, and keep each record as it comes.

    Parameters
    ----------
    submissions : sequence of Submission
        All that was found; nothing of them is read before it is needed.
    crew : Crew
        Who grades.
    records : Records
        Where the records are kept, open to be written.
    stream : text stream
        Where the progress is shown.
    size : int, default=1
        How many submissions are handed out together.
    summary : Summary, optional
        Filled while the run goes on, for whoever wants it after an interrupt.

    Returns
    -------
    Summary
        What it came to.

    Raises
    ------
    RunError
        If the run cannot go on; what was graded is kept.
    """
    told = Summary() if summary is None else summary
    found = plan(submissions, records, crew.course, crew.order.terms)
    told.unread = found.unread
    told.unchanged, told.left = found.unchanged, len(found.to_grade)
    with Progress(len(found.to_grade), stream) as progress:
        for done in crew.results(chunks(found.to_grade, size)):
            for graded in done:
                records.put(graded)
                told.add(graded)
                told.left -= 1
                progress.advance()
    return told
