"""The levels of isolation, best first, and what each of them cannot do."""

from enum import StrEnum


class Level(StrEnum):
    """The walls around a submission, best first."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    PROCESS = "process"


_MISSING = {
    Level.NAMESPACES: "the kernel itself is trusted, and processor time is shared",
    Level.LANDLOCK: (
        "names and sizes of other files can be seen, not what is in them; the scratch "
        "folder has a limit for each file, not for all together"
    ),
    Level.PROCESS: (
        "no wall in the kernel: Python alone refuses files, network and processes, "
        "and code that sets out to get past it can"
    ),
}


def missing(level: Level) -> str:
    """Return one line that says what the walls of ``level`` cannot do.

    Examples
    --------
    >>> missing(Level.NAMESPACES)
    'the kernel itself is trusted, and processor time is shared'
    """
    return _MISSING[level]
