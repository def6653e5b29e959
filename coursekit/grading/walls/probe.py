"""Tell whether the walls of a level hold here, by building them and trying each.

Runs in a process of its own, which is spoilt by it; see `coursekit.grading.isolation`.
"""

import errno
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.walls.levels import Level
from coursekit.grading.walls.walls import Walls


@dataclass(frozen=True)
class _Limits:
    load_seconds: float = 5.0
    cpu_seconds: float = 5.0
    memory: int = 1 << 28
    scratch: int = 1 << 20


def refused(attempt: Callable[[], object], what: str, *numbers: int) -> None:
    """Do what a wall should stop.

    Raises
    ------
    OSError
        When it was not stopped, or not in the way expected: with one of ``numbers``.
    """
    try:
        attempt()
    except OSError as error:
        if error.errno in numbers:
            return
        raise
    raise OSError(errno.EPERM, f"{what} was still possible")


def _attempts(secret: Path) -> Iterator[tuple[Callable[[], object], str]]:
    """Return what the walls must stop with an error, and the words for it."""
    yield secret.read_bytes, "reading a file of this computer"
    yield lambda: secret.with_name("written").write_bytes(b""), "writing a file"
    yield socket.socket, "making a socket"


def _try_inside(walls: Walls, secret: Path, answers: int) -> None:
    """Close the kernel's walls around this process and run against each."""
    try:
        walls.close_kernel_in(keep=[answers])
        (walls.scratch / "file").write_bytes(b"still possible")
        for attempt, what in _attempts(secret):
            refused(attempt, what, errno.EPERM, errno.EACCES, errno.ENOENT)
    except OSError as error:
        os.write(answers, (error.strerror or str(error)).encode())
    os.fork()  # the end of this process, if the last wall holds
    os.write(answers, b"starting a process was still possible")


def found_wrong(level: Level, secret: Path) -> str:
    """Return what is wrong with the walls of ``level`` here, '' when they hold.

    ``secret`` is a file that is there and that the walls are to hide.
    """
    try:
        walls = Walls.build(level, _Limits())
    except OSError as error:
        return error.strerror or str(error)
    reading, writing = os.pipe()
    walls.before_fork()
    child = os.fork()
    if child == 0:
        try:
            _try_inside(walls, secret, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answers:
        wrong = answers.read()
    end = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    walls.after_child()
    walls.close()
    if not wrong and end != -signal.SIGSYS:
        wrong = f"the walls broke their process (status {end})"
    return wrong


def main(level: str, secret: str) -> None:
    """Print what is wrong with the walls of a level, or ok, and end the process."""
    wrong = found_wrong(Level(level), Path(secret))
    sys.stdout.write(f"{wrong or 'ok'}\n")
    sys.exit(1 if wrong else 0)
