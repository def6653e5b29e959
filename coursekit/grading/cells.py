"""What may stand in a cell: text that no spreadsheet runs and every encoding holds."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable

#: What a spreadsheet takes for a formula, at the start or, where a semicolon parts the
#: columns, after one. Full-width forms count: some input methods turn them into these.
_FORMULA = re.compile("(\\A|;)(\\s*)(?=[=+\\-@＝＋－＠|%])")
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

    What would be a formula gets an apostrophe in front, as spreadsheets themselves
    mark text.

    Examples
    --------
    >>> neutral("=cmd()"), neutral("Doe, Jane"), neutral("a;=b")
    ("'=cmd()", 'Doe, Jane', "a;'=b")
    """
    shown = legible(text.replace("\r\n", "\n").replace("\r", "\n"))
    return _FORMULA.sub(r"\1\2'", shown)


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


def table(
    header: Iterable[str], rows: Iterable[Iterable[object]], *, mark: bool = False
) -> str:
    """Return rows as CSV, every text of them neutral.

    Numbers are written as they are, None as an empty cell. Lines end as RFC 4180 has
    them. With ``mark`` a byte order mark comes first: Excel needs one to see that it is
    UTF-8, while platforms may take it for a part of the first column's name.
    """
    file = io.StringIO(newline="")
    file.write("\ufeff" if mark else "")
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
