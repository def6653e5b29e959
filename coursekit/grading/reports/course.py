"""What the reports say beside the records: what tasks ask for, hint at and expect."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.grading.question import Question
from coursekit.grading.task import Task


@dataclass(frozen=True)
class Course:
    """The content that reports need; all of it may be missing for an old record.

    Attributes
    ----------
    tasks, questions : mapping of str to Task, Question
        By name.
    lessons : mapping of str to str
        For each exercise the title of its lesson.
    worked : mapping of str to str
        For each task the source of a worked answer.
    """

    tasks: Mapping[str, Task] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    lessons: Mapping[str, str] = field(default_factory=dict)
    worked: Mapping[str, str] = field(default_factory=dict)

    def hint(self, name: str) -> str:
        """Return the first hint to a task or question, or ''."""
        known = self.tasks.get(name) or self.questions.get(name)
        return known.hints[0] if known else ""

    def asks(self, name: str) -> str:
        """Return what a task or question asks for, or ''."""
        if name in self.questions:
            return self.questions[name].asks
        return self.tasks[name].summary if name in self.tasks else ""

    def common(self, name: str) -> list[str]:
        """Return sources that answers to a task are alike to for good reason.

        The stub, the worked answer, the reference, and the mistakes known by name.
        """
        task, sources = self.tasks.get(name), []
        if task is not None:
            answers = [task.reference, *(one.answer for one in task.mistakes)]
            sources = [_source(answer) for answer in answers]
            sources.append(f"def {task.signature}:\n    raise NotImplementedError")
        return [text for text in [self.worked.get(name, ""), *sources] if text]


def _source(answer: object) -> str:
    try:
        return inspect.getsource(inspect.unwrap(answer))
    except (OSError, TypeError, ValueError):
        return ""  # made by a factory or without a file: it has no source of its own
