"""nbgrader: the table that ``nbgrader export`` writes, and a gradebook's content.

The table is for whatever reads nbgrader's exports. An instructor who uses nbgrader
wants the scores in ``gradebook.db``, where the formgrader shows them: a small script
beside the content puts them there through nbgrader's own interface, in the environment
that has nbgrader, which need not be ours.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files as resources
from typing import Any

from coursekit.grading.cells import legible, table
from coursekit.grading.exports.rows import handed_in
from coursekit.grading.exports.told import UNGRADED, diagnosis
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.settled import Settled

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
SCRIPT = "add_to_gradebook.py"
NOTE = (
    f"To have the scores in nbgrader, run {SCRIPT}, which lies beside them, with the "
    "Python that has nbgrader: python add_to_gradebook.py /path/to/gradebook.db"
)


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield the table, the gradebook's content and the script that adds it."""
    records = list(settled)
    yield "grades.csv", table(COLUMNS, map(_row, records))
    content = {"assignments": _assignments(records)}
    yield "gradebook.json", json.dumps(content, ensure_ascii=False, indent=1)
    script = resources(__package__).joinpath(f"templates/{SCRIPT}.in")
    yield SCRIPT, script.read_text(encoding="utf-8")


def _row(settled: Settled) -> tuple[object, ...]:
    """Return a line of nbgrader's table; no score where the grader failed."""
    graded, total = settled.graded, settled.total
    last, first = _names(settled)
    return (
        graded.exercise,
        "",
        handed_in(graded.modified),
        _student(settled),
        last,
        first,
        "",
        None if total is None else total + settled.penalty,
        settled.penalty,
        total,
        settled.out_of,
    )


def _assignments(records: Iterable[Settled]) -> dict[str, Any]:
    """Return by exercise its tasks with their points, and what each student has."""
    found: dict[str, Any] = {}
    for one in records:
        name = one.graded.exercise
        assignment = found.setdefault(name, {"cells": {}, "submissions": []})
        for task in one.graded.tasks:
            assignment["cells"][task.name] = task.verdict.out_of
        assignment["submissions"].append(_submission(one))
    return found


def _submission(settled: Settled) -> dict[str, Any]:
    last, first = _names(settled)
    overridden = {one.task: one.points for one in settled.overrides}
    return {
        "student": legible(_student(settled)),
        "last_name": legible(last),
        "first_name": legible(first),
        "timestamp": handed_in(settled.graded.modified),
        "penalty": settled.penalty,
        "grades": {
            task.name: {
                "auto_score": task.score,
                "manual_score": overridden.get(task.name),
                "comment": legible(_comment(task)),
            }
            for task in settled.graded.tasks
        },
    }


def _comment(task: GradedTask) -> str:
    if not task.judged:
        return UNGRADED
    parts = [diagnosis(mistake) for mistake in task.verdict.mistakes]
    parts += [end.message for end in task.verdict.criteria if end.message]
    return "\n\n".join(parts)


def _student(settled: Settled) -> str:
    return settled.graded.learner_id or settled.graded.learner


def _names(settled: Settled) -> tuple[str, str]:
    """Return last and first name, where the record's name has both ("Doe, Jane")."""
    last, comma, first = settled.graded.learner.partition(", ")
    return (last, first) if comma else ("", "")
