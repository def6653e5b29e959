"""Put cells together to the three kinds of notebook, and write notebooks to files."""

import copy
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.answers import check_answer_cell, stub, worked
from coursekit.authoring.sources import tags_of

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def lesson(cells: Iterable[NotebookNode]) -> NotebookNode:
    """Return the lesson as its source has it, not executed."""
    return _notebook(copy.deepcopy(cell) for cell in cells)


def solution(cells: Iterable[NotebookNode], name: str) -> NotebookNode:
    """Return the worked exercise, not executed: every answer without its markers.

    Raises
    ------
    BuildError
        If an answer region breaks a rule; ``name`` is the file in the message.
    """
    made = _notebook(copy.deepcopy(cell) for cell in cells)
    for cell in made.cells:
        check_answer_cell(cell, name)
        cell.source = worked(cell.source, f"{name}, cell {cell.id}")
    return made


def exercise(cells: Iterable[NotebookNode], name: str) -> NotebookNode:
    """Return what learners fill in: stubs for answers, no solution, no outputs.

    Cells tagged ``solution`` or ``instructor`` are left out.

    Raises
    ------
    BuildError
        If an answer region breaks a rule; ``name`` is the file in the message.
    """
    shown = [
        cell for cell in cells if not {"solution", "instructor"} & {*tags_of(cell)}
    ]
    made = _notebook(copy.deepcopy(cell) for cell in shown)
    for cell in made.cells:
        check_answer_cell(cell, name)
        cell.source = stub(cell.source, f"{name}, cell {cell.id}")
    return made


def _notebook(cells: Iterable[NotebookNode]) -> NotebookNode:
    made = nbformat.v4.new_notebook(cells=list(cells))
    made.metadata = nbformat.from_dict(METADATA)
    return made


def sealed(notebook: NotebookNode, source: str, fingerprint: str) -> NotebookNode:
    """Return an executed notebook with constant metadata and its fingerprint."""
    notebook.metadata = nbformat.from_dict(
        {**METADATA, "coursekit": {"source": source, "fingerprint": fingerprint}}
    )
    return notebook


def same_cells(one: NotebookNode, other: NotebookNode) -> bool:
    """Tell whether two notebooks agree in everything but outputs."""

    def written(notebook: NotebookNode) -> list[tuple]:
        return [
            (cell.get("id"), cell.cell_type, cell.source, dict(cell.metadata))
            for cell in notebook.cells
        ]

    return written(one) == written(other)


def as_text(notebook: NotebookNode) -> str:
    """Return the file's text: valid, keys in order, one newline at the end."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write_if_new(path: Path, text: str) -> bool:
    """Write ``text`` unless the file has it already; a reader never sees half of it.

    Returns
    -------
    written : bool
        False where the file was as it should be.
    """
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mode = path.stat().st_mode if path.exists() else 0o644
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return True
