"""Answer regions: what the worked solution shows and the exercise asks for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from coursekit.authoring.sources import BuildError, tags_of

BEGIN, END = "# BEGIN ANSWER", "# END ANSWER"
#: ``answer("02-identity", 62)  # ANSWER``: the exercise shows three dots for the 62
SHORT = re.compile(
    r'^(?P<call>(?:\w+ = )?answer\("[\w-]+", )(?P<given>.+)\)  # ANSWER$', re.M
)
SHORT_MARKER = "# ANSWER"
STUB = 'raise NotImplementedError("Your code here.")'
MOST_LINES = 15
HOW = f"Write '{BEGIN}' and '{END}' on lines of their own, at the same indentation."


@dataclass(frozen=True)
class Region:
    """The lines of one answer: the numbers of its two marker lines, from 0."""

    begin: int
    end: int
    indent: str


def stub(source: str, where: str) -> str:
    r"""Return ``source`` with a line that raises in place of every answer.

    Parameters
    ----------
    source : str
        The source of one cell.
    where : str
        File and cell, for messages.

    Returns
    -------
    source : str
        What the exercise shows.

    Raises
    ------
    BuildError
        If markers are nested, unpaired or wrongly indented, or a region is empty.

    Examples
    --------
    >>> print(stub("def f(x):\n    # BEGIN ANSWER\n    return x\n    # END ANSWER", ""))
    def f(x):
        raise NotImplementedError("Your code here.")
    >>> print(stub('answer("07-rank", 62)  # ANSWER', ""))
    answer("07-rank", ...)
    """
    lines = source.splitlines()
    for region in reversed(list(regions(source, where))):
        lines[region.begin : region.end + 1] = [region.indent + STUB]
    return SHORT.sub(r"\g<call>...)", "\n".join(lines))


def worked(source: str, where: str) -> str:
    """Return ``source`` without its marker lines: what the solution shows."""
    markers = {
        n for region in regions(source, where) for n in (region.begin, region.end)
    }
    lines = source.splitlines()
    kept = "\n".join(line for n, line in enumerate(lines) if n not in markers)
    return SHORT.sub(r"\g<call>\g<given>)", kept)


def answer_lines(source: str, where: str = "") -> list[str]:
    """Return the lines of code inside the regions, without indentation."""
    lines = source.splitlines()
    inside = [lines[r.begin + 1 : r.end] for r in regions(source, where)]
    return [line.strip() for region in inside for line in region if _is_code(line)]


def regions(source: str, where: str) -> Iterator[Region]:
    """Yield the answer regions of a cell in order; raise `BuildError` on any slip."""
    begin, indent = None, ""
    for number, line in enumerate(source.splitlines()):
        marker = line.strip()
        if not re.search(r"\b(BEGIN|END) ANSWER\b", line):
            if begin is not None and line.strip() and not line.startswith(indent):
                raise BuildError(f"{where}: the answer leaves its indentation. {HOW}")
            continue
        if marker not in (BEGIN, END):
            raise BuildError(f"{where}: {marker!r} is no answer marker. {HOW}")
        if (marker == BEGIN) != (begin is None):
            slip = "nested" if marker == BEGIN else "unpaired"
            raise BuildError(f"{where}: {slip} answer marker. {HOW}")
        spaces = line[: len(line) - len(line.lstrip())]
        if marker == BEGIN:
            begin, indent = number, spaces
        elif spaces != indent:
            raise BuildError(f"{where}: wrongly indented answer marker. {HOW}")
        else:
            yield Region(begin, number, indent)
            begin = None
    if begin is not None:
        raise BuildError(f"{where}: unpaired answer marker. {HOW}")


def check_answer_cell(cell: NotebookNode, name: str) -> None:
    """Raise `BuildError` if a cell of a solution breaks the rules of answers."""
    where = f"{name}, cell {cell.id}"
    found = list(regions(cell.source, where))
    short = SHORT.findall(cell.source)
    if len(short) != cell.source.count(SHORT_MARKER):
        raise BuildError(
            f"{where}: '{SHORT_MARKER}' must end a line such as "
            f"'answer(\"name\", 62)  {SHORT_MARKER}'."
        )
    tagged = "answer" in tags_of(cell)
    if (found or short) and not tagged:
        raise BuildError(f"{where}: a cell with an answer must have the tag 'answer'.")
    if not tagged:
        return
    if not (found or short):
        raise BuildError(f"{where}: a cell tagged 'answer' must have one. {HOW}")
    if not cell.metadata.get("task"):
        raise BuildError(f'{where}: an answer must name its task, as task="name".')
    if short:
        return
    count = len(answer_lines(cell.source, where))
    if not 1 <= count <= MOST_LINES:
        raise BuildError(
            f"{where}: an answer must have 1 to {MOST_LINES} lines of code; "
            f"got {count}."
        )
    _check_parses(stub(cell.source, where), where)


def _check_parses(source: str, where: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise BuildError(
            f"{where}: without its answer the cell is not Python: {error.msg}, line "
            f"{error.lineno}."
        ) from None


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")
