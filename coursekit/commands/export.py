"""``coursekit export``: results for other systems, or what grades on them."""

import argparse
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from coursekit.commands.base import (
    BROKEN,
    DONE,
    MISUSED,
    add_command,
    code_of,
    complain,
    in_plain_words,
    unreadable,
)
from coursekit.numbered import find_named

EXAMPLES = """\
examples:
  coursekit export results --to csv
  coursekit export results --to gradescope --exercise 07
  coursekit export results --to canvas --template "2026-03-01 Grades.csv"
  coursekit export results --to moodle --exercise 07 --template worksheet.csv
  coursekit export results --to nbgrader --late late.toml
  coursekit export --harness gradescope --exercise 07 --out autograder
  coursekit export --harness github-classroom --out template-repository

RESULTS is what 'coursekit grade' wrote; files go to RESULTS/exports/FORMAT, where what
an earlier export left of learners whose records count no more is removed. A template
is the platform's own file, downloaded as CSV: a copy of it is filled in. A harness
grades on the platform itself. Where the grader failed there is no score, never a zero.
"""
FORMATS = ("gradescope", "github-classroom", "nbgrader", "canvas", "moodle", "junit")
HARNESSES = ("gradescope", "github-classroom")
TEMPLATES = ("canvas", "moodle")


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, export, EXAMPLES)
    command.add_argument(
        "results",
        type=Path,
        nargs="?",
        metavar="RESULTS",
        help="the folder that 'coursekit grade' wrote",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", choices=(*FORMATS, "csv"), help="the format")
    what.add_argument(
        "--harness", choices=HARNESSES, help="what grades on the platform itself"
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write instead"
    )
    command.add_argument(
        "--exercise", default="", metavar="NN", help="only this one, such as 07"
    )
    command.add_argument(
        "--learner", default="", metavar="L", help="only this one, by name or id"
    )
    command.add_argument(
        "--late", type=Path, metavar="FILE", help="the rule for what came late"
    )
    _add_template(command)


def _add_template(command: argparse.ArgumentParser) -> None:
    """Add what is about a platform's own file."""
    about = command.add_argument_group("filling in a file of Canvas or Moodle")
    about.add_argument(
        "--template",
        type=Path,
        metavar="WORKSHEET",
        help="the gradebook from Canvas, the offline grading worksheet from Moodle",
    )
    about.add_argument(
        "--column",
        default="",
        metavar="TITLE",
        help="Canvas: the column for --exercise, where it is called something else",
    )
    about.add_argument(
        "--new-columns",
        action="store_true",
        help="Canvas: add columns, of which it makes new assignments",
    )
    about.add_argument(
        "--scale",
        action="store_true",
        help="convert points where the platform's maximum is another",
    )


def export(options: argparse.Namespace) -> int:
    """Write results for another system to read, or what grades on that system."""
    from coursekit.grading.exports.files import ExportError
    from coursekit.grading.records.errors import RecordsError
    from coursekit.study.folder import CourseMissingError

    if problem := _misuse(options):
        return complain("export", problem, MISUSED)
    try:
        order = _harness(options) if options.harness else _to(options)
        written = _write(order.folder, order.files)
        notes = [*order.notes, *_leftovers(options, order, written)]
    except ValueError as error:
        return complain("export", in_plain_words(error), MISUSED)
    except RecordsError as error:
        return complain("export", error, code_of(error))
    except CourseMissingError as error:
        return complain("export", error, MISUSED)
    except ExportError as error:
        return complain("export", error, BROKEN)
    except OSError as error:
        return complain("export", unreadable(error), MISUSED)
    for note in notes:
        complain("export", note, DONE)
    return DONE


def _misuse(options: argparse.Namespace) -> str:
    """Say what does not go together, '' if all does."""
    if options.harness and options.out is None:
        return "--harness needs --out: the folder to write what grades there into."
    if options.harness and options.results:
        return "--harness reads no results: leave RESULTS away, or say --to instead."
    if options.to and options.results is None:
        return "RESULTS is missing: the folder that 'coursekit grade' wrote."
    if options.template and options.to not in TEMPLATES:
        return f"--template is for {' and '.join(TEMPLATES)}: leave it away."
    if (options.column or options.new_columns) and not (
        options.to == "canvas" and options.template
    ):
        return "--column and --new-columns are for --to canvas with --template."
    if options.scale and not options.template:
        return "--scale needs --template: only there is the platform's maximum known."
    if options.column and not options.exercise:
        return "--column needs --exercise: which exercise goes into that column?"
    return ""


Files = Iterable[tuple[str, str | bytes]]


class _Order(NamedTuple):
    """What to write where, what to say then, and whose folders to leave as they are."""

    folder: Path
    files: Files
    notes: Sequence[str]
    spared: Collection[str] = ()


def _harness(options: argparse.Namespace) -> _Order:
    from coursekit.grading.exports import harness
    from coursekit.study.folder import course_folder

    exercise = _known(options.exercise) if options.exercise else ""
    if options.harness == "gradescope":
        files = harness.gradescope(exercise, course_folder())
        return _Order(options.out, files, [harness.GRADESCOPE_NOTE])
    files = harness.github_classroom(exercise)
    return _Order(options.out, files, [harness.GITHUB_NOTE])


def _known(exercise: str) -> str:
    """Return the name of one of the course's exercises, given it or its number."""
    from coursekit.autograders import all_questions, all_tasks

    asked = [*all_tasks().values(), *all_questions().values()]
    try:
        return find_named(exercise, {one.exercise for one in asked}, "exercise")
    except LookupError as error:
        raise ValueError(f"export: {error}") from None


def _to(options: argparse.Namespace) -> _Order:
    from coursekit.grading.exports.chosen import choose, folder_of, one_each, who
    from coursekit.grading.records.store import Records

    with Records.open(options.results) as records:
        settled = records.settled(options.late)
    chosen = choose(settled, exercise=options.exercise, learner=options.learner)
    folder = options.out or options.results / "exports" / options.to
    if options.to == "csv":
        from coursekit.grading.exports import rows

        return _Order(folder, rows.files(chosen), [])
    each, notes = one_each(chosen)
    without = [one for one in each if one.total is None]
    notes += [f"{who(one)}: {note}" for one in each for note in one.notes]
    if without:
        notes.append(
            f"{len(without)} records have no score: the grader failed, so grade again"
        )
    if options.template:
        files, more = _filled(options, folder, each)
    else:
        files, more = _writer(options.to)(each), _warnings(options.to)
    # an export of a part may add to one of another part
    part = options.exercise or options.learner
    spared = {folder_of(one) for one in settled} if part else ()
    return _Order(folder, files, [*notes, *more], spared)


def _filled(
    options: argparse.Namespace, folder: Path, settled: Sequence[Any]
) -> tuple[Files, list[str]]:
    """Return a copy of the template with the scores in it."""
    from coursekit.grading.exports import canvas, moodle
    from coursekit.grading.exports.files import refuse_template
    from coursekit.grading.exports.worksheet import read_sheet

    refuse_template(options.template, folder / options.template.name)
    sheet = read_sheet(options.template)
    if options.to == "canvas":
        notes = canvas.fill(
            sheet,
            settled,
            column=options.column,
            new_columns=options.new_columns,
            scale=options.scale,
        )
    else:
        notes = moodle.fill(sheet, settled, scale=options.scale)
    return [(options.template.name, sheet.written())], [*sheet.notes, *notes]


def _writer(name: str) -> Callable[[Sequence[Any]], Files]:
    from importlib import import_module

    module = f"coursekit.grading.exports.{name.replace('-', '_')}"
    return import_module(module).files


def _warnings(name: str) -> list[str]:
    """Return what an instructor has to know before the files are used."""
    from coursekit.grading.exports import canvas, moodle, nbgrader

    said = {
        "canvas": canvas.NEW_FILE,
        "moodle": moodle.IMPORT_NOTE,
        "nbgrader": nbgrader.NOTE,
    }
    return [said[name]] if name in said else []


def _write(folder: Path, files: Files) -> list[Path]:
    """Write the files, with a bar where it takes long, and say where they are."""
    from tqdm import tqdm

    from coursekit.grading.exports.files import write

    written = write(folder, tqdm(files, desc="export", unit="file", delay=2))
    for path in written[:3]:
        print(path)
    if len(written) > 3:
        print(f"and {len(written) - 3} more files in {folder}")
    return written


def _leftovers(
    options: argparse.Namespace, order: _Order, written: Collection[Path]
) -> list[str]:
    """Remove what an earlier export left of learners; in --out only say that it is."""
    from coursekit.grading.exports.files import ExportError
    from coursekit.grading.reports.leftovers import leftovers, remove, told

    old = leftovers(order.folder, written, order.spared)
    if not old:
        return []
    if options.out:  # it may hold what was exported from other RESULTS
        return [
            f"{order.folder} also holds {told(old, order.folder)}, of another export. "
            "If they should not go along, delete them or choose an empty folder."
        ]
    try:
        return [remove(old, order.folder)]
    except OSError as error:
        raise ExportError(
            f"{error.filename}, of an earlier export, could not be removed "
            f"({error.strerror or error}). Nothing of these records stands behind it: "
            "delete it by hand before you pass the folder on."
        ) from None
