"""What there is to practise in a lesson, how much it matters, and where it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.classroom.heart import TALK
from coursekit.classroom.lessons import Lesson, Part
from coursekit.classroom.stretches import cut
from coursekit.grading.question import Question
from coursekit.grading.task import Task

#: How much the short questions of an exercise matter, on the scale of the tasks: they
#: can be answered at home.
QUESTIONS_IMPORTANCE = 2


@dataclass(frozen=True)
class Practice:
    """A task to write, or the short questions of an exercise, in a workshop."""

    lesson: str
    what: str
    minutes: int
    importance: int


def find_practice(
    lessons: Sequence[Lesson], tasks: Sequence[Task], questions: Sequence[Question]
) -> list[Practice]:
    """Return what there is to practise, lesson by lesson.

    Tasks stand as in the exercise. The short questions come last: they ask about the
    whole lesson.
    """
    found = []
    for lesson in lessons:
        found += [
            Practice(lesson.name, task.name, task.minutes, task.importance)
            for task in tasks
            if task.exercise == lesson.name
        ]
        asked = [one for one in questions if one.exercise == lesson.name]
        if asked:
            what = f"the {len(asked)} short questions"
            total = sum(one.minutes for one in asked)
            found.append(Practice(lesson.name, what, total, QUESTIONS_IMPORTANCE))
    return found


def most_wanted(one: Practice) -> tuple[int, str, int]:
    """Sort by importance; of equals, the earlier lesson and the shorter task first."""
    return -one.importance, one.lesson, one.minutes


def least(
    lesson: Lesson, practice: Sequence[Practice], *, last: bool
) -> list[Practice]:
    """Return the least practice without which a lesson is not given.

    It is the most important task, and the shortest others that make one for each
    stretch of talk; the very last stretch of a workshop is followed by the closing.
    """
    ours = [one for one in practice if one.lesson == lesson.name]
    needed = max(1, len(runs(lesson.parts)) - last)
    best = sorted(ours, key=most_wanted)[:1]
    others = sorted((one for one in ours if one not in best), key=lambda o: o.minutes)
    return [*best, *others[: needed - 1]]


def interwoven(lesson: Lesson, practice: Sequence[Practice]) -> list[Part | Practice]:
    """Return a lesson's talk with its practice in between.

    One piece of practice, in order, follows each stretch of talk but the last, and all
    others come at the end.
    """
    left, items = list(practice), []
    *first, last = runs(lesson.parts)
    for run in first:
        items += [*run, *left[:1]]
        left = left[1:]
    return [*items, *last, *left]


def runs(parts: Sequence[Part]) -> list[Sequence[Part]]:
    """Cut a lesson into as few stretches of at most `TALK` minutes as will do."""
    return [parts[run] for run in cut([part.minutes for part in parts], TALK)]
