"""Write every report of a class beside its records, one file after the other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from coursekit.grading.records.decisions import unknown
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.class_page import class_page
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.feedback import (
    feedback_page,
    index_page,
    overview_page,
)
from coursekit.grading.reports.leftovers import leftovers, remove
from coursekit.grading.reports.names import Person, safe_file, safe_name
from coursekit.grading.reports.sheets import criteria, gradebook, table
from coursekit.grading.reports.similar import similar
from coursekit.grading.whole import write_whole

FEEDBACK, INDEX = "feedback", "index.html"


@dataclass(frozen=True)
class Written:
    """What was written: how many pages of how many learners, and the rest by name.

    ``unread`` are the records of which nothing could be graded; ``removed`` says which
    pages of earlier runs are gone.
    """

    pages: int
    learners: int
    files: tuple[str, ...] = ()
    unread: tuple[Graded, ...] = ()
    removed: str = ""


def write_reports(
    records: Iterable[Settled], folder: Path, course: Course, *, only: str = ""
) -> Written:
    """Write the reports into ``folder``; each file appears whole or not at all.

    Pages of an earlier run are removed where no record stands behind them any more.

    Parameters
    ----------
    records : iterable of Settled
        Every record, in the order of their keys. They may come one by one: of those of
        earlier learners no picture is kept in memory.
    folder : Path
        The folder of the results.
    course : Course
        What tasks ask for.
    only : str, default=""
        A learner's name or id: only their pages are written, and nothing of the class.

    Raises
    ------
    RecordsError
        If there are no records, or nobody is called ``only``.
    OSError
        If a file cannot be written.
    """
    by_person: dict[Person, list[Settled]] = {}
    pages, learners = [], 0
    for who, theirs in _by_person(records):
        by_person[who] = [_without_pictures(one) for one in theirs]
        if only in (*who, safe_name(who)) if only else _is_somebody(who, theirs):
            pages += _write_learner(theirs, folder / FEEDBACK / safe_name(who), course)
            learners += 1
    if not by_person or (only and not learners):
        raise _nobody(by_person, only)
    if only:
        return Written(len(pages), learners)
    files = _write_class(by_person, folder, course)
    held = (one.graded for theirs in by_person.values() for one in theirs)
    unread = tuple(one for one in held if one.unread)
    place = folder / FEEDBACK
    removed = remove(leftovers(place, [*pages, place / INDEX]), place)
    return Written(len(pages), learners, files, unread, removed)


def write(path: Path, text: str) -> None:
    """Write a file into a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def _write_learner(
    theirs: Sequence[Settled], folder: Path, course: Course
) -> list[Path]:
    """Write one learner's pages and return where they are."""
    of_exercise = {one.graded.exercise: one for one in theirs if one.graded.exercise}
    pages = {
        folder / f"{safe_file(exercise)}.html": feedback_page(one, course)
        for exercise, one in of_exercise.items()
    }
    pages[folder / INDEX] = overview_page(theirs, course)
    for path, page in pages.items():
        write(path, page)
    return list(pages)


def _write_class(
    by_person: dict[Person, list[Settled]], folder: Path, course: Course
) -> tuple[str, ...]:
    """Write what is about the whole class and return the names of the files."""
    everything = [one for theirs in by_person.values() for one in theirs]
    people = {who: held for who, held in by_person.items() if _is_somebody(who, held)}
    exercises = sorted({one.graded.exercise for one in everything} - {""})
    groups = similar(everything, course)
    files = {
        "class.html": class_page(everything, course, groups=groups),
        "class-projector.html": class_page(everything, course, names=False),
        f"{FEEDBACK}/{INDEX}": index_page(people, exercises),
        "gradebook.csv": table(gradebook(people, exercises)),
        "criteria.csv": table(criteria(everything)),
    }
    for file, text in files.items():
        write(folder / file, text)
    return tuple(files)


def _by_person(records: Iterable[Settled]) -> Iterator[tuple[Person, list[Settled]]]:
    """Yield each learner's records; of two for one exercise the later one is last."""
    for who, theirs in groupby(records, lambda one: one.graded.who):
        yield who, sorted(theirs, key=lambda o: (o.graded.exercise, o.graded.modified))


def _is_somebody(who: Person, theirs: Sequence[Settled]) -> bool:
    """Tell whether records are a learner's, and not of files that are nobody's."""
    return any(who) or any(not one.graded.unread for one in theirs)


def _without_pictures(one: Settled) -> Settled:
    """Return a record without its arrays, which only its own page shows."""
    tasks = []
    for task in one.graded.tasks:
        ends = (replace(end, picture=None) for end in task.verdict.criteria)
        verdict = replace(task.verdict, criteria=tuple(ends))
        tasks.append(replace(task, verdict=verdict))
    return replace(one, graded=replace(one.graded, tasks=tuple(tasks)))


def _nobody(people: Iterable[Person], only: str) -> RecordsError:
    """Say that there is nothing, or nobody of that name, and who is called alike."""
    known = [part for who in people for part in who if part]
    if known or only:
        return unknown("learner", only, known)
    return RecordsError(
        "there is nothing to report. RESULTS must hold at least one record, and "
        "grading has written none yet. Run 'coursekit grade SUBMISSIONS --out "
        "RESULTS', and let it end."
    )
