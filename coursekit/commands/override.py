"""``coursekit override``: a human's points for one task, and a look at late rules."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.commands.base import (
    DIFFERS,
    DONE,
    MISUSED,
    add_command,
    code_of,
    complain,
)

if TYPE_CHECKING:
    from coursekit.grading.records.settled import Override
    from coursekit.grading.records.store import Records

EXAMPLES = """\
examples:
  coursekit override RESULTS --learner "Doe, Jane" --task layer_norm --points 4 \\
      --author "A. Turing" --reason "right, with the other convention"
  coursekit override RESULTS --list                  every decision, oldest first
  coursekit override RESULTS --late                  try the rules in RESULTS/late.toml
  coursekit override RESULTS --late other.toml       or those in another file

An override is never deleted and never replaced: a newer one counts instead. Grading
again keeps it. 'coursekit report RESULTS' brings the pages up to date.
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    differs = "--late found a name that no record has"
    command = add_command(commands, override, EXAMPLES, differs=differs)
    command.add_argument(
        "results",
        type=Path,
        metavar="RESULTS",
        help="the folder that was given to 'coursekit grade' as --out",
    )
    words = {
        "learner": "whose task: the name, or the id where names are not enough",
        "task": "which task or question",
        "points": "what it counts from now on",
        "author": "who decides",
        "reason": "why; the learner may read it",
    }
    for name, meaning in words.items():
        command.add_argument(f"--{name}", metavar=name.upper(), help=meaning)
    command.add_argument(
        "--exercise",
        default="",
        metavar="NN",
        help="the exercise or its number, where two have such a task",
    )
    command.add_argument(
        "--beyond",
        action="store_true",
        help="allow more points than the task is worth",
    )
    command.add_argument(
        "--list", action="store_true", help="show every override instead"
    )
    command.add_argument(
        "--late",
        nargs="?",
        const="",
        metavar="FILE",
        help="show instead what late rules do; exit with 1 if they name somebody or "
        "something that no record has (default: RESULTS/late.toml)",
    )


def override(options: argparse.Namespace) -> int:
    """Give a task other points by hand, with a reason; or list what was given."""
    from coursekit.grading.records.errors import RecordsError
    from coursekit.grading.records.store import Records

    needed = ("learner", "task", "points", "author", "reason")
    given = [name for name in needed if getattr(options, name) is not None]
    asked = [bool(given), options.list, options.late is not None]
    if sum(asked) != 1 or len(given) not in (0, len(needed)):
        missing = ", ".join(f"--{name}" for name in needed if name not in given)
        return complain(
            "override",
            "it is not clear what to do. It takes --learner, --task, --points, "
            "--author and --reason together, or --list, or --late. "
            + (f"Add {missing}." if given and missing else "Give one of the three."),
            MISUSED,
        )
    try:
        with Records.open(options.results) as records:
            if options.list:
                return _list(records.overrides())
            if options.late is not None:
                return _try_late(records, options.late)
            return _decide(records, options)
    except RecordsError as error:
        return complain("override", error, code_of(error))


def _decide(records: "Records", options: argparse.Namespace) -> int:
    try:
        points = float(options.points)
    except ValueError:
        return complain(
            "override",
            f"{options.points!r} is no number of points. It must be one such as 4 or "
            "2.5, with a point. Give another.",
            MISUSED,
        )
    decided = records.override(
        options.learner,
        options.task,
        points,
        author=options.author,
        reason=options.reason,
        exercise=options.exercise,
        beyond=options.beyond,
    )
    print(_line(decided))
    return DONE


def _list(overrides: "Iterable[Override]") -> int:
    lines = [_line(one) for one in overrides]
    print("\n".join(lines) if lines else "There is no override.")
    return DONE


def _line(override: "Override") -> str:
    from coursekit.grading.display import printable

    whose = f"{override.learner} ({override.learner_id})"
    parts = (
        override.at,
        whose if override.learner_id else override.learner,
        override.exercise,
        override.task,
        f"{override.points:g} points by {override.author}: {override.reason}",
        f"the verdict was {override.below}",
    )
    return " | ".join(printable(part, 500, 1) for part in parts)


def _try_late(records: "Records", file: str) -> int:
    from coursekit.grading.records.late_check import doubts, effects
    from coursekit.grading.records.late_file import EXAMPLE, FILE

    path = Path(file) if file else records.folder / FILE
    if not file and not path.exists():
        print(f"There is no {FILE} in the folder: nothing is late. An example:\n")
        print(EXAMPLE, end="")
        return DONE
    rules, settled = records.late_rules(path), records.settled(path)
    print(*effects(rules, settled), sep="\n")
    for doubt in (found := list(doubts(rules, settled))):
        complain("override", doubt, DIFFERS)
    return DIFFERS if found else DONE
