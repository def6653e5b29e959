"""What commands share that take some of the lessons."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from coursekit.numbered import find_named


def add_lessons(command: argparse.ArgumentParser, words: str) -> None:
    """Add the option --lessons."""
    command.add_argument(
        "--lessons",
        nargs="+",
        default=[],
        metavar="LESSON",
        help=f"numbers or names, such as 7 or 07_layer_norm; {words}",
    )


def chosen(folder: Path, asked: Sequence[str]) -> list[Path]:
    """Return the notebooks in ``folder`` that ``asked`` means, in order; none: all.

    Raises
    ------
    LookupError
        If there is no such lesson; the message lists those there are.
    """
    there = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    found = {there[find_named(word, there, "lesson")] for word in asked}
    return sorted(found) if asked else [*there.values()]
