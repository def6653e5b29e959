"""Study, grade and build the course from the command line."""

import argparse
import sys
from collections.abc import Sequence

from coursekit import __version__
from coursekit.commands import (
    agenda,
    board,
    book,
    build,
    check,
    doctor,
    export,
    grade,
    guide,
    lab,
    merge,
    override,
    release,
    report,
)
from coursekit.commands.base import INTERRUPTED, MISUSED, exit_codes

EXAMPLES = """\
examples:
  coursekit lab                     open the course, in the folder 'study'
  coursekit lab ~/norms             the same in a folder of your own
  coursekit lab --no-browser        print the address instead of opening a browser
  coursekit doctor                  check this computer before the first lesson
  coursekit html book               the course as pages, for where there is no Jupyter
  coursekit check 07.ipynb          what 'check' says, without a notebook
  coursekit grade SUBMISSIONS --out RESULTS
                                    for instructors: a whole class, behind walls
  coursekit board                   for instructors: a class, live
  coursekit build --check           for authors: are the notebooks up to date?

'coursekit COMMAND --help' says more about one command.
"""
#: When a command ends with 1.
SOME = "as build and override say"
#: What adds each command, in the order of the help.
COMMANDS = (
    lab.add,
    agenda.add,
    guide.add,
    book.add,
    release.add,
    board.add,
    check.add,
    grade.add,
    merge.add,
    report.add,
    export.add,
    override.add,
    build.add,
    doctor.add,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="coursekit",
        description=__doc__,
        epilog=f"{EXAMPLES}\n{exit_codes(SOME)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"coursekit {__version__}"
    main_parser.add_argument("--version", action="version", version=version)
    commands = main_parser.add_subparsers(metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    return main_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Parse ``argv``, run one command and return its exit code."""
    ours, theirs = lab.split(sys.argv[1:] if argv is None else argv)
    main_parser = parser()
    options = main_parser.parse_args(ours)
    if not hasattr(options, "run"):
        main_parser.print_help()
        return MISUSED
    if theirs:
        options.jupyter = theirs
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
