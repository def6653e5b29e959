"""What may stand in a cell: text that no spreadsheet runs and every encoding holds."""

import csv
import io
import unicodedata
from collections.abc import Iterable

#: A cell that begins so is a formula in Excel, LibreOffice or Google Sheets.
_STARTS = ("=", "+", "-", "@")
#: Marks that turn the direction of what follows: a name must not rearrange its row.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def legible(text: str) -> str:
    r"""Return ``text`` with what no file should hold made visible, and all else kept.

    Lone surrogates (no UTF-8 has them), control characters and marks that turn the
    direction of writing become escapes. Letters of every script, joiners and emoji
    stay: a name must still be the name that another system knows.

    Examples
    --------
    >>> legible("Zoë\x00 \udcff")
    'Zoë\\x00 \\udcff'
    """
    return "".join(
        sign.encode("unicode_escape", "surrogatepass").decode("ascii")
        if sign in _TURNING
        or (sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs"))
        else sign
        for sign in text
    )


def neutral(text: str) -> str:
    """Return ``text`` as a cell that a spreadsheet shows and does not run.

    A text that would be a formula gets an apostrophe in front, as OWASP advises;
    full-width signs count, and so does what spaces hide.

    Examples
    --------
    >>> neutral("=cmd()"), neutral("Doe, Jane")
    ("'=cmd()", 'Doe, Jane')
    """
    shown = legible(text.replace("\r\n", "\n").replace("\r", "\n"))
    first = unicodedata.normalize("NFKC", shown.strip()[:1])
    risky = first in _STARTS or shown[:1] in ("\t", "\n")
    return f"'{shown}" if shown and risky else shown


def number(value: float | None) -> str:
    """Return points as a cell: two decimals at most, '' where there is no score.

    Examples
    --------
    >>> number(7.0), number(6.666), number(None)
    ('7', '6.67', '')
    """
    if value is None:
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV, every text of them neutral.

    Numbers are written as they are, None as an empty cell. Lines end as RFC 4180 has
    them.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (header, *rows):
        writer.writerow([_cell(value) for value in row])
    return file.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    return neutral(str(value))
