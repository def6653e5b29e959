"""Moodle: the offline grading worksheet filled in, or a CSV for the gradebook import.

Written after Moodle's own assign feedback plugin "offline": its importer finds columns
by headers in the language of whoever uploads the file, and a participant by the number
after that language's word. So the worksheet comes from the site, never from here.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.cells import legible, table
from coursekit.grading.exports.chosen import by_learner, maximum, who
from coursekit.grading.exports.matching import Roster
from coursekit.grading.exports.scaling import Scale, scale_for
from coursekit.grading.exports.told import feedback
from coursekit.grading.exports.worksheet import Sheet
from coursekit.grading.records.settled import Settled

#: The English headers of the columns that are looked for, in the order of their use.
_TITLES = (
    "Grade",
    "Maximum grade",
    "Scale",
    "Grade can be changed",
    "Feedback comments",
)
#: Longest feedback comment, in characters of text.
MOST = 6000
IMPORT_NOTE = (
    "For Moodle's Grades > Import: map 'id' to whatever your ids are. Ids from a "
    "download of submissions are known to that assignment alone: for those, give its "
    "offline grading worksheet with --template."
)


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield a CSV for the plain import into the gradebook, a column an exercise."""
    records = list(settled)
    exercises = sorted({one.graded.exercise for one in records})
    rows = []
    for several in by_learner(records):
        graded = several[0].graded
        scores = {one.graded.exercise: one.total for one in several}
        known = graded.learner_id or graded.learner
        rows.append([graded.learner, known, *map(scores.get, exercises)])
    yield "gradebook_import.csv", table(["name", "id", *exercises], rows)


def fill(sheet: Sheet, settled: Iterable[Settled], *, scale: bool = False) -> list[str]:
    """Fill grades and feedback into an offline grading worksheet; say what to look at.

    Parameters
    ----------
    sheet : Sheet
        The worksheet; changed in place.
    settled : iterable of Settled
        The records of one exercise, one a learner.
    scale : bool, default=False
        Whether to convert points where the maxima differ.

    Raises
    ------
    ValueError
        If it is no such worksheet, there are several exercises, or maxima differ.
    """
    records = list(settled)
    exercises = sorted({one.graded.exercise for one in records})
    if len(exercises) != 1:
        raise ValueError(
            "moodle: the records must be of one exercise = the worksheet is one "
            f"assignment's; got {', '.join(exercises)}. Choose with --exercise."
        )
    columns = _columns(sheet)
    rows = [row for row in range(1, len(sheet.rows)) if _participant(sheet, row)]
    most = sheet.value(rows[0], columns.most) if columns.most is not None else ""
    points = scale_for(maximum(records), most, exercises[0], allowed=scale)
    ids = {row: _number(sheet.value(row, 0)) for row in rows}
    names = {
        row: [sheet.value(row, at) for at in range(1, columns.grade)] for row in rows
    }
    roster = Roster([ids], names)
    pairs, notes = roster.rows_of(records)
    notes = [*points.notes, *notes]
    before = {row: _given(sheet.value(row, columns.grade)) for row, _ in pairs}
    for row, one in pairs:
        notes += _fill_row(sheet, columns, points, row, one)
    after = {row: _given(sheet.value(row, columns.grade)) for row in before}
    replaced = sum(before[row] not in (None, after[row]) for row in before)
    if replaced:
        notes.append(f"grades in the worksheet that were replaced: {replaced}")
    if columns.feedback is None:
        notes.append(
            "no comments: the worksheet has no column for them; switch on 'Feedback "
            "comments' in the assignment and download it again to have them"
        )
    return notes


def _fill_row(
    sheet: Sheet, columns: "_Columns", points: Scale, row: int, one: Settled
) -> list[str]:
    """Write one learner's grade and comment; say so where that cannot be."""
    if columns.locked(sheet, row):
        return [f"left as it was: Moodle keeps the grade of {who(one)} locked"]
    if columns.feedback is not None:
        sheet.put(row, columns.feedback, _comment(one))
    if one.total is None:
        return [f"left as it was: {who(one)} has no score, the grader failed"]
    sheet.put(row, columns.grade, points.grade(one.total))
    return []


@dataclass(frozen=True)
class _Columns:
    """Where a worksheet has what; None where it does not have it."""

    grade: int
    most: int | None
    changeable: int | None
    feedback: int | None

    def locked(self, sheet: Sheet, row: int) -> bool:
        """Whether Moodle says in plain English that it will not take a grade."""
        if self.changeable is None:
            return False
        return sheet.value(row, self.changeable).strip().casefold() == "no"


def _columns(sheet: Sheet) -> _Columns:
    """Find the columns by their English headers, else by what stands where.

    In every language the first column has the participants, and the one after the grade
    the assignment's maximum, the same number in every row.
    """
    header = [title.strip() for title in sheet.header]
    known = {title: sheet.column(title) for title in _TITLES}
    rows = [row for row in range(1, len(sheet.rows)) if _participant(sheet, row)]
    if not rows:
        raise ValueError(
            "moodle: the template's first column must have participants = 'Participant "
            f"12'; got the columns {', '.join(header)[:120]!r}. In the assignment, "
            "choose 'Download grading worksheet'."
        )
    grade, most, scale, changeable, feedback = known.values()
    if grade is None and (most := _constant(sheet, rows)):
        grade = most - 1
    if grade is None or grade < 1 or scale is not None:
        raise ValueError(
            "moodle: the template must have a column 'Grade' = by that name or left of "
            f"the maximum, and no scale; got {', '.join(header)[:160]!r}. Let the "
            "assignment have points; set your language in Moodle to English, download "
            "the worksheet again, and upload it in the same language."
        )
    if known["Grade"] is None and _may_be_comments(sheet, rows):
        feedback = len(header) - 1
    return _Columns(grade, most, changeable, feedback)


def _may_be_comments(sheet: Sheet, rows: Sequence[int]) -> bool:
    """Whether the last column has room for comments: the dates before it are never ''.

    Where nothing was graded yet, Moodle writes a hyphen in place of the date.
    """
    cells = [sheet.value(row, len(sheet.header) - 1).strip() for row in rows]
    return any(not cell or cell.startswith("<") for cell in cells)


def _participant(sheet: Sheet, row: int) -> bool:
    return bool(_number(sheet.value(row, 0)))


def _number(cell: str) -> str:
    """Return a participant's number, in the file's language or without any word.

    Examples
    --------
    >>> _number("Participant 4711"), _number("Teilnehmer/in12"), _number("Jane Doe")
    ('4711', '12', '')
    """
    found = re.fullmatch(r"\D*?(\d+)", cell.strip())
    return found[1] if found else ""


def _constant(sheet: Sheet, rows: Sequence[int]) -> int | None:
    """Return the one column that has the same positive number in every row."""
    found = [
        at
        for at in range(2, len(sheet.header))
        if len({sheet.value(row, at) for row in rows}) == 1
        and (_given(sheet.value(rows[0], at)) or 0) > 0
    ]
    return found[0] if len(found) == 1 else None


def _given(cell: str) -> float | None:
    """Return a grade as a number, None where there is none."""
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None


def _comment(settled: Settled) -> str:
    """Return the feedback as the HTML that Moodle keeps comments in.

    Every line is a paragraph's, so it reads well on a phone; all text is escaped.
    """
    text = legible(feedback(settled))
    if len(text) > MOST:
        text = f"{text[:MOST]} … (cut)"
    paragraphs = (html.escape(part.strip()) for part in text.split("\n\n"))
    return "".join(
        f"<p>{part}</p>".replace("\n", "<br>") for part in paragraphs if part
    )
