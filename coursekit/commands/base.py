"""What every command shares: exit codes, complaints, and how a command is added."""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.records.errors import RecordsError

DONE, DIFFERS, MISUSED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130

#: The walls around learners' code, best first; what they are is in `grading.isolation`.
LEVELS = ("namespaces", "landlock", "process")


def exit_codes(differs: str = "") -> str:
    """Return the codes a command can end with; ``differs`` says when it is 1.

    Examples
    --------
    >>> exit_codes()
    'exit codes: 0 done, 2 used wrongly, 3 broken, 130 stopped with Ctrl-C'
    """
    one = f", {DIFFERS} {differs}" if differs else ""
    return (
        f"exit codes: {DONE} done{one}, {MISUSED} used wrongly, {BROKEN} broken, "
        f"{INTERRUPTED} stopped with Ctrl-C"
    )


def add_command(
    commands: argparse._SubParsersAction,
    run: Callable[[argparse.Namespace], int],
    examples: str,
    *,
    differs: str = "",
) -> argparse.ArgumentParser:
    """Add the command that ``run`` carries out, described by its docstring.

    ``differs`` says when it ends with 1, if it can.
    """
    command = commands.add_parser(
        run.__name__,
        help=run.__doc__,
        description=run.__doc__,
        epilog=f"{examples}\n{exit_codes(differs)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def add_folder(command: argparse.ArgumentParser, words: str) -> None:
    """Add the argument FOLDER."""
    command.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("study"),
        metavar="FOLDER",
        help=words,
    )


def code_of(error: "RecordsError") -> int:
    """Return 3 where a disk or a file is to blame, 2 where what was asked for is."""
    return BROKEN if error.broken else MISUSED


def complain(command: str, message: object, code: int) -> int:
    """Print ``message`` on standard error and return ``code``."""
    print(f"coursekit {command}: {message}", file=sys.stderr)
    return code


def in_plain_words(error: Exception) -> str:
    """Return a message without the name of the function that raised it.

    Examples
    --------
    >>> in_plain_words(ValueError("find_submissions: it is not there. Check the name."))
    'it is not there. Check the name.'
    """
    return re.sub(r"^[a-z_]+: ", "", str(error))


def unreadable(error: OSError) -> str:
    """Say which file could not be read, why, and what to do."""
    why = (error.strerror or str(error)).lower()
    return (
        f"{error.filename or 'a file'} could not be read ({why}). It must be a file "
        "that you may read. Check its name."
    )


def add_out(command: argparse.ArgumentParser) -> None:
    """Add the option --out RESULTS."""
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="RESULTS",
        help="the folder for the records; made if it is not there",
    )


def add_isolation(command: argparse.ArgumentParser, default: str) -> None:
    """Add the option --require-isolation LEVEL."""
    command.add_argument(
        "--require-isolation",
        choices=LEVELS,
        default=default,
        metavar="LEVEL",
        help="the least walls around what learners wrote: namespaces, landlock or "
        f"process; the best that this computer has are used (default: {default})",
    )
