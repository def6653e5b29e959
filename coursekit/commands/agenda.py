"""``coursekit agenda``: a timetable for a workshop."""

import argparse
from datetime import time
from textwrap import fill

from coursekit.classroom import heart
from coursekit.commands.base import BROKEN, MISUSED, add_command, complain
from coursekit.commands.lessons import add_lessons, chosen
from coursekit.commands.printed import add_format, put

RULE = fill(f"{heart.CHOICE} {heart.PRACTICE}", 88)
EXAMPLES = f"""\
examples:
  coursekit agenda --minutes 180                   the heart of the course
  coursekit agenda --minutes 90 --lessons 07       one lesson with much practice
  coursekit agenda --minutes 180 --format html --out agenda.html

{RULE}
Breaks come at least every hour. The end says what to leave out when time runs short.
"""
FORMATS = ("text", "markdown", "html")


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, agenda, EXAMPLES)
    command.add_argument(
        "--minutes",
        type=int,
        required=True,
        metavar="N",
        help="how long the workshop is, breaks included",
    )
    add_lessons(command, "all of them are planned (default: as many as fit; see below)")
    command.add_argument(
        "--start",
        type=clock,
        default=time(9),
        metavar="HH:MM",
        help="when it begins (default: 09:00)",
    )
    add_format(command, FORMATS)


def clock(text: str) -> time:
    """Return a time of day.

    Examples
    --------
    >>> clock("9:30")
    datetime.time(9, 30)
    """
    hours, _, minutes = text.partition(":")
    try:
        return time(int(hours), int(minutes or 0))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time of day; write it as 09:00"
        ) from None


def agenda(options: argparse.Namespace) -> int:
    """Plan a workshop: a timetable with breaks, and what to cut first."""
    from coursekit.autograders import all_questions, all_tasks
    from coursekit.classroom import timetable
    from coursekit.classroom.agenda import AgendaError, plan
    from coursekit.classroom.lessons import LessonError, read_lesson
    from coursekit.study.folder import CourseMissingError, course_folder

    try:
        paths = chosen(course_folder() / "notebooks", options.lessons)
        lessons = [read_lesson(path) for path in paths]
        made = plan(
            lessons,
            tuple(all_tasks().values()),
            tuple(all_questions().values()),
            options.minutes,
            all_of_them=bool(options.lessons),
        )
    except (CourseMissingError, LessonError) as error:
        return complain("agenda", error, BROKEN)
    except (AgendaError, LookupError) as error:
        return complain("agenda", error.args[0], MISUSED)
    write = {
        "text": timetable.as_text,
        "markdown": timetable.as_markdown,
        "html": timetable.as_page,
    }[options.format]
    return put("agenda", write(made, options.start), options.out)
