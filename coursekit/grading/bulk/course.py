"""What grading must know of the exercises: handed in, since `grading` knows none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.grading.question import Question
from coursekit.grading.task import Task


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is asked in it, and the cells as learners got them.

    Attributes
    ----------
    name : str
        Such as "07_layer_norm".
    edition : str
        Changes when its checks change.
    questions : tuple of Question
        Its short questions.
    tasks : tuple of Task
        What is to be written in it.
    starts : mapping of str to str
        For each task the source of its cell as learners got it, where that is known.
    """

    name: str
    edition: str = ""
    questions: tuple[Question, ...] = ()
    tasks: tuple[Task, ...] = ()
    starts: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Question | Task, ...]:
        """All there is to do, the short questions first."""
        return (*self.questions, *self.tasks)

    @property
    def handed_out(self) -> dict[str, str]:
        """Each task and question with its cell as learners got it, '' if unknown."""
        return {one.name: self.starts.get(one.name, "") for one in self.asked}


Course = Mapping[str, Exercise]


def catalogue(course: Course) -> dict[str, dict[str, str]]:
    """Return what each exercise asks, with its cells as learners got them."""
    return {name: exercise.handed_out for name, exercise in course.items()}
