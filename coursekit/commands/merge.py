"""``coursekit merge``: the results of several runs in one folder."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from coursekit.commands.base import (
    DONE,
    add_command,
    add_out,
    code_of,
    complain,
)

EXAMPLES = """\
examples:
  coursekit merge part1 part2 part3 --out results

RESULTS are folders that 'coursekit grade' wrote; they are only read. Where two hold the
same submission, the later one counts.
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, merge, EXAMPLES)
    command.add_argument("results", type=Path, nargs="+", metavar="RESULTS")
    add_out(command)


def merge(options: argparse.Namespace) -> int:
    """Bring the results of several runs together."""
    from coursekit.grading.records import merge as records
    from coursekit.grading.records.errors import RecordsError

    try:
        conflicts = records.merge(options.out, options.results)
    except RecordsError as error:
        return complain("merge", error, code_of(error))
    print(*_merged(options, conflicts), sep="\n")
    return DONE


def _merged(options: argparse.Namespace, conflicts: tuple) -> Iterator[str]:
    yield f"{len(options.results)} folders are now together in {options.out}."
    if conflicts:
        yield "To look at:"
        yield from (f"  {one}" for one in conflicts)
