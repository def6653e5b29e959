"""Study, build and check the course from the command line."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from coursekit import __version__

DONE, DIFFERS, MISUSED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = (
    "exit codes: 0 done, 1 a --check found a difference, 2 used wrongly, 3 broken"
)
EXAMPLES = """\
examples:
  coursekit lab                     open the course, in the folder 'study'
  coursekit lab ~/norms             the same in a folder of your own
  coursekit lab --no-browser        print the address instead of opening a browser
  coursekit doctor                  check this computer before the first lesson
  coursekit build --check           for authors: are the notebooks up to date?

'coursekit COMMAND --help' says more about one command.
"""
LAB_EXAMPLES = """\
examples:
  coursekit lab
  coursekit lab "My course" --port 9000
  coursekit lab study --no-browser --ServerApp.token=secret

Running it again later brings the lessons up to date and leaves alone what you wrote.
"""
BUILD_EXAMPLES = """\
examples:
  coursekit build                   whatever is out of date
  coursekit build 07_layer_norm     one lesson with its exercise and solution
  coursekit build --check           change nothing; exit with 1 if anything is stale
"""
DOCTOR_EXAMPLES = """\
examples:
  coursekit doctor
  coursekit doctor ~/norms          look at this study folder too
"""
#: JupyterLab's options that take no value, as far as learners use them.
FLAGS = {"--no-browser", "--allow-root", "--debug", "--expose-app-in-browser", "-y"}


def lab(options: argparse.Namespace) -> int:
    """Lay out a study folder (or refresh it) and open the course in JupyterLab."""
    from coursekit.study import folder, jupyter

    if astray := misplaced(options.jupyter):
        return complain(
            "lab",
            f"{astray!r} is neither the folder nor an option of JupyterLab. The folder "
            "comes first, then options: coursekit lab FOLDER --no-browser.",
            MISUSED,
        )
    try:
        report = folder.refresh(options.folder)
    except folder.FolderError as error:
        return complain("lab", error, MISUSED)
    except folder.CourseMissingError as error:
        return complain("lab", error, BROKEN)
    print(*report.lines(), sep="\n", flush=True)
    if code := jupyter.open_lab(options.folder, options.jupyter):
        return complain(
            "lab",
            f"JupyterLab ended with exit code {code} instead of 0. Its last lines say "
            "why; 'coursekit doctor' checks the installation.",
            BROKEN,
        )
    return DONE


def build(options: argparse.Namespace) -> int:
    """Build lessons, solutions and exercises from their sources."""
    from coursekit.authoring.build import BuildError, build_course

    try:
        changed = build_course(options.names, check=options.check)
    except BuildError as error:
        return complain("build", error, BROKEN)
    for path in changed:
        print(f"{'stale' if options.check else 'built'}: {path}")
    return DIFFERS if options.check and changed else DONE


def doctor(options: argparse.Namespace) -> int:
    """Check this computer and say what to do about each finding."""
    from coursekit.study.doctor import examine

    findings = examine(options.folder)
    print(*findings, sep="\n")
    return BROKEN if any(finding.blocks for finding in findings) else DONE


def complain(command: str, message: object, code: int) -> int:
    """Print ``message`` on standard error and return ``code``."""
    print(f"coursekit {command}: {message}", file=sys.stderr)
    return code


def misplaced(options: Sequence[str]) -> str | None:
    """Return the first word in JupyterLab's options that is the value of none.

    >>> misplaced(["--no-browser", "study"])
    'study'
    >>> misplaced(["--port", "9000"])
    """
    for before, word in zip(["", *options], options, strict=False):
        takes_value = before.startswith("-") and "=" not in before
        if not word.startswith("-") and (before in FLAGS or not takes_value):
            return word
    return None


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="coursekit",
        description=__doc__,
        epilog=f"{EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"coursekit {__version__}"
    main_parser.add_argument("--version", action="version", version=version)
    commands = main_parser.add_subparsers(metavar="COMMAND")

    command = add_command(commands, lab, LAB_EXAMPLES)
    command.usage = "coursekit lab [-h] [FOLDER] [JUPYTERLAB OPTION ...]"
    add_folder(command, "the study folder; made if it is not there (default: study)")
    command.add_argument(
        "jupyter",
        nargs="*",
        metavar="JUPYTERLAB OPTION",
        help="any option of JupyterLab's own, after the folder; "
        "'python -m jupyterlab --help' lists them",
    )

    command = add_command(commands, build, BUILD_EXAMPLES)
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

    command = add_command(commands, doctor, DOCTOR_EXAMPLES)
    add_folder(command, "the study folder to look at (default: study)")
    return main_parser


def add_command(
    commands: argparse._SubParsersAction,
    run: Callable[[argparse.Namespace], int],
    examples: str,
) -> argparse.ArgumentParser:
    """Add the command that ``run`` carries out, described by its docstring."""
    command = commands.add_parser(
        run.__name__,
        help=run.__doc__,
        description=run.__doc__,
        epilog=f"{examples}\n{EXIT_CODES}",
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


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split off what ``coursekit lab`` hands on: all from the first option of another.

    argparse cannot: it would take the value of ``--port 9000`` for the folder.

    >>> split(["lab", "study", "--port", "9000"])
    (['lab', 'study'], ['--port', '9000'])
    >>> split(["lab", "--", "--no-browser"])
    (['lab'], ['--no-browser'])
    """
    ours, theirs = list(arguments), []
    if ours[:1] == ["lab"]:
        options = (
            place
            for place, word in enumerate(ours)
            if word.startswith("-") and word not in {"-h", "--help"}
        )
        cut = next(options, len(ours))
        ours, theirs = ours[:cut], ours[cut:]
    return ours, theirs[1:] if theirs[:1] == ["--"] else theirs


def main(argv: Sequence[str] | None = None) -> int:
    """Parse ``argv``, run one command and return its exit code."""
    ours, theirs = split(sys.argv[1:] if argv is None else argv)
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
