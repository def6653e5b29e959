"""The class as a whole: for whoever teaches, and without names for the projector."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from coursekit.grading.card import page
from coursekit.grading.display import printable
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.histogram import histogram, summary
from coursekit.grading.reports.listing import listing
from coursekit.grading.reports.look import faults, to_look_at, unread
from coursekit.grading.reports.names import Person, safe_file, safe_name
from coursekit.grading.reports.similar import EVERYBODY, Group
from coursekit.grading.reports.tally import ExerciseTally, TaskTally, tally
from coursekit.grading.reports.words import (
    IN_WORDS,
    count,
    name,
    person,
    seconds,
    title,
)
from coursekit.grading.verdict import Verdict

#: Mistakes of an exercise that are listed; the rest is counted.
MOST_MISTAKES = 12
#: People that are named in a sentence, and rows of a list that is not folded away.
MOST_NAMED, MOST_OPEN = 10, 10


def class_page(
    all_settled: Sequence[Settled],
    course: Course,
    *,
    names: bool = True,
    groups: Sequence[Group] = (),
) -> str:
    """Return the page of the whole class.

    Parameters
    ----------
    all_settled : sequence of Settled
        Every record, in their order.
    course : Course
        For the titles of the lessons.
    names : bool, default=True
        Without them, for the projector, the page holds nothing of a single learner: no
        name, no file, no message and no line of code.
    groups : sequence of Group
        Similar answers, for a human to read.
    """
    return page(
        "reports/class.html",
        names=names,
        learners=len({one.graded.who for one in all_settled} - {("", "")}),
        exercises=[_exercise(one, course, names) for one in tally(all_settled)],
        unread=unread(all_settled) if names else [],
        look=to_look_at(all_settled) if names else [],
        groups=[_group(one) for one in groups] if names else [],
        errors=faults(all_settled) if names else [],
        open_up_to=MOST_OPEN,
        everybody=EVERYBODY,
        footer=_footer(all_settled),
    )


def _exercise(one: ExerciseTally, course: Course, names: bool) -> dict[str, Any]:
    shown = title(one.name)
    mistakes = [mistake for mistake in one.mistakes if mistake.of]
    return {
        "anchor": safe_file(one.name),
        "title": shown,
        "lesson": course.lessons.get(one.name, ""),
        "records": count(one.records, "submission"),
        "summary": summary(one.totals, one.out_of),
        "zeros": "; ".join(
            f"{IN_WORDS[reason]}: {_people(held, names)}" for reason, held in one.unread
        ),
        "without": _people(one.unjudged, names) if one.unjudged else "",
        "histogram": histogram(one.totals, one.out_of, shown) if one.totals else "",
        "tasks": [_task(task) for task in one.tasks],
        "mistakes": [
            {
                "task": printable(mistake.task, 80, 1),
                "short": mistake.task in course.questions,
                "name": printable(mistake.name, 200, 1),
                "explanation": printable(mistake.explanation),
                "made": mistake.made,
                "of": mistake.of,
                "share": _share(mistake.made, mistake.of),
            }
            for mistake in mistakes[:MOST_MISTAKES]
        ],
        "more": max(0, len(mistakes) - MOST_MISTAKES),
    }


def _people(held: Sequence[Person], names: bool) -> str:
    """Return how many there are, and who where names may be shown."""
    if not names:
        return str(len(held))
    listed = [person(*who) for who in held[:MOST_NAMED]]
    if len(held) > len(listed):
        listed.append(f"{len(held) - len(listed)} more")
    return f"{len(held)} ({', '.join(listed)})"


def _task(task: TaskTally) -> dict[str, Any]:
    reasons = [f"{IN_WORDS[reason]} {held}" for reason, held in task.reasons[:4]]
    return {
        "name": printable(task.name, 80, 1),
        "answers": task.answers,
        "criteria": [
            {
                "sentence": printable(one.sentence, 400, 4),
                "out_of": one.out_of,
                "passed": one.passed,
                "of": one.of,
                "share": _share(one.passed, one.of),
            }
            for one in task.criteria
        ],
        "reasons": ", ".join(reasons),
        "ran": sum(task.seconds) > 0,
        "median": seconds(task.median_seconds),
        "longest": seconds(task.seconds[-1]) if task.seconds else "",
        "sum": seconds(sum(task.seconds)),
    }


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _group(group: Group) -> dict[str, Any]:
    page_of = safe_file(group.exercise) + ".html#" + safe_file(group.task)
    return {
        "task": printable(group.task, 80, 1),
        "exercise": title(group.exercise),
        "shared": group.shared,
        "of": group.of,
        "share": round(100 * group.shared / group.of),
        "members": [
            {
                "who": person(*who),
                "link": f"feedback/{safe_name(who)}/{page_of}",
                "code": listing(source, Verdict(group.task, ())),
            }
            for who, source in zip(group.people, group.sources, strict=True)
        ],
    }


def _footer(all_settled: Iterable[Settled]) -> dict[str, list[str]]:
    """Return what the verdicts rest on; more than one line where records are mixed."""
    held = [one.graded for one in all_settled]
    walls = Counter((one.isolation, one.walls) for one in held)
    return {
        "walls": [
            f"{name(level, 'none: nothing ran')} ({count(number, 'record')})"
            + (f": {printable(walls_, 400, 2)}" if walls_ else "")
            for (level, walls_), number in sorted(walls.items())
        ],
        "editions": sorted(
            {f"{title(one.exercise)}: {name(one.edition, 'unknown')}" for one in held}
        ),
        "versions": sorted({name(one.version, "unknown") for one in held}),
    }
