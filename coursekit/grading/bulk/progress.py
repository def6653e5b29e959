"""Say how far a run is: a bar on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Self, TextIO

from tqdm import tqdm

#: Seconds between two lines where there is no terminal.
PAUSE = 10.0


class Progress:
    """Counts what is done and shows it on a stream; a context manager.

    Parameters
    ----------
    total : int
        How much there is to do.
    stream : text stream
        Where to show it: standard error.
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream, self.done = total, stream, 0
        self._began = self._said = time.monotonic()
        self._bar = None
        if total and stream.isatty():
            self._bar = tqdm(total=total, file=stream, unit=" graded", smoothing=0.1)

    def advance(self, count: int = 1) -> None:
        """Count, and show it if it is time."""
        self.done += count
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() - self._said >= PAUSE:
            self._said = time.monotonic()
            print(self.line(), file=self.stream, flush=True)

    def line(self) -> str:
        """Return one line: how many, how fast, how long it may still take."""
        passed = max(time.monotonic() - self._began, 1e-9)
        rate = self.done / passed
        told = f"{self.done} of {self.total} graded, {rate:.3g} a second"
        if 0 < self.done < self.total:
            told += f", about {in_words((self.total - self.done) / rate)} left"
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def in_words(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> in_words(8.4), in_words(200), in_words(9000)
    ('8 s', '3 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
