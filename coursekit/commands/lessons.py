"""What commands share that take some of the lessons."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def add_lessons(command: argparse.ArgumentParser, words: str) -> None:
    """Add the option --lessons."""
    command.add_argument(
        "--lessons",
        nargs="+",
        default=[],
        metavar="LESSON",
        help=f"numbers or names, such as 00 07_layer_norm; {words}",
    )


def chosen(folder: Path, asked: Sequence[str]) -> list[Path]:
    """Return the notebooks in ``folder`` that ``asked`` means, in order; none: all.

    Raises
    ------
    LookupError
        If there is no such lesson; the message lists those there are.
    """
    there = sorted(folder.glob("*.ipynb"))
    found: set[Path] = set()
    for word in asked:
        meant = [p for p in there if word in (p.stem, p.stem.partition("_")[0])]
        if not meant:
            raise LookupError(
                f"there is no lesson {word!r}. Give numbers or names of these: "
                f"{', '.join(path.stem for path in there)}."
            )
        found |= {*meant}
    return sorted(found) if asked else there
