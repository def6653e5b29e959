"""The instructor's guide: what the lessons say to instructors, and how to help."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent, indent

from coursekit.classroom import lessons as heads
from coursekit.classroom.lessons import Lesson, Part
from coursekit.classroom.page import page
from coursekit.grading.question import Question, Short
from coursekit.grading.records.graded import Graded
from coursekit.grading.task import Mistake, Task

TITLE = "Instructor's guide"
WARNING = (
    "This guide holds the answers to the short questions: it is not for learners. The "
    "worked answers to the tasks are in the folder `solutions` of the clone."
)
#: How many mistakes of a task are shown before the others are folded away.
SHOWN = 6
#: The parts that a lesson's instructor cell should have.
PARTS = (
    heads.WHY,
    heads.OUTCOMES,
    heads.PREPARING,
    heads.TIMING,
    heads.QUESTIONS,
    heads.PITFALLS,
)
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Chapter:
    """One lesson with what its exercise asks."""

    lesson: Lesson
    tasks: tuple[Task, ...]
    questions: tuple[Question, ...]

    def note(self, name: str) -> str:
        """Return a part of the lesson's instructor cell, or ''."""
        return self.lesson.notes.get(name, "")

    @property
    def preparing(self) -> list[str]:
        """What to see to beforehand: what the lesson says, and what follows from it."""
        return list(_preparing(self.lesson))

    @property
    def timing(self) -> tuple[Part, ...]:
        """The pieces of the lesson's timing."""
        return self.lesson.parts


def chapters(
    lessons: Iterable[Lesson], tasks: Iterable[Task], questions: Iterable[Question]
) -> list[Chapter]:
    """Put every lesson together with the tasks and questions of its exercise."""
    tasks, questions = list(tasks), list(questions)
    return [
        Chapter(
            lesson,
            tuple(one for one in tasks if one.exercise == lesson.name),
            tuple(one for one in questions if one.exercise == lesson.name),
        )
        for lesson in lessons
    ]


def missing(lesson: Lesson) -> list[str]:
    """Return the parts that the lesson's instructor cell does not have."""
    return [part for part in PARTS if part not in lesson.notes]


def frequencies(graded: Iterable[Graded]) -> Counts:
    """Count by (task, mistake) how many submissions made which mistake."""
    return Counter(
        (task.name, mistake.name)
        for submission in graded
        for task in submission.tasks
        for mistake in task.verdict.mistakes
    )


def ranked(task: Task, counts: Counts) -> list[tuple[Mistake, int]]:
    """Return the mistakes of a task with their counts, the most frequent first.

    Those that nobody made, or all where nothing was counted, stay in the order in which
    `check` looks for them: what its authors met most often comes first.
    """
    told = [(one, counts.get((task.name, one.name), 0)) for one in task.mistakes]
    return sorted(told, key=lambda pair: -pair[1])


def _preparing(lesson: Lesson) -> Iterator[str]:
    if said := lesson.notes.get(heads.PREPARING):
        yield said
    if lesson.needs:
        yield f"Learners need: {lesson.needs}"
    timing = lesson.notes.get(heads.TIMING, "")
    places = [place for place in ("big screen", "board") if place in timing]
    named = {"big screen": "a big screen", "board": "a blackboard"}
    if places:
        yield f"You need {' and '.join(named[place] for place in places)}."
    several = f"{lesson.explorers} explorers" if lesson.explorers > 1 else "explorer"
    shown = f" and move its {several} once" if lesson.explorers else ""
    yield f"Run the notebook on the computer that will show it{shown}."
    for cell in lesson.long:
        yield f"The cell `{cell}` runs for up to a minute: start it, then explain it."


def as_page(made: Sequence[Chapter], counts: Counts, shown: int = SHOWN) -> str:
    """Return the guide as a page to print, which needs nothing else."""
    return page(
        "guide.html",
        title=TITLE,
        warning=WARNING,
        chapters=made,
        heads=heads,
        ranked=lambda task: ranked(task, counts),
        short=short,
        shown=shown,
    )


def as_markdown(made: Sequence[Chapter], counts: Counts, shown: int = SHOWN) -> str:
    """Return the guide as Markdown, with the formulas as the lessons have them."""
    lines = [f"# {TITLE}", "", WARNING]
    for chapter in made:
        lines += ["", *_chapter(chapter)]
        for question in chapter.questions:
            lines += ["", *_question(question)]
        for task in chapter.tasks:
            lines += ["", *_task(task, ranked(task, counts), shown)]
    return "\n".join(lines) + "\n"


def _chapter(chapter: Chapter) -> Iterator[str]:
    lesson = chapter.lesson
    yield f"## {lesson.number} · {lesson.title}"
    yield f"\n{lesson.workshop} min in a workshop, {lesson.alone} min alone."
    yield from _part(heads.WHY, chapter.note(heads.WHY))
    yield from _part(heads.OUTCOMES, lesson.outcomes)
    yield from ("", f"### {heads.PREPARING}", "")
    yield from (f"- {line}" for line in chapter.preparing)
    yield from ("", f"### {heads.TIMING}", "", "| min | what | how |", "|---|---|---|")
    for part in chapter.timing:
        yield f"| {part.minutes} | {part.what} | {part.how} |"
    if lesson.advice:
        yield f"\n{lesson.advice}"
    yield from _part(heads.QUESTIONS, chapter.note(heads.QUESTIONS))
    yield from _part(heads.PITFALLS, chapter.note(heads.PITFALLS))
    if chapter.tasks or chapter.questions:
        yield "\n### The exercise"


def _part(heading: str, text: str) -> list[str]:
    return ["", f"### {heading}", "", text] if text else []


def _question(question: Question) -> Iterator[str]:
    yield f"#### `{question.name}` · {question.minutes} min"
    yield f"\n{question.asks}\n"
    yield f"- **{short(question.expected)}**: {question.why}"
    yield from (f"- {short(given)}: {told}" for given, told in question.wrong.items())
    yield f"- To unstick somebody: {question.hint}"


def short(answer: Short) -> str:
    """Return a short answer as it is written in a sentence.

    Examples
    --------
    >>> short(0.25**10), short((2, 3)), short("the mean of row 0")
    ('9.53674e-07', '(2, 3)', 'the mean of row 0')
    """
    return f"{answer:.6g}" if isinstance(answer, float) else str(answer)


def _task(
    task: Task, mistakes: Sequence[tuple[Mistake, int]], shown: int
) -> Iterator[str]:
    yield f"#### `{task.signature}`"
    yield f"\n{task.summary} {about(task)}"
    yield "\nTo unstick somebody, in this order:\n"
    for number, hint in enumerate(task.hints, start=1):
        first, _, gaps = hint.partition("\n")
        yield f"{number}. {first}"
        if gaps:
            yield from ("", indent(dedent(gaps), " " * 7))
    yield "\nMistakes to expect:\n"
    for mistake, count in mistakes[:shown]:
        times = f" ({count} times)" if count else ""
        yield f"- *{mistake.name}*{times}: {mistake.explanation}"
    if len(mistakes) > shown:
        yield f"- and {len(mistakes) - shown} more that `check` knows by name"


def about(task: Task) -> str:
    """Return what a task is worth and how long it takes, in one line."""
    return (
        f"{task.minutes} min, {task.points} points, difficulty {task.difficulty} of 5, "
        f"importance {task.importance} of 5."
    )
