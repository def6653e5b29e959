"""What must not reach learners: answers, what explains them, notes for instructors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.answers import SHORT, answer_lines
from coursekit.authoring.hygiene import NOBODYS, output_texts
from coursekit.authoring.sources import BuildError, read_cells, tags_of

#: A line of an answer, and one of prose, with fewer signs is nobody's own.
SHORTEST_CODE, SHORTEST_PROSE = 15, 30
#: What stands before a line that somebody has commented out or quoted.
LEAD = re.compile(r"^[\s#>*|-]+")


@dataclass(frozen=True)
class Answer:
    """The worked answer to one task; ``lines`` are all its lines of code."""

    task: str
    lines: tuple[str, ...]

    @property
    def own(self) -> tuple[str, ...]:
        """The lines that somebody could only have from here."""
        return tuple(line for line in self.lines if is_own(line))


@dataclass
class Secrets:
    """All that must not be found; keys are lines in the form of `bare`.

    ``short`` are calls such as ``answer("00-row", "the mean of row 0"``; ``prose``,
    ``outputs`` and ``notes`` map a line to what it is and where it comes from.
    """

    answers: list[Answer] = field(default_factory=list)
    short: dict[str, str] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def own_lines(self) -> dict[str, str]:
        """Every answer's own lines, and which answer each belongs to."""
        return {
            bare(line): f"a line of the answer to {answer.task}"
            for answer in self.answers
            for line in answer.own
        }


def bare(line: str) -> str:
    """Return a line without spaces and without what comments it out or quotes it.

    Examples
    --------
    >>> bare("    # y = 2 * x")
    'y=2*x'
    """
    return re.sub(r"\s+", "", LEAD.sub("", line))


def is_own(line: str) -> bool:
    """Tell whether a line of code gives an answer away where it is found.

    Examples
    --------
    >>> is_own("return y, cache"), is_own("inv_std = 1 / np.sqrt(var + eps)")
    (False, True)
    """
    return len(line) >= SHORTEST_CODE and not NOBODYS.match(line)


def read_secrets(root: Path) -> Secrets:
    """Read them from the sources of lessons and solutions, and from the solutions.

    All are read, whatever is released: an answer to lesson 07 is one in lesson 02 too.

    Raises
    ------
    BuildError
        If there is no solution to know the answers from, or a source breaks a rule.
    """
    found = Secrets()
    sources = sorted((root / "solutions" / "sources").glob("*.py"))
    if not sources:
        raise BuildError(
            f"there is no solutions/sources in {root}, and without it nobody knows "
            "what an answer looks like. Make the release in a clone of the course."
        )
    for path in sources:
        for cell in read_cells(path, path.name):
            _read_solution(cell, path.stem, found)
    for path in sorted((root / "notebooks" / "sources").glob("*.py")):
        for cell in read_cells(path, path.name):
            if "instructor" in tags_of(cell):
                words = f"a note for instructors ({path.stem})"
                found.notes |= dict.fromkeys(_prose(cell.source), words)
    for path in sorted((root / "solutions").glob("*.ipynb")):
        words = f"saved output of a solution ({path.stem})"
        for cell in nbformat.read(path, as_version=4).cells:
            for text in output_texts(cell):
                found.outputs |= dict.fromkeys(_prose(text), words)
    return found


def _read_solution(cell: NotebookNode, name: str, found: Secrets) -> None:
    """Add what one cell of a solution's source knows."""
    task = cell.metadata.get("task", "")
    if lines := answer_lines(cell.source, f"{name}, cell {cell.id}"):
        found.answers.append(Answer(task, tuple(lines)))
    for call in SHORT.finditer(cell.source):
        told = bare(call["call"] + call["given"])
        found.short[told] = f"the answer to the question {task}"
    if "solution" in tags_of(cell):
        words = f"text of the solution ({name})"
        found.prose |= dict.fromkeys(_prose(cell.source), words)
    if "instructor" in tags_of(cell):
        words = f"a note for instructors ({name})"
        found.notes |= dict.fromkeys(_prose(cell.source), words)


def _prose(text: str) -> Iterator[str]:
    """Yield the lines of a text that are long enough to be its own."""
    for line in text.splitlines():
        if len(line.strip()) >= SHORTEST_PROSE:
            yield bare(line)
