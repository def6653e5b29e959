"""``coursekit guide``: what the course says to instructors."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.commands.base import BROKEN, MISUSED, add_command, code_of, complain
from coursekit.commands.lessons import add_lessons, chosen
from coursekit.commands.printed import add_format, put

if TYPE_CHECKING:
    from coursekit.classroom.guide import Counts

EXAMPLES = """\
examples:
  coursekit guide --lessons 07                 one lesson, to read here
  coursekit guide --format html --out guide.html
  coursekit guide --results autumn             mistakes as often as a class made them

It holds the answers to the short questions: it is not for learners.
"""
FORMATS = ("markdown", "html")


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, guide, EXAMPLES)
    add_lessons(command, "(default: all)")
    command.add_argument(
        "--mistakes",
        type=int,
        default=6,
        metavar="N",
        help="how many mistakes to show of each task (default: 6)",
    )
    command.add_argument(
        "--results",
        type=Path,
        metavar="RESULTS",
        help="order mistakes by how often a class made them: a folder that 'coursekit "
        "grade' wrote (default: those that are met most often come first)",
    )
    add_format(command, FORMATS)


def guide(options: argparse.Namespace) -> int:
    """Write the instructor's guide: notes, timing, mistakes, how to help."""
    from coursekit.autograders import all_questions, all_tasks
    from coursekit.classroom import guide as content
    from coursekit.classroom.lessons import LessonError, read_lesson
    from coursekit.grading.records.errors import RecordsError
    from coursekit.study.folder import CourseMissingError, course_folder

    try:
        counts = _counted(options.results) if options.results else {}
        folder: Path = course_folder() / "notebooks"
        lessons = [read_lesson(path) for path in chosen(folder, options.lessons)]
    except (CourseMissingError, LessonError) as error:
        return complain("guide", error, BROKEN)
    except LookupError as error:
        return complain("guide", error.args[0], MISUSED)
    except RecordsError as error:
        return complain("guide", error, code_of(error))
    made = content.chapters(lessons, all_tasks().values(), all_questions().values())
    write = content.as_page if options.format == "html" else content.as_markdown
    return put("guide", write(made, counts, max(options.mistakes, 0)), options.out)


def _counted(results: Path) -> "Counts":
    """Count the mistakes that a class made."""
    from coursekit.classroom.guide import frequencies
    from coursekit.grading.records.store import Records

    with Records.open(results) as records:
        return frequencies(records.each())
