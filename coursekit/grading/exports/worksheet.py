"""A platform's own CSV, filled in: what is not set stays as it is, byte by byte."""

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

#: Longer than any class's gradebook; more than this is some other file.
MOST_BYTES = 64 << 20
_DELIMITERS = ",;\t"


@dataclass
class Row:
    """Cells as they are written, quotes included, and how the line ends."""

    raw: list[str]
    ending: str


@dataclass
class Sheet:
    """A CSV file's rows; ``notes`` say what was unusual about the file.

    ``delimiter`` is the file's own; it is written in UTF-8, with a byte order mark
    where it came in UTF-8 with one.
    """

    rows: list[Row]
    delimiter: str
    mark: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        """The first row's values."""
        return [self.value(0, column) for column in range(len(self.rows[0].raw))]

    @property
    def titles(self) -> list[str]:
        """The first row's values, each as `plain_title` has it."""
        return [plain_title(title) for title in self.header]

    def column(self, title: str) -> int | None:
        """Return the first column of a title, None where there is none."""
        titles, wanted = self.titles, plain_title(title)
        return titles.index(wanted) if wanted in titles else None

    def value(self, row: int, column: int) -> str:
        """Return a cell's value; '' beyond the row's end."""
        raw = self.rows[row].raw
        if column >= len(raw):
            return ""
        text = raw[column]
        if len(text) > 1 and text[0] == text[-1] == '"':
            return text[1:-1].replace('""', '"')
        return text

    def put(self, row: int, column: int, value: str) -> None:
        """Set a cell; a row that is too short grows."""
        raw = self.rows[row].raw
        raw += [""] * (column + 1 - len(raw))
        raw[column] = self._quoted(value)

    def written(self) -> bytes:
        """Return the file's bytes."""
        lines = (self.delimiter.join(row.raw) + row.ending for row in self.rows)
        return (codecs.BOM_UTF8 if self.mark else b"") + "".join(lines).encode("utf-8")

    def _quoted(self, value: str) -> str:
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=self.delimiter, lineterminator="").writerow([value])
        return line.getvalue() if value else ""


def plain_title(title: str) -> str:
    """Return a column's title without what platforms and people write differently.

    >>> plain_title(" Maximum Grade") == plain_title("Maximum  grade")
    True
    """
    return " ".join(title.casefold().split())


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file as a platform or Excel wrote it.

    UTF-8, UTF-16 and Windows-1252 are understood, commas, semicolons and tabs, and the
    line ends of every system.

    Raises
    ------
    ValueError
        If it is no such file.
    OSError
        If it cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(
            f"template: the file must be a worksheet = {MOST_BYTES >> 20} MiB at most; "
            f"got {path.stat().st_size >> 20} MiB. Is it the file that was exported?"
        )
    data = path.read_bytes()
    text, notes = _decoded(data, path)
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    outside = re.sub(r'"(?:[^"]|"")*"', "", first)
    delimiter = max(_DELIMITERS, key=outside.count)
    rows = _rows(text, delimiter)
    if not rows or delimiter not in outside:
        raise ValueError(
            f"template: the first line of {path.name} must name columns = separated by "
            f"commas, semicolons or tabs; got {first[:80]!r}. Download it anew as CSV."
        )
    return Sheet(rows, delimiter, data.startswith(codecs.BOM_UTF8), notes)


def _decoded(data: bytes, path: Path) -> tuple[str, list[str]]:
    """Return the text and a note where it was not UTF-8."""
    sixteen = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    name = sixteen.get(data[:2], "")
    if not name and b"\0" in data[:200]:
        name = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    for encoding in (name,) if name else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            return text, []
        called = "UTF-16" if name else "Windows-1252"
        return text, [
            f"{path.name} was {called}, as Excel writes it; the copy is UTF-8, as "
            "platforms read it. Look at names with accents before you upload it."
        ]
    raise ValueError(
        f"template: {path.name} must be a text file = CSV in UTF-8; got bytes that are "
        "no text. If it is an Excel workbook (.xlsx), download it anew as CSV."
    )


def _rows(text: str, delimiter: str) -> list[Row]:
    """Split into cells, keeping each as it is written."""
    between = re.escape(delimiter)
    cell = re.compile(
        rf'("(?:[^"]|"")*"(?={between}|[\r\n]|\Z)|[^{between}\r\n]*)'
        rf"({between}|\r\n|\r|\n|\Z)"
    )
    rows: list[Row] = []
    raw: list[str] = []
    at = 0
    while at < len(text) or raw:
        found = cell.match(text, at)
        raw.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            rows.append(Row(raw, found[2]))
            raw = []
    return rows
