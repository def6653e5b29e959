"""A learner's code as lines with numbers, those that a message names marked."""

import re
from dataclasses import dataclass

from coursekit.grading.display import printable
from coursekit.grading.reports.words import count
from coursekit.grading.verdict import Verdict

#: What is shown of an answer; tasks are answered in fifteen lines.
MAX_LINES, MAX_COLUMNS = 150, 240
_IN_LINE = re.compile(r"\bline (\d{1,6})\b")


@dataclass(frozen=True)
class Line:
    """One line; ``named`` if a message speaks of it."""

    text: str
    named: bool


@dataclass(frozen=True)
class Listing:
    """The lines that are shown, and what is said of those that are not."""

    lines: tuple[Line, ...]
    cut: str = ""

    @property
    def named(self) -> list[int]:
        """Numbers of the lines that a message speaks of, from 1."""
        return [at for at, line in enumerate(self.lines, start=1) if line.named]


def listing(source: str, verdict: Verdict) -> Listing:
    r"""Return the lines of ``source``, each safe to show and of bounded length.

    Parameters
    ----------
    source : str
        What the learner wrote.
    verdict : Verdict
        Its messages count lines from the first of the answer.

    Examples
    --------
    >>> [line.text for line in listing("a = 1\nb = 2", Verdict("t", ())).lines]
    ['a = 1', 'b = 2']
    """
    lines = source.rstrip().split("\n") if source.strip() else []
    named = {
        int(found[1])
        for end in verdict.criteria
        for found in _IN_LINE.finditer(end.message[:2000])
    }
    shown = tuple(
        Line(printable(text.rstrip("\r"), MAX_COLUMNS, 1), at in named)
        for at, text in enumerate(lines[:MAX_LINES], start=1)
    )
    more = len(lines) - len(shown)
    return Listing(shown, f"{count(more, 'more line')} not shown." if more > 0 else "")
