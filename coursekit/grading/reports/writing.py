"""Write every report of a class beside its records, one file after the other."""

import difflib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.class_page import class_page
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.feedback import (
    feedback_page,
    index_page,
    overview_page,
)
from coursekit.grading.reports.names import Person, safe_file, safe_names
from coursekit.grading.reports.sheets import criteria, gradebook, table
from coursekit.grading.reports.similar import similar
from coursekit.grading.reports.words import person

FEEDBACK = "feedback"
#: What wraps the learners while their pages are written, such as a progress bar.
Progress = Callable[[Sequence[Person]], Iterable[Person]]


@dataclass(frozen=True)
class Written:
    """What was written: how many pages of how many learners, and the rest by name."""

    folder: Path
    pages: int
    learners: int
    files: tuple[str, ...] = ()


def write_reports(
    all_settled: Sequence[Settled],
    folder: Path,
    course: Course,
    *,
    only: str = "",
    progress: Progress = iter,
) -> Written:
    """Write the reports into ``folder``; each file appears whole or not at all.

    Parameters
    ----------
    all_settled : sequence of Settled
        Every record.
    folder : Path
        The folder of the results.
    course : Course
        What tasks ask for.
    only : str, default=""
        A learner's name or id: only their pages are written, and nothing of the class.
    progress : callable
        Wraps the learners while their pages are written.

    Raises
    ------
    ValueError
        If there are no records, or nobody is called ``only``.
    OSError
        If a file cannot be written.
    """
    by_person = _by_person(all_settled)
    folders = safe_names(by_person)
    chosen = _chosen(by_person, folders, only)
    pages = 0
    for who in progress(chosen):
        pages += _write_learner(
            by_person[who], folder / FEEDBACK / folders[who], course
        )
    if only:
        return Written(folder, pages, len(chosen))
    exercises = sorted({one.graded.exercise for one in all_settled} - {""})
    rows = [(who, folders[who], by_person[who]) for who in by_person]
    write(folder / FEEDBACK / "index.html", [index_page(rows, exercises)])
    groups = similar(all_settled, course)
    page = class_page(all_settled, course, folders=folders, groups=groups)
    write(folder / "class.html", [page])
    write(folder / "class-projector.html", [_for_projector(all_settled, course)])
    write(folder / "gradebook.csv", table(gradebook(by_person, exercises)))
    write(folder / "criteria.csv", table(criteria(all_settled)))
    files = ("class.html", "class-projector.html", "gradebook.csv", "criteria.csv")
    return Written(folder, pages, len(chosen), files)


def write(path: Path, parts: Iterable[str]) -> None:
    """Write a file in parts under another name, then put it in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _umask() -> int:
    """Return what the system takes off the rights of new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_learner(found: Sequence[Settled], folder: Path, course: Course) -> int:
    """Write one learner's pages and return how many there are."""
    of_exercise = {one.graded.exercise: one for one in found if one.graded.exercise}
    for exercise, one in of_exercise.items():
        page = feedback_page(one, course)
        write(folder / f"{safe_file(exercise)}.html", [page])
    write(folder / "index.html", [overview_page(found, course)])
    return len(of_exercise) + 1


def _for_projector(all_settled: Sequence[Settled], course: Course) -> str:
    return class_page(all_settled, course, folders=None)


def _by_person(all_settled: Iterable[Settled]) -> dict[Person, list[Settled]]:
    """Return each learner's records; of two for one exercise the later counts."""
    found: dict[Person, list[Settled]] = {}
    for one in all_settled:
        who = (one.graded.learner, one.graded.learner_id)
        found.setdefault(who, []).append(one)
    for records in found.values():
        records.sort(key=lambda one: (one.graded.exercise, one.graded.modified))
    return found


def _chosen(
    by_person: dict[Person, list[Settled]], folders: dict[Person, str], only: str
) -> list[Person]:
    """Return the learners whose pages are wanted."""
    if not by_person:
        raise ValueError("write_reports: there must be at least one record; got none.")
    if not only:
        return list(by_person)
    chosen = [who for who in by_person if only in (*who, folders[who])]
    if not chosen:
        known = [part for who in by_person for part in who if part]
        near = difflib.get_close_matches(only, known, n=1, cutoff=0.5)
        hint = f" Did you mean {person(near[0], '')!r}?" if near else ""
        raise ValueError(
            f"write_reports: only must be the name or id of one of the "
            f"{len(by_person)} learners; got {person(only, '')!r}.{hint}"
        )
    return chosen
