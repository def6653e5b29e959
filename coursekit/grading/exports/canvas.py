"""Canvas's gradebook CSV: one exported from Canvas filled in, or a new one.

Written after Canvas's own importer and exporter (gradebook_importer.rb,
gradebook_exporter.rb): which columns are a student's, which rows are none, how students
are found, and that a title it does not know becomes a new assignment.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from coursekit.grading.cells import table
from coursekit.grading.exports.chosen import by_learner, maximum, who
from coursekit.grading.exports.matching import Roster
from coursekit.grading.exports.scaling import Scale, scale_for
from coursekit.grading.exports.worksheet import Sheet, plain_title
from coursekit.grading.records.settled import Settled

#: Columns that Canvas works out itself and never imports.
_CALCULATED = re.compile(
    "(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", re.IGNORECASE
)
_STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
#: Cells that are more than a missing grade: excused, or not assigned to this student.
_KEPT = {"EX", "N/A"}
NEW_FILE = (
    "Canvas makes a new assignment for every column whose title it does not know. To "
    "fill in assignments that are there, export the gradebook from Canvas and give it "
    "with --template."
)


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield a new gradebook, whose columns are the exercises."""
    records = list(settled)
    exercises = sorted({one.graded.exercise for one in records})
    most = [
        maximum([one for one in records if one.graded.exercise == exercise])
        for exercise in exercises
    ]
    rows = [["    Points Possible", "", "", "", "", *most]]
    for several in by_learner(records):
        scores = {one.graded.exercise: one.total for one in several}
        rows.append([*_student(several[0]), *map(scores.get, exercises)])
    yield "gradebook.csv", table([*_STUDENT, *exercises], rows)


def _student(settled: Settled) -> tuple[str, ...]:
    """Return the cells that tell a student: Canvas's own ids are numbers."""
    graded = settled.graded
    known = graded.learner_id or graded.learner
    by_id = known.isascii() and known.isdigit()
    return (
        graded.learner,
        known if by_id else "",
        "",
        "" if by_id else known,
        "",
    )


def fill(
    sheet: Sheet,
    settled: Iterable[Settled],
    *,
    column: str = "",
    new_columns: bool = False,
    scale: bool = False,
) -> list[str]:
    """Fill scores into a gradebook exported from Canvas; return what to look at.

    Parameters
    ----------
    sheet : Sheet
        The gradebook; changed in place.
    settled : iterable of Settled
        One record a learner and exercise.
    column : str, default=""
        The title of the column for the one exercise; '' to find it by its name.
    new_columns : bool, default=False
        Whether an exercise without a column gets a new one.
    scale : bool, default=False
        Whether to convert points where the maxima differ.

    Raises
    ------
    ValueError
        If it is no gradebook of Canvas's, no exercise has a column, or maxima differ.
    """
    book = _Book(sheet)
    notes, filled = [], 0
    ordered = sorted(settled, key=lambda one: one.graded.exercise)
    grouped = groupby(ordered, key=lambda one: one.graded.exercise)
    exercises = {exercise: list(several) for exercise, several in grouped}
    if column and len(exercises) > 1:
        raise ValueError(
            "canvas: column must be for one exercise = chosen with --exercise; got "
            f"{', '.join(exercises)}."
        )
    for exercise, records in exercises.items():
        at = book.column_of(column or exercise, exact=bool(column))
        if at is None and new_columns:
            at = book.add(exercise, maximum(records))
        if at is None:
            notes.append(
                f"not filled in: no column is called {column or exercise}; name one "
                "with --exercise and --column, or add it with --new-columns"
            )
            continue
        notes += book.fill(at, records, scale=scale)
        filled += 1
    if not filled:
        raise ValueError(
            "canvas: the template must have a column for an exercise = "
            f"{', '.join(exercises)}; got {', '.join(book.titles()) or 'none'}. Name "
            "one with --exercise and --column, or add them with --new-columns."
        )
    return notes


class _Book:
    """A gradebook's columns and rows by what they mean."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.header = sheet, sheet.header
        parts, self.section = _student_columns(sheet)
        self.points: int | None = None
        rows = []  # one that only says "Manual Posting" has no id and no name to find
        for row in range(1, len(sheet.rows)):
            if "points possible" in plain_title(sheet.value(row, 0)):
                self.points = row
            else:
                rows.append(row)
        found = map(sheet.column, _STUDENT[1:4])
        columns = [at for at in found if at is not None]
        ids = [{row: sheet.value(row, at) for row in rows} for at in columns]
        names = {
            row: [", ".join(sheet.value(row, at) for at in range(parts))]
            for row in rows
        }
        self.roster = Roster(ids, names)

    def titles(self) -> list[str]:
        """Return the titles of the assignments."""
        return [self.header[at] for at in self._assignments()]

    def _assignments(self) -> list[int]:
        columns = range(self.section + 1, len(self.header))
        return [at for at in columns if not _CALCULATED.search(self.header[at])]

    def column_of(self, title: str, *, exact: bool) -> int | None:
        """Return the column of an exercise, or the one with a title; None if none.

        Raises
        ------
        ValueError
            If several fit.
        """
        fitting = [
            at for at in self._assignments() if _fits(self.header[at], title, exact)
        ]
        if len(fitting) > 1:
            titles = ", ".join(self.header[at] for at in fitting)
            raise ValueError(
                f"canvas: one column must fit {title} = its title; got {titles}. Name "
                "the right one with --exercise and --column."
            )
        return fitting[0] if fitting else None

    def add(self, exercise: str, most: int) -> int:
        """Add a column for an exercise, which Canvas will make an assignment of."""
        at = len(self.header)
        self.header.append(exercise)
        # Canvas tells commas from semicolons by rows having equally many cells
        for row in range(len(self.sheet.rows)):
            self.sheet.put(row, at, "")
        self.sheet.put(0, at, exercise)
        if self.points is not None:
            self.sheet.put(self.points, at, f"{most:.2f}")
        return at

    def fill(self, at: int, records: Sequence[Settled], *, scale: bool) -> list[str]:
        """Write the scores of one exercise into its column."""
        title, ours = self.header[at], maximum(records)
        possible = "" if self.points is None else self.sheet.value(self.points, at)
        if re.search(r"read\s+only", possible, re.IGNORECASE):
            return [f"not filled in: Canvas lets nobody import into {title!r}"]
        points = scale_for(ours, possible, title, allowed=scale)
        pairs, notes = self.roster.rows_of(records)
        notes = [*points.notes, *notes]
        notes += [note for pair in pairs if (note := self._put(at, points, *pair))]
        return [f"{title}: {note}" for note in notes]

    def _put(self, at: int, points: Scale, row: int, one: Settled) -> str:
        """Write one score; return what was in its way, '' if nothing."""
        there = self.sheet.value(row, at).strip()
        if one.total is None:
            return f"left as it was: {who(one)} has no score, the grader failed"
        if there.upper() in _KEPT:
            return f"left as it was: {who(one)} has {there!r} there"
        self.sheet.put(row, at, points.grade(one.total))
        return ""


def _student_columns(sheet: Sheet) -> tuple[int, int]:
    """Return how many columns a name has, and where the student's columns end."""
    titles, section = sheet.titles, sheet.column("Section")
    one = len(titles) > 3 and "student" in titles[0] and titles[1] == "id"
    two = len(titles) > 4 and titles[:3] == ["lastname", "firstname", "id"]
    if not (one or two) or section is None:
        raise ValueError(
            "canvas: the template's first row must begin with Student, ID and have "
            f"Section = as Canvas exports it; got {', '.join(sheet.header)[:120]!r}. "
            "In Canvas, open Grades and choose Export."
        )
    return 2 if two else 1, section


def _fits(title: str, wanted: str, exact: bool) -> bool:
    """Whether a column is that of an exercise: its title ends in the exercise's name.

    Examples
    --------
    >>> _fits("Exercise 07: Layer norm (4711)", "07_layer_norm", False)
    True
    >>> _fits("06_batch_norm_backward (4712)", "05_batch_norm", False)
    False
    """
    bare = re.sub(r"\s*\(\d+\)\s*\Z", "", title)
    if exact:
        return plain_title(wanted) in (plain_title(title), plain_title(bare))
    name = wanted.partition("_")[2]
    return _key(bare).endswith(_key(wanted)) or _key(bare) in (_key(wanted), _key(name))


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
