"""Where a learner stands in the course: what is done, what is next."""

from dataclasses import dataclass

from coursekit.grading.card import GLYPHS
from coursekit.grading.question import Question
from coursekit.grading.task import Task
from coursekit.grading.verdict import Status
from coursekit.study.store import Standing


@dataclass(frozen=True)
class Row:
    """One task or question and where the learner is with it."""

    task: Task | Question
    standing: Standing

    @property
    def word(self) -> str:
        """Done, begun, or to do."""
        if self.standing.done:
            return "done"
        return "begun" if self.standing.attempts else "to do"

    @property
    def glyph(self) -> str:
        """The sign beside the word."""
        signs = {"done": Status.PASS, "begun": Status.FAIL, "to do": Status.TODO}
        return GLYPHS[signs[self.word]]
