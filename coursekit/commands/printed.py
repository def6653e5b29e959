"""What commands share that write one text: in which format, and where."""

import argparse
import sys
from pathlib import Path

from coursekit.commands.base import DONE, MISUSED, complain


def add_format(command: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """Add the options --format and --out."""
    command.add_argument(
        "--format",
        choices=formats,
        default=formats[0],
        help=f"what to write (default: {formats[0]})",
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it (default: here)"
    )


def put(command: str, text: str, out: Path | None) -> int:
    """Print ``text``, or write it to a file and say so."""
    if out is None:
        sys.stdout.write(text)
        return DONE
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        message = f"{out} cannot be written ({why}). Give a place you can write to."
        return complain(command, message, MISUSED)
    print(f"written: {out}")
    return DONE
