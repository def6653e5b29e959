"""The desk of one process: its exercises, its pair of workers, one submission a time.

`grade_chunk` is what is sent to another process, or to another computer: it takes plain
data and functions known by their names, and keeps what it sets up for the next chunk.
"""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from coursekit.grading.bulk.course import Course
from coursekit.grading.bulk.grade import Terms, failed, grade
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.bulk.workers import Make, Workers, walled
from coursekit.grading.isolation import Level
from coursekit.grading.records.graded import Graded
from coursekit.grading.worker.job import Limits

#: References and mistakes run with the state of NumPy, torch and the interpreter, of
#: which a process has one: two threads that judge at once would disturb each other.
_ONE_AT_A_TIME = threading.Lock()


class RunError(Exception):
    """The run cannot go on; the message says what to do about it."""


@dataclass(frozen=True)
class Order:
    """What whoever grades must know.

    Attributes
    ----------
    course : callable
        Returns the exercises; a function of a module, so that it is known by its name.
    terms : Terms
        What is graded on.
    limits : Limits
        What one submission may use.
    make : callable
        Starts a worker.
    """

    course: Callable[[], Course]
    terms: Terms
    limits: Limits = field(default_factory=Limits)
    make: Make = walled


class Desk:
    """The exercises and the workers of one order."""

    def __init__(self, order: Order) -> None:
        self.order, self.course = order, order.course()
        level = Level(order.terms.isolation)
        self.workers = Workers(level, order.limits, order.make)
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)  # many processes share the cores

    def grade(self, handed: Handed) -> Graded:
        """Grade one submission; a fault of ours is a record of its own."""
        try:
            return grade(handed, self.course, self.workers, self.order.terms)
        except Exception as error:
            return failed(handed, self.course, self.order.terms, error)

    def check_editions(self, expected: Mapping[str, str]) -> None:
        """Raise `RunError` if the checks here are not those of who asks."""
        for name, edition in expected.items():
            ours = self.course[name].edition if name in self.course else "none"
            if ours != edition:
                raise RunError(
                    f"two computers have different checks for {name}: edition "
                    f"{edition} and, on the one that should grade, {ours}. Install the "
                    "same version of coursekit on all of them."
                )


_desks: dict[Order, Desk] = {}


def grade_chunk(
    order: Order, editions: Mapping[str, str], chunk: Sequence[Handed]
) -> list[Graded]:
    """Grade some submissions in this process, with the desk that is kept for it.

    Parameters
    ----------
    order : Order
        What to grade on.
    editions : mapping of str to str
        The editions of the checks that whoever asks has, for each exercise.
    chunk : sequence of Handed
        The submissions.

    Raises
    ------
    RunError
        If this computer has other checks.
    """
    with _ONE_AT_A_TIME:
        if order not in _desks:
            _close_all()
            _desks[order] = Desk(order)
        desk = _desks[order]
        desk.check_editions(editions)
        return [desk.grade(handed) for handed in chunk]


def close_desks() -> None:
    """End the workers of this process."""
    with _ONE_AT_A_TIME:
        _close_all()


def _close_all() -> None:
    while _desks:
        _desks.popitem()[1].workers.close()


def without_result(
    order: Order, course: Course, chunk: Sequence[Handed], error: Exception
) -> list[Graded]:
    """Return records of submissions that nobody could grade, because of a fault."""
    return [failed(handed, course, order.terms, error) for handed in chunk]
