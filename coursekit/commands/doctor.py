"""``coursekit doctor``: what is right and wrong with this computer."""

import argparse

from coursekit.commands.base import BROKEN, DONE, add_command, add_folder

EXAMPLES = """\
examples:
  coursekit doctor
  coursekit doctor ~/norms          look at this study folder too
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = add_command(commands, doctor, EXAMPLES)
    add_folder(command, "the study folder to look at (default: study)")


def doctor(options: argparse.Namespace) -> int:
    """Check this computer and say what to do about each finding."""
    from coursekit.study.doctor import examine

    findings = examine(options.folder)
    print(*findings, sep="\n")
    return BROKEN if any(finding.blocks for finding in findings) else DONE
