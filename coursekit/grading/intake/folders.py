"""Walk a folder of submissions: every file once, no link followed."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from coursekit.grading.intake.entries import (
    ARCHIVED,
    Entry,
    is_archive,
    is_notebook,
    is_passed_over,
)
from coursekit.grading.intake.files import (
    is_link,
    objection_to,
    read_file,
    unreadable_here,
)
from coursekit.grading.intake.reading import MOST_BYTES, Refused, too_large
from coursekit.grading.reasons import Reason

#: How deep is looked, and at how many files in all: a course of 1000 learners who hand
#: in nine exercises with all that lies beside them has some 100,000.
MOST_LEVELS, MOST_FILES = 32, 500_000
#: Files that are no notebooks are kept down to here, to know who handed in something.
_LEVELS_OF_LEARNERS = 4


def walk(root: Path) -> Iterator[Entry]:
    """Yield what lies under ``root``: notebooks, and what tells whose they are.

    Parameters
    ----------
    root : Path
        The folder; it may itself be reached by a link, since whoever grades named it.

    Raises
    ------
    Refused
        GRADER_ERROR where the folder itself cannot be read, or holds so much that it
        is hardly the one that was meant.
    """
    waiting: list[tuple[tuple[str, ...], Path]] = [((), root)]
    seen = 0
    while waiting:
        parts, folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                inside = [one for one in found if not is_passed_over(one.name)]
        except OSError as error:
            if not parts:
                raise unreadable_here(error) from None
            yield _refused(parts, unreadable_here(error))
            continue
        seen += len(inside)
        if seen > MOST_FILES:
            raise Refused(
                Reason.GRADER_ERROR,
                f"there are more than {MOST_FILES} files. Name the folder that holds "
                "the submissions and nothing else.",
            )
        for one in sorted(inside, key=lambda one: one.name):
            entry = _entry(one, (*parts, one.name))
            if entry.is_folder:
                waiting.append((entry.parts, Path(one.path)))
            if _tells(entry):
                yield entry


def _entry(one: os.DirEntry[str], parts: tuple[str, ...]) -> Entry:
    """Return what is known of a file without opening it."""
    try:
        found = one.stat(follow_symlinks=False)
    except OSError as error:
        return _refused(parts, unreadable_here(error))
    if one.is_dir(follow_symlinks=False) and not is_link(found):
        if not is_notebook(one.name) and len(parts) <= MOST_LEVELS:
            return Entry(parts, is_folder=True, modified=found.st_mtime)
    objection = objection_to(found)
    if len(parts) > MOST_LEVELS:
        objection = f"it lies more than {MOST_LEVELS} folders deep."
    if objection:
        return _refused(parts, Refused(Reason.FILE_REJECTED, objection))
    if is_archive(one.name):
        return _refused(parts, Refused(Reason.FILE_REJECTED, ARCHIVED))
    if is_notebook(one.name) and found.st_size > MOST_BYTES:
        return _refused(parts, too_large(found.st_size))
    load = partial(read_file, Path(one.path))
    return Entry(parts, modified=found.st_mtime, load=load)


def _tells(entry: Entry) -> bool:
    """Whether anything follows from an entry."""
    if is_notebook(entry.name) or entry.reason is not Reason.OK:
        return True
    return len(entry.parts) <= _LEVELS_OF_LEARNERS


def _refused(parts: tuple[str, ...], refused: Refused) -> Entry:
    return Entry(parts, reason=refused.reason, message=str(refused))
