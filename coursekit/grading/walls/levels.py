"""The levels of isolation, best first, and what each of them cannot do."""

from enum import StrEnum


class Level(StrEnum):
    """The walls around a submission, best first."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    PROCESS = "process"


_MISSING = {
    Level.NAMESPACES: "nothing known",
    Level.LANDLOCK: (
        "names and sizes of files outside can be seen, though not what is in them; "
        "the scratch folder is limited by file, not in all"
    ),
    Level.PROCESS: (
        "no wall in the kernel: only Python itself refuses files, sockets and "
        "processes, and native code gets past it"
    ),
}


def missing(level: Level) -> str:
    """Return one line that says what the walls of ``level`` cannot do.

    Examples
    --------
    >>> missing(Level.NAMESPACES)
    'nothing known'
    """
    return _MISSING[level]
