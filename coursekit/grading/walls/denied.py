"""What was refused to learner code: as an error, and as a note that outlives it."""

import errno
import mmap
from typing import NamedTuple

_SIZE = 4096


class Denied(PermissionError):
    """The walls refused what was tried; the text names it."""

    def __init__(self, text: str) -> None:
        super().__init__(errno.EPERM, text)

    def __str__(self) -> str:
        return self.strerror


class Refusal(NamedTuple):
    """What was tried ("open '/etc/passwd'"), and what to do about it.

    ``counts`` is false for what is refused, but is no reason to grade an answer as an
    attack: a look around that found nothing.
    """

    tried: str
    advice: str
    counts: bool = True

    def __str__(self) -> str:
        return f"Your code tried to {self.tried}. {self.advice}"


class Note:
    """One text, shared by a process with all that it forks; the first written stays."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _SIZE)

    def clear(self) -> None:
        """Forget the text."""
        self._page[:] = bytes(_SIZE)

    def write(self, text: str) -> None:
        """Write the text, unless there is one."""
        if not self._page[0]:
            line = text.encode("utf-8", "backslashreplace")[:_SIZE]
            self._page[: len(line)] = line

    def read(self) -> str:
        """Return the text, '' if there is none."""
        return self._page[:].partition(b"\0")[0].decode("utf-8", "replace")
