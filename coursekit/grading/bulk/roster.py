"""Read who should have handed in: a list of names, or a table from a platform."""

import csv
import io
from pathlib import Path

#: What platforms head the column with that identifies a learner, the best first.
IDS = (
    "sis user id",
    "sis id",
    "student id",
    "id number",
    "learner_id",
    "identifier",
    "id",
    "sis login id",
    "username",
    "user name",
    "login",
    "email address",
    "email",
)
NAMES = ("full name", "name", "student", "student name", "learner", "participant")
PARTS = (("first name", "last name"), ("first name", "surname"), ("first", "last"))


def read_roster(path: Path) -> list[str] | dict[str, str]:
    """Return the names in a file, or ids with names where it has both.

    Parameters
    ----------
    path : path
        A text with a name or an id on each line, or a table in CSV (with comma,
        semicolon or tab) whose first line names its columns.

    Raises
    ------
    ValueError
        If it cannot be read so.
    OSError
        If it cannot be read at all.
    """
    text = _text(path)
    if path.suffix.lower() not in (".csv", ".tsv"):
        return [line.strip() for line in text.splitlines() if line.strip()]
    rows = _rows(text)
    if not rows:
        raise ValueError(f"the roster {path} is empty; it should list the learners.")
    head = [cell.strip().casefold() for cell in rows[0]]
    known, names = _column(head, IDS), _names(head)
    if known is None and names is None:
        if max(map(len, rows)) == 1:
            return [row[0].strip() for row in rows]
        raise ValueError(
            f"the first line of the roster {path} names no column that is known "
            f"({', '.join(rows[0])[:200]}). Give the columns names, such as "
            "'id,name'."
        )
    found: dict[str, str] = {}
    only_names = []
    for row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * len(head)
        name = " ".join(filter(None, (cells[at] for at in names or ())))
        one = cells[known] if known is not None else ""
        if one:
            found[one] = name
        elif name:
            only_names.append(name)
    if found and only_names:
        return found | {name: name for name in only_names}
    return found or only_names


def _text(path: Path) -> str:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the roster {path} is not text in UTF-8 (byte {error.start}). Save it as "
            "'CSV UTF-8'."
        ) from None


def _rows(text: str) -> list[list[str]]:
    """Return the rows that hold anything; the first line tells the delimiter."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _column(head: list[str], names: tuple[str, ...]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)


def _names(head: list[str]) -> list[int] | None:
    """Return the columns that make a name together."""
    whole = _column(head, NAMES)
    if whole is not None:
        return [whole]
    for first, last in PARTS:
        if first in head and last in head:
            return [head.index(first), head.index(last)]
    return None
