"""The exercises that are installed, as grading takes them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.bulk.course import Course


def installed_course() -> "Course":
    """Return every exercise with its tasks and its cells as learners got them.

    Nodes of a cluster call it by its name: what it returns is never sent.
    """
    from coursekit.autograders import all_questions, all_tasks
    from coursekit.autograders.edition import edition
    from coursekit.grading.bulk.course import Exercise

    tasks, questions = all_tasks().values(), all_questions().values()
    names = sorted({one.exercise for one in (*tasks, *questions)})
    return {
        name: Exercise(
            name,
            edition(name),
            tuple(q for q in questions if q.exercise == name),
            tuple(t for t in tasks if t.exercise == name),
            starts(name),
        )
        for name in names
    }


def starts(exercise: str) -> dict[str, str]:
    """Return the source of each answer cell of an exercise as it is laid out.

    Where the exercise is not installed there are none; then an answer that only raises
    is known for a stub all the same.
    """
    from coursekit.grading.intake.reading import Refused, read_notebook
    from coursekit.study.folder import CourseMissingError, course_folder

    try:
        path = course_folder() / "exercises" / f"{exercise}.ipynb"
        cells = read_notebook(path.read_bytes()).cells
    except (CourseMissingError, OSError, Refused):
        return {}
    return {cell.task: cell.source for cell in cells if cell.task}
