"""The README's table of lessons, made from the lessons' own header cards."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.sources import BuildError

BEGIN, END = "<!-- course map -->", "<!-- end of course map -->"
TITLE = re.compile(r"^# # (?P<title>.+)$", re.M)
MINUTES = re.compile(
    r"\*\*(?P<alone>\d+) min alone · (?P<workshop>\d+) min in a workshop\*\*"
)


@dataclass(frozen=True)
class Header:
    """What a lesson's header card says about it."""

    name: str
    title: str
    alone: int
    workshop: int


def read_header(source: Path) -> Header:
    """Return the header of a lesson's source.

    Its first heading is the title; its header card has the line
    ``**70 min alone · 45 min in a workshop**``.

    Raises
    ------
    BuildError
        If the title or the line is missing.
    """
    text = source.read_text(encoding="utf-8")
    title, minutes = TITLE.search(text), MINUTES.search(text)
    if title is None:
        raise BuildError(f"{source.name}: the first cell must have a title, '# Title'.")
    if minutes is None:
        raise BuildError(
            f"{source.name}: the header card must have the line "
            "'**70 min alone · 45 min in a workshop**'."
        )
    plain = re.sub(r"^\d+\W+", "", title["title"]).strip()
    return Header(source.stem, plain, int(minutes["alone"]), int(minutes["workshop"]))


def table(headers: Iterable[Header], exercises: Iterable[str]) -> str:
    """Return the map: one row a lesson, with a link to its exercise where there is one.

    Parameters
    ----------
    headers : iterable of Header
        The lessons in their order.
    exercises : iterable of str
        Names of the exercises there are, such as ``"07_layer_norm"``.
    """
    known = set(exercises)
    rows = [
        "| | lesson | exercise | alone | in a workshop |",
        "|---|---|---|---|---|",
    ]
    for header in headers:
        name = header.name
        exercise = f"[{name}](exercises/{name}.ipynb)" if name in known else ""
        rows.append(
            f"| {name.partition('_')[0]} | [{header.title}](notebooks/{name}.ipynb) "
            f"| {exercise} | {header.alone} min | {header.workshop} min |"
        )
    return "\n".join(rows)


def with_map(readme: str, made: str) -> str:
    """Return the README's text with ``made`` between its markers.

    Raises
    ------
    BuildError
        If the README does not have both markers, once each, in this order.

    Examples
    --------
    >>> print(with_map("<!-- course map -->old<!-- end of course map -->", "| 00 |"))
    <!-- course map -->
    | 00 |
    <!-- end of course map -->
    """
    before, begun, rest = readme.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended) or BEGIN in rest or END in after:
        raise BuildError(
            f"README.md: the course map goes between {BEGIN!r} and {END!r}, which must "
            "be there once each, in this order."
        )
    return f"{before}{BEGIN}\n{made}\n{END}{after}"
