"""Tables for a spreadsheet: the gradebook, and one row for every check.

RFC 4180: commas, CRLF, quotes where needed. UTF-8 with a byte order mark: without it
Excel takes the file for the computer's old code page and spoils every accent when it is
opened by a double click; LibreOffice, pandas and Python's ``utf-8-sig`` read past it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coursekit.grading import cells
from coursekit.grading.display import MAX_CHARACTERS
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.names import Person

CRITERIA = (
    "learner",
    "learner_id",
    "exercise",
    "task",
    "check",
    "sentence",
    "points",
    "out_of",
    "status",
    "reason",
    "message",
    "mistakes",
)


def table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows, the first of them the header, as a CSV file for a spreadsheet.

    Every text is one line: Excel reads a line break in a cell, people do not.
    """
    header, *others = ([_on_one_line(cell) for cell in row] for row in rows)
    return cells.table(header, others, mark=True)


def _on_one_line(cell: object) -> object:
    return " ".join(cell.split())[:MAX_CHARACTERS] if isinstance(cell, str) else cell


def gradebook(
    by_person: Mapping[Person, Sequence[Settled]], exercises: Sequence[str]
) -> Iterator[Sequence[object]]:
    """Yield the rows of the gradebook: one a learner, four columns an exercise.

    A cell is empty where there is no record, and where the grader failed: never 0.
    ``points`` are after overrides, before what being late takes off.
    """
    parts = ("points", "out of", "late penalty", "total")
    heads = [f"{exercise} {part}" for exercise in exercises for part in parts]
    yield ["learner", "learner_id", *heads, "total", "out of"]
    for who, all_settled in by_person.items():
        of_exercise = {one.graded.exercise: one for one in all_settled}
        counted = [of_exercise[one] for one in exercises if one in of_exercise]
        fours = [_cells(of_exercise.get(exercise)) for exercise in exercises]
        total = _sum(one.total for one in counted)
        out_of = sum(one.out_of for one in counted)
        yield [*who, *(cell for four in fours for cell in four), total, out_of]


def criteria(all_settled: Iterable[Settled]) -> Iterator[Sequence[object]]:
    """Yield the rows of every check of every task, as judged, before any override."""
    yield CRITERIA
    for one in all_settled:
        graded = one.graded
        for task in graded.tasks:
            mistakes = "; ".join(mistake.name for mistake in task.verdict.mistakes)
            for number, end in enumerate(task.verdict.criteria, start=1):
                yield [
                    graded.learner,
                    graded.learner_id,
                    graded.exercise,
                    task.name,
                    number,
                    end.sentence,
                    end.score if task.judged else None,
                    end.out_of,
                    end.status.value,
                    end.reason.value,
                    end.message,
                    mistakes,
                ]


def _cells(one: Settled | None) -> Sequence[float | None]:
    if one is None:
        return (None, None, None, None)
    return _sum(one.scores.values()), one.out_of, one.penalty, one.total


def _sum(scores: Iterable[float | None]) -> float | None:
    """Return a sum, or None where a part of it is not known."""
    known = list(scores)
    return None if None in known else sum(known)
