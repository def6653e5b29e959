"""Say where our own code failed, in one line that a report can quote."""

import traceback
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
#: Characters kept of what an exception says.
LONGEST = 300


def line_of(error: Exception) -> str:
    """Return the exception and the last line of ours that it went through.

    Examples
    --------
    >>> line_of(KeyError("gamma"))
    "KeyError: 'gamma'"
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(PACKAGE)]
    place = ""
    if ours:
        name = Path(ours[-1].filename).relative_to(PACKAGE.parent).as_posix()
        place = f" ({name}, line {ours[-1].lineno})"
    return f"{type(error).__name__}: {str(error)[:LONGEST]}{place}"
