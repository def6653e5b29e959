"""``coursekit build``: notebooks from their sources, for authors."""

import argparse

from coursekit.commands.base import (
    BROKEN,
    DIFFERS,
    DONE,
    MISUSED,
    add_command,
    complain,
)

EXAMPLES = """\
examples:
  coursekit build                   whatever is out of date
  coursekit build 07_layer_norm     one lesson with its exercise and solution
  coursekit build --check           change nothing; exit with 1 if anything is stale
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands, build, EXAMPLES, differs="--check found something stale"
    )
    command.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="what to build, such as 07_layer_norm (default: all that is stale)",
    )
    command.add_argument(
        "--check",
        action="store_true",
        help="write nothing, list what is stale, exit with 1 if anything is",
    )


def build(options: argparse.Namespace) -> int:
    """Build lessons, solutions and exercises from their sources."""
    from coursekit.authoring.build import BuildError, build_course

    try:
        changed = build_course(options.names, check=options.check)
    except BuildError as error:
        return complain("build", error, MISUSED if error.misused else BROKEN)
    for path in changed:
        print(f"{'stale' if options.check else 'built'}: {path}")
    return DIFFERS if options.check and changed else DONE
