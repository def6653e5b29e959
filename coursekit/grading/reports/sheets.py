"""Tables for a spreadsheet: the gradebook, and one row for every check.

RFC 4180: commas, CRLF, quotes where needed. UTF-8 with a byte order mark: without it
Excel takes the file for the computer's old code page and spoils every accent when it is
opened by a double click; LibreOffice, pandas and Python's ``utf-8-sig`` read past it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from coursekit.grading.display import printable
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.names import Person

BOM = "\ufeff"
#: What a spreadsheet takes for a formula, at the start or, where a semicolon parts the
#: columns, after one. Full-width forms count: some input methods turn them into these.
_FORMULA = re.compile("(^|;)(\\s*)(?=[=+\\-@＝＋－＠|%])")

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


def neutral(value: object) -> object:
    """Return a cell that no spreadsheet computes; numbers stay numbers, None is empty.

    Text that begins like a formula gets an apostrophe before it, as spreadsheets
    themselves mark text. It has no line breaks and no signs that cannot be shown.

    Examples
    --------
    >>> neutral("=cmd()"), neutral("-1.5"), neutral("Doe, Jane"), neutral("a;=b")
    ("'=cmd()", "'-1.5", 'Doe, Jane', "a;'=b")
    >>> neutral(-1.5), neutral(4.0), neutral(None)
    (-1.5, 4, '')
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return int(value) if value == int(value) else round(value, 6)
    text = printable(" ".join(str(value).split()))
    return _FORMULA.sub(r"\1\2'", text)


def table(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file, the byte order mark before the first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    for row in rows:
        writer.writerow([neutral(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


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
        cells = [_cells(of_exercise.get(exercise)) for exercise in exercises]
        total = _sum(one.total for one in counted)
        out_of = sum(one.out_of for one in counted)
        yield [*who, *(cell for four in cells for cell in four), total, out_of]


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
