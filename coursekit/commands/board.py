"""``coursekit board``: a workshop's live board, and learners' files merged into it."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.commands.base import BROKEN, DONE, MISUSED, add_command, complain
from coursekit.commands.lessons import add_lessons
from coursekit.numbered import find_named

if TYPE_CHECKING:
    from coursekit.classroom.board.columns import Columns
    from coursekit.classroom.board.room import Room

PORT, EVERYWHERE = 8765, "0.0.0.0"
EXAMPLES = """\
examples:
  coursekit board                          open it to your network, with a new room code
  coursekit board --lessons 05 06          columns for two lessons only
  coursekit board --host 192.168.1.20      where the address that is shown is not yours
  coursekit board --host 127.0.0.1         for this computer alone, to try it
  coursekit board --data monday.sqlite3    a file of your own for the class
  coursekit board --merge handed-in/ --data monday.sqlite3
                                           add what learners' files know; then end

Learners put join("http://…/CODE", "nickname") into a notebook, as the projector view
shows it. From then on the board hears how their checks end, never their code. The same
command the same day goes on with the same class and the same room code.

--merge takes what learners' computers keep of their checks: the file progress.sqlite3
in the folder .coursekit of a study folder, under any name; or folders with such files,
study folders too. File managers hide .coursekit. These lines, in any notebook of the
study folder, copy the file beside the notebook, from where it is sent to you:

  import shutil; from coursekit.study.store import store
  shutil.copy(store().file, "Ada Lovelace.sqlite3")

A completion record (completion.json) is not taken: it says how the best try ended, not
what was checked.
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, board, EXAMPLES)
    command.add_argument(
        "--host",
        default=EVERYWHERE,
        help="the address to listen at (default: every network of this computer)",
    )
    command.add_argument(
        "--port",
        type=int,
        default=PORT,
        help=f"default: {PORT}; 0 takes one that is free",
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="where the class is kept (default: board-DATE.sqlite3, in this folder)",
    )
    command.add_argument(
        "--room",
        default="",
        metavar="CODE",
        help="the room code: 4 to 16 letters and digits (default: by chance, or the "
        "file's)",
    )
    add_lessons(command, "columns for these only (default: all)")
    command.add_argument(
        "--merge",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="do not open the board: add what learners' progress files know; below it "
        "says which files these are, and how learners send them",
    )


def board(options: argparse.Namespace) -> int:
    """Show live how a class's checks end; or add learners' progress files to it."""
    from coursekit import wire
    from coursekit.classroom.board.database import BoardFileError, Database
    from coursekit.classroom.board.merge import ProgressError
    from coursekit.classroom.board.room import Room
    from coursekit.classroom.board.serving import PlaceError

    code = wire.tidy_code(options.room)
    if options.room and not wire.is_code(code):
        return complain(
            "board",
            f"{options.room!r} is no room code. It must be 4 to 16 letters (A to Z) "
            "and digits, so that strangers do not guess it. Give another, or none.",
            MISUSED,
        )
    path = options.data or Path(f"board-{date.today():%Y-%m-%d}.sqlite3")
    try:
        columns = _columns(options.lessons)
        with Database(path) as database:
            room = Room(database, columns, code=code)
            return _merge(room, options) if options.merge else _serve(room, options)
    except (LookupError, PlaceError, ProgressError) as error:
        return complain("board", error, MISUSED)
    except BoardFileError as error:
        return complain("board", error, BROKEN)


def _serve(room: "Room", options: argparse.Namespace) -> int:
    from coursekit.classroom.board.serving import listen, serve

    sockets = listen(options.host, options.port)
    serve(room, sockets, options.host, lambda text: print(text, flush=True))
    count = len(room.state.learners)
    print(f"\nThe board is closed. Learners in {room.database.path}: {count}.")
    return DONE


def _merge(room: "Room", options: argparse.Namespace) -> int:
    from coursekit.classroom.board.merge import ProgressError, merge, progress_files

    failed = read = 0
    for path in list(progress_files(options.merge)):
        try:
            merged = merge(room, path)
        except ProgressError as error:
            failed = complain("board", error, MISUSED)
            continue
        read += 1
        print(f"{merged.name}: checks {merged.checks}, of them new {merged.new}")
    path = room.database.path
    if read:
        what = "The others are" if failed else "All of it is"
        print(f"{what} in {path}: 'coursekit board --data {path}' shows it.")
    return failed or DONE


def _columns(lessons: list[str]) -> "Columns":
    """Return the columns of the lessons that were asked for; of none: of all.

    Raises
    ------
    LookupError
        If there is no such lesson.
    """
    from coursekit.autograders import all_questions, all_tasks
    from coursekit.classroom.board.columns import Column, Columns
    from coursekit.grading.question import judge_short

    found = [
        Column(
            question.name,
            question.exercise,
            question.points,
            frozenset(
                mistake.name
                for wrong in question.wrong
                for mistake in judge_short(question, wrong).mistakes
            ),
            short=True,
        )
        for question in all_questions().values()
    ]
    found += [
        Column(
            task.name,
            task.exercise,
            task.points,
            frozenset(mistake.name for mistake in task.mistakes),
        )
        for task in all_tasks().values()
    ]
    found.sort(key=lambda column: column.exercise)
    there = {column.exercise for column in found}
    asked = {find_named(word, there, "lesson") for word in lessons}
    return Columns(one for one in found if not asked or one.exercise in asked)
