"""What a human should look at in a class, by kind and with names."""

from collections.abc import Iterable, Iterator, Sequence

from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.words import IN_WORDS, name, person, points, title

#: One line of a list: who, which exercise, and the rest by name.
Row = dict[str, str]


def to_look_at(all_settled: Sequence[Settled]) -> list[tuple[str, list[Row]]]:
    """Return what was decided or forgiven, each kind with its rows; no empty kind."""
    kinds = {
        "Points changed by hand": _by_hand,
        "Decisions to look at again": lambda one: one.notes,
        "Points taken off for being late": _late,
        "Several files, other names, or an unusual file": lambda one: one.graded.notes,
    }
    found = [
        (
            kind,
            [
                _row(one, what=printable(t, 400, 4))
                for one in all_settled
                for t in of(one)
            ],
        )
        for kind, of in kinds.items()
    ]
    return [(kind, rows) for kind, rows in found if rows]


def unread(all_settled: Iterable[Settled]) -> list[Row]:
    """Return what could not be graded for a reason that is not ours."""
    return [
        _row(
            one,
            origin=printable(one.graded.origin, 200, 1),
            words=IN_WORDS[one.graded.reason],
            code=one.graded.reason.value,
            message=printable(one.graded.message, 400, 4),
            points=f"{points(one.total)} of {one.out_of}" if one.out_of else "",
        )
        for one in all_settled
        if one.graded.unread
    ]


def faults(all_settled: Iterable[Settled]) -> list[Row]:
    """Return every fault of the grader, with where it was and what it said."""
    found = []
    for one in all_settled:
        graded = one.graded
        if graded.reason is Reason.GRADER_ERROR:
            message = printable(graded.message, 400, 4)
            found.append(_row(one, task="the whole notebook", message=message))
            continue
        for task in graded.tasks:
            if not task.judged:
                ends = task.verdict.criteria
                said = next((end.message for end in ends if end.message), "")
                message = printable(said, 400, 4)
                shown = printable(task.name, 80, 1)
                found.append(_row(one, task=shown, message=message))
    return found


def _row(one: Settled, **more: str) -> Row:
    graded = one.graded
    who = person(graded.learner, graded.learner_id)
    if not (graded.learner or graded.learner_id):
        who = "nobody in particular"
    return {"who": who, "exercise": title(graded.exercise), **more}


def _by_hand(one: Settled) -> Iterator[str]:
    tasks = {task.name: task for task in one.graded.tasks}
    for decided in one.overrides:
        task = tasks[decided.task]
        yield (
            f"{decided.task}: {points(decided.points)} of {task.verdict.out_of} points "
            f"instead of {points(task.score)}. {name(decided.author, 'somebody')}, "
            f"{decided.at[:10]}: “{decided.reason}”"
        )


def _late(one: Settled) -> Iterator[str]:
    if one.penalty:
        left = points(one.total)
        yield f"{points(one.penalty)} points off, {left} left; {one.late_note}"
    elif one.graded.late and one.late_note:
        yield one.late_note
