"""Bring together the verdict, the humans' decisions and the late rules."""

from collections.abc import Iterable, Mapping

from coursekit.grading.reasons import Reason
from coursekit.grading.records.decisions import below
from coursekit.grading.records.errors import shown
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.settled import Override, Settled

#: Decimals that a penalty is rounded to: no gradebook takes more.
DECIMALS = 2


def settle(graded: Graded, decided: Iterable[Override], rules: LateRules) -> Settled:
    """Return what one record comes to.

    Parameters
    ----------
    graded : Graded
        The record.
    decided : iterable of Override
        All overrides of this learner and exercise, oldest first; the newest of each
        task counts.
    rules : LateRules
        What coming late costs.

    Returns
    -------
    Settled
        A penalty takes off at most what there is, and never makes a number of None.
    """
    newest = {one.task: one for one in decided}
    names = [task.name for task in graded.tasks]
    applied = tuple(newest[name] for name in names if name in newest)
    scores = {
        task.name: newest[task.name].points
        if task.name in newest
        else _number(task.score)
        for task in graded.tasks
    }
    points = _sum(graded, scores)
    lateness = rules.judge(graded)
    penalty = 0.0
    if points is not None:
        base = points if lateness.of_reached else graded.out_of
        penalty = min(points, round(base * lateness.percent / 100, DECIMALS))
    return Settled(
        graded=graded,
        scores=scores,
        overrides=applied,
        late_note=lateness.note,
        penalty=penalty,
        total=None if points is None else _less(points, penalty),
        out_of=graded.out_of,
        notes=tuple(_notes(graded, newest)),
    )


def _number(score: int | None) -> float | None:
    return None if score is None else float(score)


def _sum(graded: Graded, scores: Mapping[str, float | None]) -> float | None:
    """Return the points of all tasks; None where one has none."""
    values = list(scores.values())
    nothing = not values and graded.reason is Reason.GRADER_ERROR
    return None if None in values or nothing else float(sum(values))


def _less(points: float, penalty: float) -> float:
    """Subtract without the noise of binary fractions, such as 2.2 for 3.3 - 1.1."""
    return points if not penalty else max(0.0, min(points, round(points - penalty, 6)))


def _notes(graded: Graded, newest: Mapping[str, Override]) -> Iterable[str]:
    """Say which decisions need a second look after a regrade."""
    tasks = {task.name: task for task in graded.tasks}
    for name, decision in newest.items():
        if name not in tasks:
            yield (
                f"the override of {shown(name)} applies to nothing: the exercise has "
                "no such task any more."
            )
        elif decision.below and decision.below != (now := below(tasks[name])):
            yield (
                f"the verdict on {shown(name)} has changed below an override: it was "
                f"{decision.below} when {decision.author} decided on "
                f"{decision.points:g}, it is {now} now. Look at it again."
            )
