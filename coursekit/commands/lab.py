"""``coursekit lab``: a study folder, opened in JupyterLab."""

import argparse
from collections.abc import Sequence

from coursekit.commands.base import (
    BROKEN,
    DONE,
    MISUSED,
    add_command,
    add_folder,
    complain,
)

EXAMPLES = """\
examples:
  coursekit lab
  coursekit lab "My course" --port 9000
  coursekit lab study --no-browser --ServerApp.token=secret

Running it again later brings the lessons up to date and leaves alone what you wrote.
"""
#: JupyterLab's options that take no value, as far as learners use them.
FLAGS = {"--no-browser", "--allow-root", "--debug", "--expose-app-in-browser", "-y"}


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, lab, EXAMPLES)
    command.usage = "coursekit lab [-h] [FOLDER] [JUPYTERLAB OPTION ...]"
    add_folder(command, "the study folder; made if it is not there (default: study)")
    command.add_argument(
        "jupyter",
        nargs="*",
        metavar="JUPYTERLAB OPTION",
        help="any option of JupyterLab's own, after the folder; "
        "'python -m jupyterlab --help' lists them",
    )


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
