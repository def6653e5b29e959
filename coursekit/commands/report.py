"""``coursekit report``: pages and tables for a class that has been graded."""

import argparse
from pathlib import Path

from coursekit.commands.base import (
    BROKEN,
    DONE,
    add_command,
    code_of,
    complain,
)

EXAMPLES = """\
examples:
  coursekit report results                      everything, from what grading recorded
  coursekit report results --only "Ada Lovelace"  one learner's pages, by name or id
  coursekit report results --late late.toml     with this rule for what came late

It writes into RESULTS: gradebook.csv and criteria.csv (for a spreadsheet), class.html,
class-projector.html (the same without names), and in feedback/ a page for each learner
and exercise, with index.html to find them. Pages are single files that ask for nothing
from the network. Running it again writes the same bytes until the records change, and
removes the pages of those whose records count no more.
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, report, EXAMPLES)
    command.add_argument(
        "results",
        type=Path,
        metavar="RESULTS",
        help="the folder that 'coursekit grade' wrote",
    )
    command.add_argument(
        "--late", type=Path, metavar="FILE", help="the rule for what came late"
    )
    command.add_argument(
        "--only", default="", metavar="LEARNER", help="one learner, by name or id"
    )


def report(options: argparse.Namespace) -> int:
    """Write feedback for each learner, the class page and the gradebook."""
    from tqdm import tqdm

    from coursekit.grading.records.errors import RecordsError
    from coursekit.grading.records.store import Records
    from coursekit.grading.reports.lines import unread_lines
    from coursekit.grading.reports.writing import write_reports

    folder = options.results
    try:
        with Records.open(folder) as records:
            settled = records.each_settled(options.late)
            bar = tqdm(settled, desc="report", unit="notebook", delay=2, disable=None)
            written = write_reports(bar, folder, _course(), only=options.only)
    except RecordsError as error:
        return complain("report", error, code_of(error))
    except OSError as error:
        return complain("report", _not_written(error), BROKEN)
    learners = "1 learner" if written.learners == 1 else f"{written.learners} learners"
    print(f"{folder / 'feedback'}: {written.pages} pages for {learners}")
    print(*(folder / name for name in written.files), sep="\n")
    for line in unread_lines(written.unread):
        print(line)
    if written.removed:
        complain("report", written.removed, DONE)
    return DONE


def _not_written(error: OSError) -> str:
    """Say which file could not be written, and what usually helps."""
    place = error.filename2 or error.filename or "a file"
    return (
        f"{place} could not be written ({error.strerror or error}). Every file that is "
        "there is whole. If it is open in another program, close it there; else make "
        "sure that the folder can be written to and has room. Then run this again."
    )


def _course() -> object:
    """Gather what the reports say beside the records."""
    from coursekit.autograders import all_questions, all_tasks
    from coursekit.grading.reports.course import Course
    from coursekit.study.worked import worked_answer

    tasks = all_tasks()
    worked = {name: worked_answer(task) for name, task in tasks.items()}
    return Course(
        tasks,
        all_questions(),
        _lessons(),
        {name: answer.code for name, answer in worked.items() if answer},
    )


def _lessons() -> dict[str, str]:
    """Return the title of each lesson, by name, from the notebooks at hand."""
    import json
    import re

    from coursekit.study.folder import CourseMissingError, course_folder

    titles = {}
    try:
        folder = course_folder() / "notebooks"
    except CourseMissingError:
        return titles
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        text = "".join(notebook["cells"][0]["source"])
        found = re.search(r"^# (?:\d+\W+)?(.+)$", text, re.M)
        if found:
            titles[path.stem] = found[1].strip()
    return titles
