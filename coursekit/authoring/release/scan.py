"""Search what is about to be released for everything that must not be in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.notebooks import METADATA
from coursekit.authoring.release.secrets import Answer, Secrets, bare
from coursekit.authoring.sources import KEPT_METADATA, tags_of

#: Folders whose names are enough.
NEVER = {"solutions", "sources", "tests"}
#: Here the definition of a layer lives, which an answer may come to by itself: lessons
#: show it and `check` compares with it, on the learner's own computer.
DEFINITIONS = ("reference", "nets", "autograders", "probes")
#: As many lines of an answer in a row are no chance elsewhere in the package.
RUN = 4
MARKER = re.compile(r"\b(?:BEGIN|END) ANSWER\b|\)\s*# ANSWER\b")
#: The modules that know the markers have to write them.
KNOWS_MARKERS = ("coursekit/authoring/", "coursekit/study/worked.py")
EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,")


@dataclass(frozen=True)
class Finding:
    """One thing that must not be released, and where it stands."""

    file: str
    what: str
    cell: str = ""
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        where = self.file
        where += f", cell {self.cell}" if self.cell else ""
        where += f", line {self.line}" if self.line else ""
        return f"{where}: {self.what}" + (f": {self.text}" if self.text else "")


def scan(files: Mapping[str, bytes], secrets: Secrets) -> list[Finding]:
    """Return all that must not be released.

    In exercises, and in prose, no line of any answer may occur. A lesson teaches the
    same formulas: there a line counts where it stands by itself, as code does. In the
    package whole answers count, except where the definitions live (`DEFINITIONS`).

    Parameters
    ----------
    files : mapping of str to bytes
        What is to be released: path with forward slashes, content.
    secrets : Secrets
        What to look for.
    """
    return [found for name in sorted(files) for found in _file(name, files, secrets)]


def _file(name: str, files: Mapping[str, bytes], secrets: Secrets) -> Iterator[Finding]:
    path = PurePosixPath(name)
    if wrong := NEVER & set(path.parts):
        yield Finding(name, f"nothing in a folder {sorted(wrong)[0]!r} is for learners")
    if path.suffix == ".npz":
        return
    text = files[name].decode("utf-8", "replace")
    if path.suffix == ".ipynb":
        yield from _notebook(name, text, secrets)
    elif path.parts[0] == "coursekit":
        yield from _module(name, text, secrets)
    else:
        yield from _lines(Finding(name, ""), text, secrets, anywhere=True)


def _notebook(name: str, text: str, secrets: Secrets) -> Iterator[Finding]:
    """Yield what is wrong with a notebook: its form, its cells, their lines."""
    try:
        # of version 4 only: converting or mending it would hide what the file has
        notebook = nbformat.v4.reads(text)
        nbformat.validate(notebook)
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError):
        yield Finding(name, "it is no valid notebook, so that it cannot be searched")
        return
    if dict(notebook.metadata) != METADATA:
        extra = sorted(set(notebook.metadata) - set(METADATA)) or ["another kernel"]
        yield Finding(name, f"metadata of the notebook: {', '.join(extra)}")
    in_exercise = PurePosixPath(name).parts[0] == "exercises"
    for cell in notebook.cells:
        yield from _form(name, cell)
        place = Finding(name, "", cell.id)
        yield from _lines(place, cell.source, secrets, anywhere=in_exercise)


def _form(name: str, cell: NotebookNode) -> Iterator[Finding]:
    """Yield what a cell carries beside its text."""
    for tag in sorted({"instructor", "solution"} & {*tags_of(cell)}):
        yield Finding(name, f"a cell tagged {tag!r}", cell.id)
    if extra := sorted(set(cell.metadata) - set(KEPT_METADATA)):
        yield Finding(name, f"metadata of the cell: {', '.join(extra)}", cell.id)
    if attached := sorted(cell.get("attachments", {})):
        yield Finding(name, f"attachments: {', '.join(attached)}", cell.id)
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield Finding(name, "a saved output", cell.id)
    if EMBEDDED.search(cell.source):
        yield Finding(name, "embedded data, which cannot be searched", cell.id)


def _lines(
    place: Finding, text: str, secrets: Secrets, *, anywhere: bool
) -> Iterator[Finding]:
    """Yield every line of ``text`` that belongs to an answer or is not for learners."""
    own = secrets.own_lines
    alone = {**own, **secrets.prose, **secrets.outputs, **secrets.notes}
    for number, line in enumerate(text.splitlines(), start=1):
        told = bare(line)
        what = alone.get(told, "")
        if not what and anywhere:
            what = next((own[secret] for secret in own if secret in told), "")
        if not what:
            what = next((secrets.short[s] for s in secrets.short if s in told), "")
        if not what and MARKER.search(line):
            what = "an answer marker"
        if what:
            yield _at(place, what, number, line)


def _module(name: str, text: str, secrets: Secrets) -> Iterator[Finding]:
    """Yield what a file of the package may not hold."""
    place = Finding(name, "")
    told = {**secrets.prose, **secrets.notes}
    for number, line in enumerate(text.splitlines(), start=1):
        if what := told.get(bare(line)):
            yield _at(place, what, number, line)
        elif MARKER.search(line) and not name.startswith(KNOWS_MARKERS):
            yield _at(place, "an answer marker", number, line)
    if PurePosixPath(name).parts[1] in DEFINITIONS:
        return
    code = [(n, bare(line)) for n, line in enumerate(text.splitlines(), start=1)]
    code = [(number, line) for number, line in code if line]
    for answer in secrets.answers:
        if number := _where(code, answer):
            yield Finding(name, f"the answer to {answer.task}", line=number)


def _where(code: list[tuple[int, str]], answer: Answer) -> int:
    """Return the line where an answer, or `RUN` lines of it, begin; 0 if nowhere."""
    wanted = [bare(line) for line in answer.lines]
    size = min(RUN, len(wanted))
    if not answer.own or size < 2:
        return 0
    runs = {tuple(wanted[at : at + size]) for at in range(len(wanted) - size + 1)}
    lines = [line for _, line in code]
    for at in range(len(lines) - size + 1):
        if tuple(lines[at : at + size]) in runs:
            return code[at][0]
    return 0


def _at(place: Finding, what: str, number: int, line: str) -> Finding:
    short = line.strip()
    short = short if len(short) <= 60 else f"{short[:57]}..."
    return Finding(place.file, what, place.cell, number, json.dumps(short)[1:-1])
