"""``coursekit grade``: a class's work, graded behind walls."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import __version__
from coursekit.commands.base import (
    BROKEN,
    DONE,
    INTERRUPTED,
    MISUSED,
    add_command,
    add_isolation,
    add_out,
    code_of,
    complain,
    in_plain_words,
    unreadable,
)
from coursekit.commands.course import installed_course
from coursekit.numbered import find_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursekit.grading.bulk.course import Course
    from coursekit.grading.bulk.crew import Crew
    from coursekit.grading.bulk.grade import Terms
    from coursekit.grading.intake.submissions import Submission
    from coursekit.grading.isolation import Level
    from coursekit.grading.records.store import Records

EXAMPLES = """\
examples:
  coursekit grade submitted --out results
  coursekit grade moodle.zip --out results --exercise 07 --roster class.csv
  coursekit grade submitted --out results --workers 16
  coursekit grade submitted --out part2 --shard 2/8 --seed "autumn 2026"
  coursekit grade submitted --out results --forget-missing
  coursekit grade submitted --out results --scheduler tcp://10.0.0.5:8786

SUBMISSIONS is a notebook, a folder of notebooks or of folders, nbgrader's 'submitted',
what Moodle or Canvas lets you download, or a zip of any of these. Notebooks are never
executed: only the answers are, behind walls. Running it again grades only what is new
or changed. 'coursekit report RESULTS' then writes the gradebook and the feedback.
"""
#: Submissions that a node of a cluster gets at a time.
CHUNK = 8


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, grade, EXAMPLES)
    command.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    add_out(command)
    command.add_argument(
        "--exercise", metavar="NN", help="only this one, such as 07 or 07_layer_norm"
    )
    command.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="who should have handed in: a name or an id on each line, or a table in "
        "CSV with columns such as id and name",
    )
    command.add_argument(
        "--seed",
        metavar="TEXT",
        help="draws the inputs of the checks, together with each learner's name "
        "(default: that of RESULTS, or a new one)",
    )
    command.add_argument(
        "--forget-missing",
        action="store_true",
        help="leave records out of gradebook and reports whose files are no more in "
        "SUBMISSIONS; they are kept, and count again when the file is back",
    )
    _add_means(command)


def _add_means(command: argparse.ArgumentParser) -> None:
    """Add what says where and how the work is done."""
    command.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="how many submissions are graded at a time (default: one for each core)",
    )
    add_isolation(command, default="landlock")
    command.add_argument(
        "--shard",
        metavar="I/N",
        help="grade one of N equal parts of the class, the same learners every time",
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="hand the work to the Dask cluster at this address",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"it must be 1 or more; got {text!r}")
    return int(text)


def grade(options: argparse.Namespace) -> int:
    """Grade what a class handed in, each answer behind walls."""
    from coursekit.grading.bulk.desk import RunError
    from coursekit.grading.intake.reading import Refused
    from coursekit.grading.records.errors import RecordsError

    try:
        return _grade(options)
    except (ValueError, Refused) as error:
        return complain("grade", in_plain_words(error), MISUSED)
    except OSError as error:
        return complain("grade", unreadable(error), MISUSED)
    except RecordsError as error:
        return complain("grade", error, code_of(error))
    except RunError as error:
        return complain("grade", error, BROKEN)


def _grade(options: argparse.Namespace) -> int:
    from coursekit.grading.display import printable
    from coursekit.grading.records.store import Records
    from coursekit.grading.reports.lines import naming_lines

    course = installed_course()
    there = _there(options, course)
    submissions = _chosen(options, course, there)
    level = _level(options)
    with Records.open(options.out, create=True) as records:
        if records.note:
            complain("grade", records.note, DONE)
        terms = _terms(options, records, level)
        whole = printable(options.submissions)
        print(
            f"{len(submissions)} submissions in {whole}; "
            f"isolation: {terms.isolation}; seed: {printable(terms.seed)}",
            *naming_lines(submissions, whole),
            sep="\n",
            flush=True,
        )
        with _crew(options, course, terms, submissions) as crew:
            return _run(options, submissions, crew, records, there)


def _missing(
    options: argparse.Namespace, there: "Sequence[Submission]", records: "Records"
) -> "list[str]":
    """Return what to say of records without a file; leave them out where asked."""
    from coursekit.grading.reports.lines import missing_lines

    place = str(options.submissions.resolve())
    missing = records.missing(place, [one.key for one in there])
    if options.forget_missing:
        records.leave_out(missing)
    return list(missing_lines(missing, left_out=options.forget_missing))


def _run(
    options: argparse.Namespace,
    submissions: "list[Submission]",
    crew: "Crew",
    records: "Records",
    there: "Sequence[Submission]",
) -> int:
    """Run, and say what it came to."""
    from coursekit.grading.bulk.run import Summary, run

    summary, stopped = Summary(), False
    size = CHUNK if options.scheduler else 1
    try:
        run(submissions, crew, records, sys.stderr, size=size, summary=summary)
        summary.missing = _missing(options, there, records)
    except KeyboardInterrupt:
        stopped = True
        crew.stop()
    print(*summary.lines(), sep="\n", flush=True)
    if stopped:
        message = "stopped. All that was graded is kept; run the same command to go on."
        return complain("grade", message, INTERRUPTED)
    return BROKEN if summary.faults else DONE


def _there(options: argparse.Namespace, course: "Course") -> "Sequence[Submission]":
    """Return all that was handed in, or is missing.

    Raises
    ------
    ValueError
        If there is nothing at all.
    """
    from coursekit.grading.bulk.course import catalogue
    from coursekit.grading.bulk.roster import read_roster
    from coursekit.grading.display import printable
    from coursekit.grading.intake.submissions import find_submissions

    found = find_submissions(
        options.submissions,
        catalogue(course),
        wanted=_wanted(options, course),
        roster=read_roster(options.roster) if options.roster else (),
    )
    if not found:
        raise ValueError(
            f"no notebook in {printable(options.submissions)!r}. There must be "
            "notebooks (files that end in .ipynb), in it or in its folders. Check the "
            "name; what was downloaded as a zip can be given as it is."
        )
    return found


def _wanted(options: argparse.Namespace, course: "Course") -> list[str]:
    return [exercise_named(options.exercise, course)] if options.exercise else []


def _chosen(
    options: argparse.Namespace, course: "Course", there: "Sequence[Submission]"
) -> "list[Submission]":
    """Return the submissions that this run is about."""
    from coursekit.grading.bulk.plan import Shard

    shard = Shard.parse(options.shard) if options.shard else None
    if shard and not options.seed:
        raise ValueError(
            "--shard needs --seed: the parts of one class must be graded on the same "
            'seed. Give each part the same, such as --seed "autumn 2026".'
        )
    wanted = _wanted(options, course)
    return [
        one
        for one in there
        if (not wanted or one.exercise in ("", *wanted))
        and (shard is None or shard.holds(one))
    ]


def exercise_named(text: str, course: "Course") -> str:
    """Return the exercise with a name or a number.

    Raises
    ------
    ValueError
        If there is none.
    """
    try:
        return find_named(text, course, "exercise")
    except LookupError as error:
        raise ValueError(str(error)) from None


def _level(options: argparse.Namespace) -> "Level":
    """Return the walls to use, of this computer or of all nodes of the cluster."""
    from coursekit.grading.bulk.demand import best_level
    from coursekit.grading.isolation import Level, probe_levels

    least = Level(options.require_isolation)
    if options.scheduler:
        from coursekit.grading.bulk.cluster import levels_of

        return best_level(levels_of(options.scheduler), least)
    return best_level(probe_levels(), least)


def _terms(options: argparse.Namespace, records: "Records", level: "Level") -> "Terms":
    """Return what is graded on; the seed is kept in RESULTS."""
    import secrets

    from coursekit.grading.bulk.grade import Terms
    from coursekit.grading.cases import COURSE
    from coursekit.grading.display import printable
    from coursekit.grading.walls import missing

    before = records.setting("seed")
    seed = options.seed or before or secrets.token_hex(8)
    if before and seed != before:
        old, new = (printable(one, 100, 1) for one in (before, seed))
        message = (
            f"the seed of these results was {old!r} and is now {new!r}: all are graded "
            "again, on other inputs, and points may change. If that is not meant, run "
            "it again with the first as --seed."
        )
        complain("grade", message, DONE)
    settings = {"course": COURSE, "seed": seed}
    for name, value in settings.items():
        if records.setting(name) != value:
            records.set(name, value)
    return Terms(seed, __version__, str(level), missing(level))


def _crew(
    options: argparse.Namespace,
    course: "Course",
    terms: "Terms",
    submissions: "list[Submission]",
) -> "Crew":
    """Return who grades."""
    from coursekit.grading.bulk.crew import Processes
    from coursekit.grading.bulk.desk import Order

    order = Order(installed_course, terms)
    if options.scheduler:
        from coursekit.grading.bulk.cluster import Cluster

        return Cluster(order, course, options.scheduler)
    asked = {one.exercise for one in submissions} & set(course)
    of_torch = any(task.torch for name in asked for task in course[name].tasks)
    workers = options.workers or _cores()
    return Processes(order, course, workers, _load_torch if of_torch else None)


def _load_torch() -> None:
    """Load torch, which takes seconds and 200 MB, once for all processes."""
    import torch  # noqa: F401


def _cores() -> int:
    """Return how many cores this process may use, not how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
