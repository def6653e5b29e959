"""One graded submission as plain data: what records keep and what reports read."""

from dataclasses import dataclass

from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status, Verdict


@dataclass(frozen=True)
class GradedTask:
    """The verdict on one task or short question, and what it was given for.

    ``source`` is what the learner wrote (for a question, the text of the answer); the
    times are seconds and no part of the result.
    """

    verdict: Verdict
    source: str = ""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    @property
    def name(self) -> str:
        """The task's or question's name."""
        return self.verdict.task

    @property
    def judged(self) -> bool:
        """False where the grader failed: then there is no score, not a zero."""
        ends = self.verdict.criteria
        return all(end.reason is not Reason.GRADER_ERROR for end in ends)

    @property
    def score(self) -> int | None:
        """Points reached; None where the grader failed."""
        return self.verdict.score if self.judged else None

    @property
    def reason(self) -> Reason:
        """The reason code of the first criterion that did not pass, or OK."""
        ends = self.verdict.criteria
        return next((e.reason for e in ends if e.status is not Status.PASS), Reason.OK)


@dataclass(frozen=True)
class Graded:
    """All that grading one learner's notebook for one exercise came to.

    ``reason`` and ``message`` are OK and '' or why nothing could be graded; every task
    of the exercise is there all the same, each with that reason. ``digest`` is the
    SHA-256 of the file in hex, '' where there is none. ``seed`` is the key to the cases
    (`coursekit.grading.cases.key_for`). ``edition`` is the autograder's
    (`coursekit.autograders.edition`), ``version`` the package's, ``isolation`` the
    level the code ran at, ``walls`` one line on what that level cannot do.
    """

    learner: str
    learner_id: str
    exercise: str
    origin: str
    digest: str
    modified: float
    late: bool
    seed: str
    edition: str
    version: str
    isolation: str
    walls: str
    reason: Reason
    message: str
    notes: tuple[str, ...]
    tasks: tuple[GradedTask, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells one submission from every other; records are sorted by it."""
        return self.learner, self.learner_id, self.exercise, self.origin

    @property
    def who(self) -> tuple[str, str]:
        """The learner: name and id."""
        return self.learner, self.learner_id

    @property
    def unread(self) -> bool:
        """Whether nothing could be graded, for a reason that is not ours."""
        return self.reason not in (Reason.OK, Reason.GRADER_ERROR)

    @property
    def score(self) -> int | None:
        """Points reached; None where any task has no score, or the grader failed."""
        scores = [task.score for task in self.tasks]
        failed = self.reason is Reason.GRADER_ERROR or None in scores
        return None if failed else sum(scores)

    @property
    def out_of(self) -> int:
        """Points there are."""
        return sum(task.verdict.out_of for task in self.tasks)
