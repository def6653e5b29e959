"""The study folder: lessons and exercises laid out for one learner to write in.

The course is read from the clone that the package sits in, or else from the copy in the
wheel. What a learner wrote is never overwritten: see `refresh` for the rules.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.grading.whole import write_whole

PACKAGE = Path(__file__).parents[1]
PARTS = ("notebooks", "exercises")
#: Kept in every study folder: the manifest, JupyterLab's workspace, the progress.
MARKER = ".coursekit"
MANIFEST = "manifest.json"
#: Folders of a clone in which no study folder may be made.
OF_THE_REPOSITORY = {
    ".git",
    ".github",
    "coursekit",
    "exercises",
    "notebooks",
    "solutions",
    "tests",
}


class FolderError(Exception):
    """The folder cannot hold a course; the message says why and what to do."""


class CourseMissingError(Exception):
    """The course's notebooks are not where they should be; the message says more."""


class Change(StrEnum):
    """What `refresh` did with one file; the value is the word the learner reads."""

    NEW = "new"
    UPDATED = "updated"
    RESTORED = "put back"
    SAME = "same"
    YOURS = "yours"
    BESIDE = "new version"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Laid:
    """One file of the course and what became of it."""

    file: str
    change: Change
    note: str = ""

    def __str__(self) -> str:
        return f"{self.change}: {self.file}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Report:
    """What `refresh` did, file by file."""

    folder: Path
    files: tuple[Laid, ...]

    def count(self, change: Change) -> int:
        """Return how many files ended with ``change``."""
        return sum(laid.change is change for laid in self.files)

    def lines(self) -> list[str]:
        """Return what a learner should read: one line in all, and one for each event.

        Files that are new, the same, or kept because the learner wrote in them are
        counted; the others are named.
        """
        counted = {
            Change.NEW: "laid out",
            Change.YOURS: "kept as you wrote them",
            Change.SAME: "up to date",
        }
        counts = [(self.count(change), words) for change, words in counted.items()]
        told = ", ".join(f"{number} {words}" for number, words in counts if number)
        named = [str(laid) for laid in self.files if laid.change not in counted]
        return [f"{self.folder}: {told or 'see below'}", *named]


@dataclass(frozen=True)
class Notebook:
    """A notebook of the course as learners get it, and its two fingerprints.

    ``sources`` covers what is written in the cells, ``whole`` the file.
    """

    text: str
    sources: str
    whole: str


def course_folder() -> Path:
    """Return the folder that holds the course's ``notebooks`` and ``exercises``.

    Raises
    ------
    CourseMissingError
        If neither a clone nor the installed package holds any lesson.
    """
    for root in (repository(), PACKAGE / "course"):
        if root is not None and any((root / "notebooks").glob("*.ipynb")):
            return root
    raise CourseMissingError(
        "the course's notebooks were not found, neither beside the package nor in it "
        f"({PACKAGE}). In a clone, run 'coursekit build'; otherwise reinstall with "
        "'pip install --force-reinstall coursekit'."
    )


def repository() -> Path | None:
    """Return the root of the clone the package sits in, or None if it is installed."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None


def refresh(folder: Path) -> Report:
    """Lay the course out in ``folder``, or bring what is there up to date.

    File by file, comparing what is written in the cells (running a notebook changes
    outputs and metadata, which do not count):

    - not there: laid out; deleted by the learner: put back;
    - not changed by the learner: replaced by the new version;
    - changed by the learner alone: left as it is;
    - changed by both, or not ours: left as it is, the new version is laid beside it,
      once;
    - unreadable, locked, or no space left: left as it is and reported.

    Parameters
    ----------
    folder
        The study folder; made if it is not there. Other files in it are not touched.

    Raises
    ------
    FolderError
        If ``folder`` is a file, belongs to the repository, or cannot be written to.
    CourseMissingError
        If there is no course to lay out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     first, second = refresh(Path(home)), refresh(Path(home))
    >>> second.count(Change.SAME) == first.count(Change.NEW) > 0
    True
    """
    refuse_wrong_place(folder)
    course = course_folder()
    marker = folder / MARKER
    try:
        marker.mkdir(parents=True, exist_ok=True)
        write_whole(marker / ".gitignore", "*\n")
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be written to ({reason(error)}). Choose another folder: "
            "coursekit lab PATH."
        ) from error
    manifest, lost = read_manifest(marker / MANIFEST)
    files = [Laid(f"{MARKER}/{MANIFEST}", Change.PROBLEM, lost)] if lost else []
    for source in course_files(course):
        name = source.relative_to(course).as_posix()
        files.append(lay(source, folder, name, manifest))
    try:
        write_whole(marker / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    except OSError as error:
        files.append(Laid(f"{MARKER}/{MANIFEST}", Change.PROBLEM, not_written(error)))
    return Report(folder, tuple(files))


def refuse_wrong_place(folder: Path) -> None:
    """Raise `FolderError` if a study folder at ``folder`` would do harm."""
    if folder.exists() and not folder.is_dir():
        raise FolderError(
            f"{folder} is a file; the course needs a folder. Choose another place: "
            "coursekit lab PATH."
        )
    place = folder.resolve()
    root = repository()
    inside_root = root is not None and place.is_relative_to(root.resolve())
    parts = place.relative_to(root.resolve()).parts if inside_root else ("elsewhere",)
    if not parts or parts[0] in OF_THE_REPOSITORY or place.is_relative_to(PACKAGE):
        raise FolderError(
            f"{folder} belongs to the course itself, and learners' notebooks would mix "
            "with its sources. Choose a folder of your own: coursekit lab study."
        )


def course_files(course: Path) -> Iterator[Path]:
    """Yield lessons, then exercises, in the order of their numbers."""
    for part in PARTS:
        yield from sorted((course / part).glob("*.ipynb"))


def lay(source: Path, folder: Path, name: str, manifest: dict[str, Any]) -> Laid:
    """Bring one file up to date and note in ``manifest`` what was laid out."""
    path = folder / name
    try:
        new = as_learners_get_it(source)
        change, note = place(new, path, manifest.get(name))
    except OSError as error:
        return Laid(name, Change.PROBLEM, not_written(error))
    except ValueError as error:
        return Laid(name, Change.PROBLEM, str(error))
    # After an offer this version counts as seen: it is not offered again.
    manifest[name] = {"sources": new.sources, "whole": new.whole}
    return Laid(name, change, note)


def place(
    new: Notebook, path: Path, laid: Mapping[str, str] | None
) -> tuple[Change, str]:
    """Write ``new`` to ``path``, or beside it, or not at all; say which and why."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, new.text)
        return (Change.RESTORED, "it was gone") if laid else (Change.NEW, "")
    mine = sources_of(read(path))
    if laid is not None and laid["whole"] == new.whole:
        return Change.SAME if mine == new.sources else Change.YOURS, ""
    if laid is not None and laid["sources"] == mine:
        write_whole(path, new.text)
        return Change.UPDATED, "you had not changed it"
    if mine == new.sources:
        return Change.SAME, ""
    if laid is not None and laid["sources"] == new.sources:
        return Change.YOURS, ""
    beside = free_name(path, new)
    if not beside.exists():
        write_whole(beside, new.text)
    return Change.BESIDE, f"yours stays as it is; the course's is {beside.name!r}"


def free_name(path: Path, new: Notebook) -> Path:
    """Return where to lay ``new`` beside ``path``: a free name, or where it lies."""
    number = 1
    while True:
        again = "" if number == 1 else f", {number}"
        beside = path.with_name(f"{path.stem} (new version {__version__}{again}).ipynb")
        if not beside.exists() or beside.read_text("utf-8", "replace") == new.text:
            return beside
        number += 1


def as_learners_get_it(source: Path) -> Notebook:
    """Return a notebook of the course without outputs and without instructor cells."""
    return for_learners(read(source))


def for_learners(notebook: dict[str, Any]) -> Notebook:
    """Return a notebook, which is changed in place, as learners get it.

    The seal of the build goes too: it changes with every module that a lesson uses, and
    a lesson that a learner has run would lose its outputs over it.
    """
    cells = [
        cell
        for cell in notebook["cells"]
        if "instructor" not in cell["metadata"].get("tags", ())
    ]
    for cell in cells:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    notebook["cells"] = cells
    for key in ("widgets", "coursekit"):
        notebook["metadata"].pop(key, None)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    whole = hashlib.sha256(text.encode()).hexdigest()
    return Notebook(text, sources_of(notebook), whole)


def sources_of(notebook: Mapping[str, Any]) -> str:
    """Return the fingerprint of what is written in a notebook's cells.

    Empty cells and line ends do not count: JupyterLab adds the one when the last cell
    is run, other editors change the other.

    >>> cell = {"cell_type": "code", "source": ["x = 1"]}
    >>> empty = {"cell_type": "code", "source": []}
    >>> sources_of({"cells": [cell]}) == sources_of({"cells": [cell, empty]})
    True
    """
    cells = [
        (cell["cell_type"], "\n".join("".join(cell["source"]).splitlines()))
        for cell in notebook["cells"]
    ]
    written = [cell for cell in cells if cell[1].strip()]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def read(path: Path) -> dict[str, Any]:
    """Return a notebook as JSON; ValueError says what to do if it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        sources_of(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(
            "it cannot be read as a notebook and was left as it is; move it away and "
            "run 'coursekit lab' again to get the course's version"
        ) from error
    return notebook


def read_manifest(path: Path) -> tuple[dict[str, Any], str]:
    """Return what was laid out before, and a note if that record is damaged."""
    if not path.exists():
        return {}, ""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        whole = all({"sources", "whole"} <= set(laid) for laid in manifest.values())
    except (OSError, ValueError, TypeError, AttributeError):
        whole = False
    if whole:
        return manifest, ""
    return {}, (
        "the record of what was laid out is damaged and was made anew; files that "
        "differ from the course's count as yours"
    )


def reason(error: OSError) -> str:
    """Return the system's words for an error, without its number and path."""
    return (error.strerror or str(error)).lower()


def not_written(error: OSError) -> str:
    """Return a note for a file that could not be read or written."""
    return (
        f"not brought up to date: {reason(error)}; close what has it open, make it "
        "writable or make room, and run 'coursekit lab' again"
    )
