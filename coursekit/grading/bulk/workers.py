"""The warm workers of one process: one without torch, one with it, started late."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from coursekit.grading.isolation import Level
from coursekit.grading.worker.job import Job, Limits, Ran


class Runs(Protocol):
    """What runs a job: `Worker`, or a test's stand-in for it."""

    def run(self, job: Job) -> dict[str, Ran]:
        """Return what came of every answer of the job."""

    def close(self) -> None:
        """End it."""


Make = Callable[[bool, Level, Limits], Runs]


def walled(torch: bool, level: Level, limits: Limits) -> Runs:
    """Start a worker behind walls."""
    from coursekit.grading.worker.handle import Worker

    return Worker(torch=torch, level=level, limits=limits)


class Workers:
    """A worker for NumPy tasks and one for torch tasks, each started when needed.

    Parameters
    ----------
    level : Level
        The walls around what learners wrote.
    limits : Limits, optional
        What one submission may use.
    make : callable, optional
        Starts a worker; tests put another in its place.
    """

    def __init__(
        self, level: Level, limits: Limits | None = None, make: Make = walled
    ) -> None:
        self.level, self.limits, self.make = level, limits or Limits(), make
        self._started: dict[bool, Runs] = {}

    def run(self, job: Job, *, torch: bool) -> dict[str, Ran]:
        """Run a job; a worker that fails is replaced once.

        Raises
        ------
        Exception
            Whatever the second worker raises: the fault is ours, not the learner's.
        """
        try:
            return self._worker(torch).run(job)
        except Exception:
            self._end(torch)
        try:
            return self._worker(torch).run(job)
        except BaseException:
            self._end(torch)
            raise

    def _worker(self, torch: bool) -> Runs:
        if torch not in self._started:
            self._started[torch] = self.make(torch, self.level, self.limits)
        return self._started[torch]

    def _end(self, torch: bool) -> None:
        worker = self._started.pop(torch, None)
        if worker is not None:
            with suppress(Exception):
                worker.close()

    def close(self) -> None:
        """End both."""
        for torch in (False, True):
            self._end(torch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
