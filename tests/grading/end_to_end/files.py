"""What may lie in a class's folder besides notebooks, and what must come of it."""

import copy
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bulk.class_of import filled, worked
from end_to_end.tricks import NORM, TASK

from coursekit.grading.intake.reading import MOST_BYTES
from coursekit.grading.reasons import Reason

R = Reason
RIGHT = filled(NORM, worked(NORM))
FILE = f"{NORM}.ipynb"


@dataclass(frozen=True)
class Made:
    """Something in a learner's folder and what must come of it.

    ``put`` writes it into the folder. ``reason`` is that of the whole exercise, or with
    ``of_task`` that of one task alone; where it is OK, all points are reached. ``note``
    is in the record or in the task's notes.
    """

    put: Callable[[Path], object]
    reason: Reason = R.OK
    note: str = ""
    of_task: bool = False


def holding(data: bytes, name: str = FILE) -> Callable[[Path], object]:
    """Return what writes one file."""
    return lambda folder: (folder / name).write_bytes(data)


def changed(change: Callable[[dict, dict], object]) -> Callable[[Path], object]:
    """Return what writes the worked notebook after a change of it, or of TASK's cell.

    ``change`` gets the notebook and the cell.
    """
    notebook = copy.deepcopy(json.loads(RIGHT))
    cell = next(c for c in notebook["cells"] if c["metadata"].get("task") == TASK)
    change(notebook, cell)
    return holding(json.dumps(notebook).encode())


def of_cell(change: Callable[[dict, dict], object], *reason: Reason, note: str = ""):
    """Return what a change of one cell comes to."""
    return Made(changed(change), *reason, note=note, of_task=True)


def archive(**members: bytes) -> bytes:
    """Return a zip archive that packs well."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def too_large(folder: Path) -> None:
    """Write a notebook over the limit; it takes no room on the disk."""
    with (folder / FILE).open("wb") as file:
        file.truncate(MOST_BYTES + 1)


def bomb(folder: Path) -> None:
    """Write an archive with a notebook of 200 MB; it takes hardly any room."""
    holding(archive(**{FILE: bytes(200 << 20)}), "x.zip")(folder)


def device(folder: Path) -> None:
    """Make a device, or where that is not allowed, a pipe."""
    try:
        os.mknod(folder / FILE, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    except OSError:
        os.mkfifo(folder / FILE)


def older_and_newer(folder: Path) -> None:
    """Write two notebooks of which the later is right."""
    holding(filled(NORM, {}))(folder)
    os.utime(folder / FILE, (1000, 1000))
    holding(RIGHT, f"{NORM} (1).ipynb")(folder)


def twice(notebook: dict, cell: dict) -> None:
    """Put a wrong answer, marked alike, before the right one, and a stub after it."""
    at = notebook["cells"].index(cell)
    wrong = {**cell, "source": f"def {TASK}(x, *rest):\n    return x, (x, x, x)\n"}
    stub = {**cell, "source": f"def {TASK}(x, *rest):\n    raise NotImplementedError\n"}
    notebook["cells"][at:at] = [wrong]
    notebook["cells"].append(stub)


def strip(notebook: dict, cell: dict) -> None:
    """Take all metadata away, as Colab does."""
    for one in notebook["cells"]:
        one["metadata"] = {}


def of_format_3(notebook: dict, cell: dict) -> None:
    """Bring the notebook to format 3."""
    cells = notebook.pop("cells")
    for one in cells:
        if one["cell_type"] == "code":
            one["input"] = one.pop("source")
    notebook.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": cells}])


def rename(notebook: dict, cell: dict) -> None:
    """Give the function another name."""
    cell["source"] = "".join(cell["source"]).replace(TASK, "layer_norm_foward")


ELSEWHERE = (
    b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "x"}]}'
)
FILES: dict[str, Made] = {
    "an empty file": Made(holding(b""), R.NOTEBOOK_UNREADABLE),
    "half a file": Made(holding(RIGHT[: len(RIGHT) // 2]), R.NOTEBOOK_UNREADABLE),
    "null": Made(holding(b"null"), R.NOTEBOOK_UNREADABLE),
    "UTF-16": Made(holding(RIGHT.decode().encode("utf-16")), note="UTF-16"),
    "a BOM": Made(holding(b"\xef\xbb\xbf" + RIGHT), note="byte-order mark"),
    "100,000 brackets": Made(holding(b"[" * 100_000), R.FILE_REJECTED),
    "too large": Made(too_large, R.FILE_REJECTED),
    "a bomb": Made(bomb, R.FILE_REJECTED),
    "format 3": Made(changed(of_format_3), note="old format 3"),
    "format 99": Made(
        changed(lambda book, _: book.update(nbformat=99)), R.NOTEBOOK_VERSION
    ),
    "no cell": of_cell(lambda book, cell: book["cells"].remove(cell), R.CELL_MISSING),
    "the cell twice": of_cell(twice, note="There are 2 answers"),
    "a cell of text": of_cell(
        lambda _, cell: cell.update(cell_type="markdown"), note="of kind 'markdown'"
    ),
    "no metadata": of_cell(strip, note="by the name it defines"),
    "a misspelt name": of_cell(rename, R.NOT_DEFINED),
    "no cells": Made(
        changed(lambda book, _: book.update(cells=[])), R.CELL_MISSING, of_task=False
    ),
    "a link": Made(
        lambda folder: (folder / FILE).symlink_to(folder.parents[1] / "other.ipynb"),
        R.FILE_REJECTED,
    ),
    "a pipe": Made(lambda folder: os.mkfifo(folder / FILE), R.FILE_REJECTED),
    "a device": Made(device, R.FILE_REJECTED),
    "a folder": Made(lambda folder: (folder / FILE).mkdir(), R.FILE_REJECTED),
    "two notebooks": Made(older_and_newer, note="There are 2 files"),
    "another course": Made(holding(ELSEWHERE, "week3.ipynb"), R.AMBIGUOUS_SUBMISSION),
    "nothing": Made(lambda folder: None, R.NO_SUBMISSION),
    "=cmd()": Made(holding(RIGHT)),
    "Doe, Jane": Made(holding(RIGHT)),
    "\udc80\x1b[31m\n<script>": Made(holding(RIGHT)),
}
