"""Write a graded submission as rows of the tables, and read it back the same."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from coursekit.grading.reasons import Reason
from coursekit.grading.records import encoding as put
from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Entry:
    """What stands beside a record: when it was graded, and if it still counts."""

    number: int
    key: Key
    graded_at: str
    superseded: bool


_KEY = "learner = ? AND learner_id = ? AND exercise = ? AND origin = ?"
#: Text that is no Unicode is kept as bytes; seen as bytes, all sorts as Python sorts.
_IN_ORDER = ", ".join(
    f"CAST({column} AS BLOB)"
    for column in ("learner", "learner_id", "exercise", "origin")
)
_COLUMNS = (
    "learner, learner_id, exercise, origin, digest, modified, late, seed, edition, "
    "version, isolation, walls, reason, message, notes"
)


def identify(connection: sqlite3.Connection, key: Key) -> int | None:
    """Return the number of the row with a key; None where there is none."""
    found = connection.execute(
        f"SELECT id FROM submissions WHERE {_KEY}", [put.text(part) for part in key]
    ).fetchone()
    return found[0] if found else None


def entries(connection: sqlite3.Connection) -> list[Entry]:
    """Return what stands beside every record, sorted by key."""
    found = connection.execute(
        "SELECT id, graded_at, superseded, learner, learner_id, exercise, origin "
        f"FROM submissions ORDER BY {_IN_ORDER}"
    )
    return [
        Entry(number, tuple(map(put.untext, key)), graded_at, bool(superseded))
        for number, graded_at, superseded, *key in found
    ]


def supersede(connection: sqlite3.Connection, number: int, superseded: bool) -> None:
    """Mark a row as replaced by another file of the same learner, or unmark it."""
    connection.execute(
        "UPDATE submissions SET superseded = ? WHERE id = ?", (superseded, number)
    )


def write(connection: sqlite3.Connection, graded: Graded, at: str) -> int:
    """Put a graded submission in place of what has the same key; return its number."""
    old = identify(connection, graded.key)
    if old is not None:
        connection.execute("DELETE FROM submissions WHERE id = ?", (old,))
    values = [
        old,  # the same number: who is reading all of them finds it again
        *map(put.text, graded.key),
        put.text(graded.digest),
        float(graded.modified),
        int(graded.late),
        *map(put.text, (graded.seed, graded.edition, graded.version)),
        *map(put.text, (graded.isolation, graded.walls)),
        graded.reason.value,
        put.text(graded.message),
        put.texts(graded.notes),
        graded.score,
        graded.out_of,
        at,
    ]
    number = connection.execute(
        f"INSERT INTO submissions (id, {_COLUMNS}, score, out_of, graded_at) "
        f"VALUES ({_marks(values)})",
        values,
    ).lastrowid
    for place, task in enumerate(graded.tasks):
        _write_task(connection, number, place, task)
    return number


def _write_task(
    connection: sqlite3.Connection, number: int, place: int, task: GradedTask
) -> None:
    verdict = task.verdict
    values = [
        *(number, place, put.text(verdict.task), task.score, verdict.out_of),
        put.mistakes(verdict.mistakes),
        put.texts(verdict.notes),
        put.text(task.source),
        float(task.cpu_seconds),
        float(task.wall_seconds),
    ]
    connection.execute(f"INSERT INTO tasks VALUES ({_marks(values)})", values)
    rows = [
        (
            *(number, place, order, put.text(end.sentence)),
            *(end.status.value, end.reason.value),
            None if end.reason is Reason.GRADER_ERROR else end.score,
            *(end.out_of, put.text(end.message), put.picture(end.picture)),
        )
        for order, end in enumerate(verdict.criteria)
    ]
    statement = f"INSERT INTO criteria VALUES ({_marks(range(10))})"
    connection.executemany(statement, rows)


def read(connection: sqlite3.Connection, number: int) -> Graded | None:
    """Return the graded submission of one row; None where it is gone.

    Raises
    ------
    ValueError
        If what stands in the row is nothing that was written here.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM submissions WHERE id = ?", (number,)
    ).fetchone()
    if row is None:
        return None
    ends: dict[int, list[CriterionVerdict]] = {}
    for place, sentence, status, reason, out_of, message, picture in connection.execute(
        "SELECT task_place, sentence, status, reason, out_of, message, picture "
        "FROM criteria WHERE submission = ? ORDER BY task_place, place",
        (number,),
    ):
        end = CriterionVerdict(
            sentence=put.untext(sentence),
            out_of=out_of,
            status=Status(status),
            reason=Reason(reason),
            message=put.untext(message),
            picture=put.unpicture(picture),
        )
        ends.setdefault(place, []).append(end)
    tasks = connection.execute(
        "SELECT place, task, mistakes, notes, source, cpu_seconds, wall_seconds "
        "FROM tasks WHERE submission = ? ORDER BY place",
        (number,),
    )
    return _graded(row, tuple(_task(task, ends.get(task[0], [])) for task in tasks))


def _task(row: tuple, ends: Iterable[CriterionVerdict]) -> GradedTask:
    _, name, mistakes, notes, source, cpu_seconds, wall_seconds = row
    verdict = Verdict(
        put.untext(name),
        tuple(ends),
        put.unmistakes(mistakes),
        put.untexts(notes),
    )
    return GradedTask(
        verdict, put.untext(source), put.unreal(cpu_seconds), put.unreal(wall_seconds)
    )


def _graded(row: tuple, tasks: tuple[GradedTask, ...]) -> Graded:
    facts = dict(zip(_COLUMNS.split(", "), row, strict=True))
    others = {
        "modified": put.unreal(facts.pop("modified")),
        "late": bool(facts.pop("late")),
        "reason": Reason(facts.pop("reason")),
        "notes": put.untexts(facts.pop("notes")),
    }
    texts = {name: put.untext(value) for name, value in facts.items()}
    return Graded(**texts, **others, tasks=tasks)


def _marks(values: Iterable) -> str:
    return ", ".join("?" for _ in values)
