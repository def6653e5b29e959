"""The worked answer of a task, from the solutions where they are present."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.task import Task

#: Beside the package in a clone; a wheel has none.
SOLUTIONS = Path(__file__).parents[2] / "solutions"
_PERCENT = re.compile(r"^# %%(.*)$", re.M)


@dataclass(frozen=True)
class Worked:
    """The code of an answer and, in Markdown, why it is right."""

    code: str
    explanation: str


@dataclass(frozen=True)
class _Cell:
    kind: str
    source: str
    task: str = ""


def worked_answer(task: Task, folder: Path | None = None) -> Worked | None:
    """Return the worked answer of ``task``, or None where there are no solutions.

    Parameters
    ----------
    task : Task
        Its exercise names the notebook.
    folder : path, optional
        Where the solutions lie; by default beside the package.

    Returns
    -------
    Worked or None
        The answer cell without its markers, and the Markdown cell that follows it.
    """
    folder = SOLUTIONS if folder is None else folder
    for read, path in (
        (_notebook_cells, folder / f"{task.exercise}.ipynb"),
        (_script_cells, folder / "sources" / f"{task.exercise}.py"),
    ):
        if path.is_file():
            found = _find(task.name, list(read(path)))
            if found is not None:
                return found
    return None


def _find(name: str, cells: list[_Cell]) -> Worked | None:
    """Return the cell that answers ``name`` and what is said after it."""
    defines = re.compile(rf"^(?:def|class) {re.escape(name)}\b", re.M)
    for at, cell in enumerate(cells):
        if cell.kind == "code" and (cell.task == name or defines.search(cell.source)):
            after = cells[at + 1] if at + 1 < len(cells) else _Cell("code", "")
            explained = after.source if after.kind == "markdown" else ""
            lines = cell.source.replace("  # ANSWER", "").splitlines()
            kept = [line for line in lines if not _is_marker(line)]
            return Worked("\n".join(kept).strip(), explained.strip())
    return None


def _is_marker(line: str) -> bool:
    return line.strip() in ("# BEGIN ANSWER", "# END ANSWER")


def _notebook_cells(path: Path) -> Iterator[_Cell]:
    """Yield the cells of a notebook of ours.

    Without nbformat: importing it took a learner's first cell more than a second.
    """
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source, task = "".join(cell["source"]), cell["metadata"].get("task", "")
        yield _Cell(cell["cell_type"], source, task)


def _script_cells(path: Path) -> Iterator[_Cell]:
    """Yield the cells of a py:percent script, as an author edits it."""
    pieces = _PERCENT.split(path.read_text(encoding="utf-8"))[1:]
    for head, body in zip(pieces[::2], pieces[1::2], strict=True):
        task = re.search(r'\btask="(\w+)"', head)
        if "[markdown]" in head:
            lines = [line.removeprefix("#").removeprefix(" ") for line in _lines(body)]
            yield _Cell("markdown", "\n".join(lines))
        else:
            yield _Cell("code", "\n".join(_lines(body)), task[1] if task else "")


def _lines(body: str) -> list[str]:
    return body.strip("\n").splitlines()
