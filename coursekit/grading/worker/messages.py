"""What travels between parent, worker and child, as plain data and back again.

Parent and worker trust each other. What a child says is read by the functions that
raise `ProtocolViolation`.
"""

from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from coursekit.grading.reasons import Reason
from coursekit.grading.worker.frames import ProtocolViolation
from coursekit.grading.worker.job import Job, Limits, Ran, Work
from coursekit.probes.outcome import Observed, Odd, Outcome, Raised


class Agenda(NamedTuple):
    """What the worker is told of a job: its names, and nothing a learner wrote.

    ``cases`` are the names of each task's cases, ``beside`` the number of other cells.
    """

    tasks: tuple[str, ...]
    cases: tuple[tuple[str, ...], ...]
    beside: int


def agenda_of(job: Job) -> Agenda:
    """Return the names in a job."""
    cases = tuple(tuple(work.cases) for work in job.works)
    return Agenda(tuple(work.task for work in job.works), cases, len(job.beside))


def read_agenda(told: Any) -> Agenda:
    """Return the agenda that was sent as ``list(agenda)``."""
    tasks, cases, beside = told
    return Agenda(tuple(tasks), tuple(map(tuple, cases)), beside)


def tell_job(job: Job) -> list[Any]:
    """Return a job as plain data."""
    works = [
        [w.task, w.probe, w.source, _inputs(w), list(w.forbidden)] for w in job.works
    ]
    return [list(job.beside), works]


def _inputs(work: Work) -> dict[str, Any]:
    return {name: dict(inputs) for name, inputs in work.cases.items()}


def read_job(told: Any) -> Job:
    """Return the job that `tell_job` told."""
    beside, works = told
    return Job(
        tuple(beside),
        tuple(Work(*head, tuple(forbidden)) for *head, forbidden in works),
    )


def tell_limits(limits: Limits) -> dict[str, Any]:
    """Return limits as plain data."""
    return asdict(limits)


def tell_outcome(outcome: Outcome) -> list[Any]:
    """Return an outcome as plain data."""
    if isinstance(outcome, Observed):
        return [dict(outcome.values), outcome.printed]
    return [
        outcome.type_name,
        outcome.message,
        outcome.line,
        outcome.source_line,
        outcome.printed,
        list(outcome.bases),
    ]


def read_outcome(told: Any) -> Outcome:
    """Return the outcome that `tell_outcome` told.

    Raises
    ------
    ProtocolViolation
        If ``told`` is anything else.
    """
    parts = told if isinstance(told, list) else []
    if [type(part) for part in parts] == [dict, str]:
        values, printed = parts
        if all(type(value) in _VALUES for value in values.values()):
            return Observed(values, printed)
    if len(parts) == 6 and isinstance(parts[5], list):
        name, message, line, source, printed, bases = parts
        texts = (name, message, source, printed, *bases)
        if all(type(text) is str for text in texts) and type(line) in (int, _NONE):
            return Raised(name, message, line, source, printed, tuple(bases))
    raise ProtocolViolation("an outcome has another form")


_NONE = type(None)
_VALUES = frozenset([np.ndarray, float, int, bool, str, Odd])


def tell_ran(ran: Ran) -> list[Any]:
    """Return what came of one answer as plain data."""
    outcomes = {name: tell_outcome(outcome) for name, outcome in ran.outcomes.items()}
    times = [ran.cpu_seconds, ran.wall_seconds]
    return [outcomes, ran.reason.value, ran.message, list(ran.notes), *times]


def read_ran(told: Any) -> Ran:
    """Return what `tell_ran` told.

    Raises
    ------
    ProtocolViolation
        If ``told`` is anything else.
    """
    try:
        outcomes, reason, message, notes, cpu, wall = told
        read = {name: read_outcome(outcome) for name, outcome in outcomes.items()}
        return Ran(read, Reason(reason), message, tuple(notes), cpu, wall)
    except (TypeError, ValueError, AttributeError):
        raise ProtocolViolation("what came of a task has another form") from None
