"""Read the course: which notebooks make which pages, and what their headers say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.course_map import MINUTES
from coursekit.authoring.sources import BuildError, tags_of
from coursekit.numbered import find_named

TITLE = re.compile(r"^# (.+)$", re.M)
#: The folders that become pages; solutions are not among them.
KINDS = {"notebooks": "lesson", "exercises": "exercise"}


@dataclass(frozen=True)
class Chapter:
    """A lesson or an exercise: where its notebook lies and what is in it."""

    path: Path

    @property
    def kind(self) -> str:
        """Either "lesson" or "exercise"."""
        return KINDS[self.path.parent.name]

    @property
    def name(self) -> str:
        """The name it shares with all that belongs to it, such as 07_layer_norm."""
        return self.path.stem

    @property
    def address(self) -> str:
        """Where its page lies, seen from the first page."""
        return f"{self.path.parent.name}/{self.name}.html"

    @cached_property
    def cells(self) -> list[NotebookNode]:
        """All its cells."""
        try:
            return nbformat.read(self.path, as_version=4).cells
        except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
            raise BuildError(
                f"{self.path}: the notebook must be readable; it is not ({error}). "
                "Build it again: coursekit build"
            ) from error

    @property
    def title(self) -> str:
        """Its heading as written: Markdown."""
        return self._header(TITLE, "a title, '# Title'")[1].strip()

    @property
    def short_title(self) -> str:
        """Its heading without the number."""
        return re.sub(r"^(?:Exercise )?\d+\W+", "", self.title)

    @property
    def minutes(self) -> tuple[int, int] | None:
        """Minutes alone and in a workshop; None for an exercise."""
        if self.kind == "exercise":
            return None
        found = self._header(MINUTES, "'**70 min alone · 45 min in a workshop**'")
        return int(found["alone"]), int(found["workshop"])

    def shown(self, *, instructor: bool) -> list[NotebookNode]:
        """Return the cells a reader sees; those for instructors only on request."""
        return [
            cell
            for cell in self.cells
            if "solution" not in tags_of(cell)
            and (instructor or "instructor" not in tags_of(cell))
        ]

    def _header(self, pattern: re.Pattern, what: str) -> re.Match:
        found = pattern.search(self.cells[0].source) if self.cells else None
        if found is None:
            raise BuildError(f"{self.path}: the first cell must have {what}.")
        return found


def read_course(root: Path) -> list[Chapter]:
    """Return lessons and exercises in their order: each lesson, then its exercise.

    Parameters
    ----------
    root : Path
        The folder with ``notebooks`` and ``exercises``.

    Raises
    ------
    BuildError
        If there is no lesson.
    """
    chapters = [
        Chapter(path) for folder in KINDS for path in (root / folder).glob("*.ipynb")
    ]
    if not any(chapter.kind == "lesson" for chapter in chapters):
        raise BuildError(
            f"{root}: there must be lessons in 'notebooks'; none was found. In a "
            "clone, run 'coursekit build' first."
        )
    return sorted(chapters, key=lambda c: (c.name, c.kind == "exercise"))


def find(chapters: Sequence[Chapter], name: str) -> Chapter:
    """Return the lesson called ``name``, or with this number.

    Raises
    ------
    BuildError
        If there is none; the message lists all.
    """
    lessons = {one.name: one for one in chapters if one.kind == "lesson"}
    try:
        return lessons[find_named(name, lessons, "lesson")]
    except LookupError as error:
        raise BuildError(str(error)) from None
