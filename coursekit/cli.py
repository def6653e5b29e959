"""Study, build and check the course from the command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

DONE, DIFFERS, MISUSED, BROKEN = 0, 1, 2, 3


def lab(options: argparse.Namespace) -> int:
    """Lay out a study folder (or refresh it) and open the course in JupyterLab."""
    from coursekit.study import folder, jupyter

    report = folder.refresh(options.folder)
    for line in report.lines():
        print(line)
    return jupyter.open_lab(options.folder, options.jupyter)


def build(options: argparse.Namespace) -> int:
    """Build lessons, solutions and exercises from their sources."""
    from coursekit.authoring.build import BuildError, build_course

    try:
        changed = build_course(options.names, check=options.check)
    except BuildError as error:
        print(f"coursekit build: {error}", file=sys.stderr)
        return BROKEN
    for path in changed:
        print(f"{'stale' if options.check else 'built'}: {path}")
    return DIFFERS if options.check and changed else DONE


def doctor(options: argparse.Namespace) -> int:
    """Check this computer and say what to do about each finding."""
    from coursekit.study.doctor import examine

    findings = examine(options.folder)
    for finding in findings:
        print(finding)
    return BROKEN if any(finding.blocks for finding in findings) else DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    main_parser = argparse.ArgumentParser(prog="coursekit", description=__doc__)
    commands = main_parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("lab", help=lab.__doc__)
    command.add_argument("folder", type=Path, nargs="?", default=Path("study"))
    command.set_defaults(run=lab)

    command = commands.add_parser("build", help=build.__doc__)
    command.add_argument("names", nargs="*", metavar="NAME")
    command.add_argument("--check", action="store_true")
    command.set_defaults(run=build)

    command = commands.add_parser("doctor", help=doctor.__doc__)
    command.add_argument("folder", type=Path, nargs="?", default=Path("study"))
    command.set_defaults(run=doctor)
    return main_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Parse ``argv`` and run one command."""
    options = parser().parse_args(argv)
    return options.run(options)
