"""Who grades: processes of this computer, or whatever else an executor stands for."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from coursekit.grading.bulk.course import Course
from coursekit.grading.bulk.desk import (
    Order,
    RunError,
    grade_chunk,
    without_result,
)
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.records.graded import Graded

Chunk = Sequence[Handed]


class Crew:
    """An executor for chunks of submissions, and how many it takes at a time.

    Parameters
    ----------
    order : Order
        What to grade on.
    course : Course
        The exercises, as this process knows them.
    window : int
        How many chunks are handed out before a result is waited for.
    """

    def __init__(self, order: Order, course: Course, window: int) -> None:
        self.order, self.course, self.window = order, course, window
        self.editions = {name: one.edition for name, one in course.items()}
        self._waiting: dict[Future, Chunk] = {}
        self._executor: Executor | None = None

    def executor(self) -> Executor:
        """Return a new executor."""
        raise NotImplementedError

    def results(self, chunks: Iterable[Chunk]) -> Iterator[list[Graded]]:
        """Yield the records of each chunk as they come, in no order.

        A chunk that was in the hands of a process that died is graded again, alone;
        if that process dies too, its submissions have no score.

        Raises
        ------
        RunError
            If the run cannot go on.
        """
        for chunk in chunks:
            while len(self._waiting) >= self.window:
                yield from self._collected()
            self._hand_out(chunk)
        while self._waiting:
            yield from self._collected()

    def _hand_out(self, chunk: Chunk) -> None:
        if self._executor is None:
            self._executor = self.executor()
        try:
            future = self._executor.submit(
                grade_chunk, self.order, self.editions, chunk
            )
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self._waiting[future] = chunk

    def _collected(self) -> Iterator[list[Graded]]:
        """Wait for at least one chunk; yield what came of those that are done."""
        done, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
        lost: list[Chunk] = []
        for future in done:
            chunk = self._waiting.pop(future)
            try:
                yield future.result()
            except BrokenExecutor:
                lost.append(chunk)
            except RunError:
                raise
            except Exception as error:
                yield without_result(self.order, self.course, chunk, error)
        if lost:
            lost += self._waiting.values()  # they went down together
            self._waiting.clear()
            for chunk in lost:
                yield self._alone(chunk)

    def _alone(self, chunk: Chunk) -> list[Graded]:
        """Grade a chunk with nothing else in anybody's hands."""
        self.stop()
        self._hand_out(chunk)
        (future,) = self._waiting
        try:
            return future.result()
        except RunError:
            raise
        except Exception as error:
            self.stop()
            return without_result(self.order, self.course, chunk, error)
        finally:
            self._waiting.clear()

    def stop(self) -> None:
        """End everything at once; what was in hand is lost."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


class Processes(Crew):
    """Processes of this computer grade, each with workers of its own.

    Not threads: see `desk` for why one process judges one answer at a time.

    Parameters
    ----------
    workers : int
        How many.
    preload : callable, optional
        Loads what all of them need, once, where they can share it.
    """

    def __init__(
        self,
        order: Order,
        course: Course,
        workers: int,
        preload: Callable[[], object] = lambda: None,
    ) -> None:
        # two for each: one in hand, one ready, so that nobody waits for a file
        super().__init__(order, course, window=2 * workers)
        self.workers, self.preload = workers, preload
        self._lifeline: tuple[Connection, Connection] | None = None

    def executor(self) -> Executor:
        """Return a pool whose processes end when this one does, however it ends."""
        # forking shares what is loaded; only Linux's libraries stand it
        method = "fork" if sys.platform == "linux" else "spawn"
        if method == "fork":
            self.preload()
        context = multiprocessing.get_context(method)
        self._lifeline = context.Pipe(duplex=False)
        return ProcessPoolExecutor(
            self.workers, context, initializer=_begin, initargs=self._lifeline
        )

    def stop(self) -> None:
        """End the processes at once."""
        for end in self._lifeline or ():
            end.close()
        self._lifeline = None
        super().stop()


def _begin(far: Connection, near: Connection) -> None:
    """Set up a process of the pool: Ctrl-C is for the parent, whose end is ours too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    near.close()
    threading.Thread(target=_end_with, args=(far,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    """Wait until the parent closes its end, or is no more."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)
