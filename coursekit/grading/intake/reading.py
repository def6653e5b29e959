"""Read a notebook's bytes into cells, or say exactly why that cannot be done."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from coursekit.grading.intake.parsing import Parsed, parse
from coursekit.grading.reasons import Reason

#: Largest notebook that is parsed, and how deep its JSON may nest: a notebook of the
#: course has 60 kB and 8 levels, one with pictures in its outputs a few MB.
MOST_BYTES, MOST_DEPTH = 64 * 2**20, 100
#: The format's own versions that are read; what comes after 4 is not known yet.
OLDEST, NEWEST = 3, 4
#: Texts (one without an end has all the rest), and whatever else is no bracket.
_NO_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^][{}"]++', re.DOTALL)
_STEPS = dict(zip(b"[]{}", (1, -1, 1, -1), strict=True))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Refused(Exception):
    """A file is not taken; ``reason`` is the code, the message is for its learner."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """One cell: what kind it is, what stands in it, and what it is known by."""

    kind: str
    source: str
    cell_id: str = ""
    task: str = ""
    nbgrader_id: str = ""

    @cached_property
    def parsed(self) -> Parsed:
        """What stands in it as Python, whatever its kind; parsed once."""
        return parse(self.source)


@dataclass(frozen=True)
class Notebook:
    """The cells of one notebook, and what had to be forgiven to read it."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def words(self) -> frozenset[str]:
        """All names in its cells, and the words in their texts."""
        return frozenset().union(*(cell.parsed.words for cell in self.cells))

    @cached_property
    def is_lesson(self) -> bool:
        """Whether it is a lesson, which has the name of its exercise: no cell answers.

        One that somebody answered in is one as well.
        """
        if any(cell.task or cell.nbgrader_id for cell in self.cells):
            return False
        nodes = (node for cell in self.cells for node in cell.parsed.body)
        return any(getattr(node, "module", "") == "coursekit.lesson" for node in nodes)


def read_notebook(data: bytes) -> Notebook:
    """Return the cells of a notebook; outputs are not looked at.

    Parameters
    ----------
    data : bytes
        The file.

    Raises
    ------
    Refused
        FILE_REJECTED where it is too large or too deep to be parsed at all,
        NOTEBOOK_UNREADABLE where it is no notebook, NOTEBOOK_VERSION where it is one of
        a version that nobody here knows.

    Examples
    --------
    >>> read_notebook(b"null")
    Traceback (most recent call last):
    ...
    coursekit.grading.intake.reading.Refused: the file holds null, not a notebook. \
Hand in the .ipynb file that JupyterLab saves.
    """
    if len(data) > MOST_BYTES:
        raise too_large(len(data))
    notes: list[str] = []
    found = _parsed(_decoded(data, notes))
    if not isinstance(found, dict):
        raise _unreadable(f"the file holds {_named(found)}, not a notebook.")
    version = found.get("nbformat")
    if type(version) is not int:
        raise _unreadable("the file has no version of the notebook format (nbformat).")
    if not OLDEST <= version <= NEWEST:
        raise Refused(
            Reason.NOTEBOOK_VERSION,
            f"the notebook has format {str(version)[:20]}; formats {OLDEST} and "
            f"{NEWEST} are known. Save it with JupyterLab 4.",
        )
    if version == OLDEST:
        notes.append("The notebook had the old format 3 and was converted.")
    return Notebook(tuple(_cells(found, version)), tuple(notes))


def too_large(size: int) -> Refused:
    """Return the refusal of a notebook of ``size`` bytes, which is over the limit."""
    return Refused(
        Reason.FILE_REJECTED,
        f"the file has {size / 2**20:.0f} MB; at most {MOST_BYTES >> 20} MB are read. "
        "Clear the outputs (Edit, Clear Outputs of All Cells) and save.",
    )


def _unreadable(what: str) -> Refused:
    advice = "Hand in the .ipynb file that JupyterLab saves."
    return Refused(Reason.NOTEBOOK_UNREADABLE, f"{what} {advice}")


def _decoded(data: bytes, notes: list[str]) -> str:
    """Return the file's text, whatever encoding it announces."""
    if not data.strip():
        raise _unreadable("the file is empty.")
    marked = [encoding for bom, encoding in _BOMS if data.startswith(bom)]
    encoding = marked[0] if marked else _guessed(data)
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _unreadable(
            f"the file is not text in UTF-8: byte {error.start} is {data[error.start]}."
        ) from None
    if marked or encoding != "utf-8":
        mark = " with a byte-order mark" if marked else ""
        notes.append(f"The file was read as {encoding.upper()}{mark}.")
    return text


def _guessed(data: bytes) -> str:
    """Return the encoding of a file without a mark: JSON begins with an ASCII sign."""
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8"


def _parsed(text: str) -> Any:
    """Return the JSON value, having looked how deep it goes before it is parsed."""
    depth = 0
    for sign in _NO_BRACKETS.sub(b"", text.encode("utf-8", "surrogatepass")):
        depth += _STEPS.get(sign, 0)
        if depth > MOST_DEPTH:
            raise Refused(
                Reason.FILE_REJECTED,
                f"the file nests brackets more than {MOST_DEPTH} deep; a notebook "
                "has about eight levels.",
            )
    try:
        return json.loads(text, parse_int=_bounded_int)
    except json.JSONDecodeError as error:
        end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "ends in the middle" if end else "is not JSON"
        raise _unreadable(
            f"the file {what}: {error.msg}, line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError) as error:
        raise _unreadable(f"the file is not JSON: {error}.") from None


def _bounded_int(digits: str) -> int:
    """Return a whole number of a sensible length; thousands of digits take minutes."""
    if len(digits) > 30:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _named(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _cells(found: dict, version: int) -> Iterator[Cell]:
    """Yield what can be read as a cell; anything else there is passed over."""
    if version == OLDEST:
        sheets = found.get("worksheets")
        lists = [s.get("cells") for s in _list(sheets) if isinstance(s, dict)]
    else:
        lists = [found.get("cells")]
    if not any(isinstance(cells, list) for cells in lists):
        raise _unreadable("the notebook has no list of cells.")
    for cell in (cell for cells in lists for cell in _list(cells)):
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", cell.get("input", ""))
        metadata = cell.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        grader = metadata.get("nbgrader")
        yield Cell(
            kind=_text(cell.get("cell_type")),
            source=_text(source),
            cell_id=_text(cell.get("id")),
            task=_text(metadata.get("task")),
            nbgrader_id=_text(grader.get("grade_id")) if type(grader) is dict else "",
        )


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a text, or the lines of one as the format also allows, or nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return ""
