"""One submission in a process of its own, behind walls: load it, call it, report.

All that is said here goes through a pipe to the worker, which believes none of it.
A message is a list whose first item names it:

    ready                            the walls are up
    beside, i                        about to load cell i of those beside the answers
    note, k, text                    for task k's learner; k = -1: for all tasks
    load, k                          about to load the answer to task k
    call, k                          it is loaded; about to call it
    outcome, k, i, told              what came of its case i
    end, k, how, text, raised, cpu, wall   task k is over; how is one of `HOW`
    denied, text                     the walls refused something; this process ends
    done                             there is nothing more to do
"""

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from coursekit.grading.worker.faults import fault
from coursekit.grading.worker.forbid import Bans
from coursekit.grading.worker.frames import frame
from coursekit.grading.worker.gate import refused
from coursekit.grading.worker.job import Job, Work
from coursekit.grading.worker.kept import keeper
from coursekit.grading.worker.load import Broken, Later, Names, run_beside, run_cell
from coursekit.grading.worker.load import said as in_words
from coursekit.grading.worker.messages import tell_outcome
from coursekit.probes.outcome import Outcome, Raised
from coursekit.probes.plain import name_of
from coursekit.probes.run import Probe, observe
from coursekit.probes.session import seed, untouched

Say = Callable[[list[Any]], None]
#: How a task may end, as the child tells it; the worker says what it means.
HOW = ("called", "broken", "syntax", "undefined", "uncallable", "forbidden")
#: Notes that are passed on, and their length.
MAX_NOTES, MAX_NOTE = 20, 600


class Visit(NamedTuple):
    """Where a child begins: the first task that is left, and the cells to leave out."""

    first: int = 0
    skipped: frozenset[int] = frozenset()


def live(job: Job, visit: Visit, say: Say, denied: Callable[[], str]) -> None:
    """Do the whole of a submission from ``visit`` on, and say how each part went."""
    _Submission(job, say, denied).run(visit)


def speaker(pipe: int) -> Say:
    """Return what writes messages to a pipe.

    What came of a call waits until something else begins: if this process ends before,
    the task has no result anyway, and the worker wakes up once instead of every time.
    """
    write, waiting = os.write, bytearray()  # before learner code can put another there

    def say(message: list[Any]) -> None:
        waiting.extend(frame(message))
        if message[0] in _WAIT and len(waiting) < MOST_WAITING:
            return
        data = memoryview(bytes(waiting))
        waiting.clear()
        while data:
            data = data[write(pipe, data) :]

    return say


#: What may wait, and how many bytes of it.
_WAIT, MOST_WAITING = frozenset(["outcome", "end"]), 1 << 16


class _Submission:
    """A notebook that is being run, and what its cells have defined."""

    def __init__(self, job: Job, say: Say, denied: Callable[[], str]) -> None:
        self.job, self.say, self.denied = job, say, denied
        self.bans = Bans(name for work in job.works for name in work.forbidden)
        self.beside = fresh_main({})
        cells = (*job.beside, *(work.source for work in job.works))
        words = set(re.findall(r"\w+", "\n".join(cells)))
        self.keeper = keeper(words, self.bans.replaced)
        self.room = MAX_NOTES

    def run(self, visit: Visit) -> None:
        """Load what stands beside the answers, then do task after task."""
        seed(0)  # an answer that draws numbers gets the same ones whoever grades it
        self.say(["ready"])
        for work in self.job.works:
            self.beside[work.task] = Later(work.task, partial(self.load, work))
        for at, source in enumerate(self.job.beside):
            if at not in visit.skipped:
                self.say(["beside", at])
                with untouched(), self.restored():
                    notes = run_beside(source, f"<cell {at + 1}>", self.beside)
                self.stop_if_denied()
                self.note(-1, *notes)
        for at in range(visit.first, len(self.job.works)):
            self.task(at, self.job.works[at])
        self.say(["done"])

    def task(self, at: int, work: Work) -> None:
        """Load one answer and call it on every case."""
        cpu, wall = time.process_time(), time.perf_counter()
        self.bans.begin(work.forbidden)
        refused()
        self.say(["load", at])
        with untouched(), self.restored():
            try:
                how, text, raised = self.attempt(at, work)
            except MemoryError:
                how, text, raised = "broken", "", Raised("MemoryError", "")
        self.stop_if_denied()
        used = [*self.bans.used, *filter(self.bans.covers, refused())]
        if used:
            how, text, raised = "forbidden", used[0][:200], None
        spent = [time.process_time() - cpu, time.perf_counter() - wall]
        self.say(["end", at, how, text, raised and tell_outcome(raised), *spent])

    def attempt(self, at: int, work: Work) -> tuple[str, str, Raised | None]:
        """Return how it went: one of `HOW`, a text with it, and what was raised."""
        probe = probe_of(work.probe)
        names = fresh_main(self.beside)
        self.keeper.accept()
        try:
            with self.restored():
                answer = self.load(work, names)
        except Broken as broken:
            # a notebook goes on after a cell that raised, with what it had defined
            if work.task not in names or fault(broken.raised):
                return "syntax" if broken.syntax else "broken", "", broken.raised
            answer = names[work.task]
            self.note(at, f"The answer's cell raised {in_words(broken.raised)}.")
        except Undefined:
            return "undefined", "", None
        if not callable(answer):
            return "uncallable", name_of(answer), None
        self.say(["call", at])
        for number, inputs in enumerate(work.cases.values()):
            with self.restored():
                outcome = observed(probe, answer, inputs)
            try:
                self.say(["outcome", at, number, tell_outcome(outcome)])
            except ValueError:  # nothing was sent
                strange = Raised("Exception", "It raised something out of the way.")
                self.say(["outcome", at, number, tell_outcome(strange)])
        return "called", "", None

    def load(self, work: Work, names: Names | None = None) -> Any:
        """Run the cell of an answer and return what it defines under the task's name.

        Raises
        ------
        Broken
            If the cell raised; ``names`` then holds what it has defined until there.
        Undefined
            If it does not define the name.
        """
        names = dict(self.beside) if names is None else names
        names.pop(work.task, None)
        run_cell(work.source, f"<answer {work.task}>", names)
        if work.task not in names:
            raise Undefined(f"the cell of {work.task} does not define it")
        return names[work.task]

    @contextlib.contextmanager
    def restored(self) -> Iterator[None]:
        """Put back afterwards what learner code may have patched."""
        try:
            yield
        finally:
            self.keeper.restore()

    def note(self, at: int, *notes: str) -> None:
        """Pass on notes, as many as there is room for."""
        for text in notes[: self.room]:
            self.say(["note", at, text[:MAX_NOTE]])
        self.room -= len(notes[: self.room])

    def stop_if_denied(self) -> None:
        """End this process if the walls refused something: the next has a new page."""
        if text := self.denied():
            self.say(["denied", text[:MAX_NOTE]])
            os._exit(0)


class Undefined(NameError):
    """The cell of an answer does not define what it should."""


def fresh_main(names: Names) -> Names:
    """Return the names of a new ``__main__``, which is where notebooks run."""
    made = sys.modules["__main__"] = ModuleType("__main__")
    vars(made).update({**names, "__name__": "__main__"})
    return vars(made)


def probe_of(name: str) -> Probe:
    """Return the function that "package.module:function" names."""
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


def observed(probe: Probe, answer: Any, inputs: Mapping[str, Any]) -> Outcome:
    """Call `observe`, and bear with an exception that even that cannot describe."""
    try:
        return observe(probe, answer, inputs)
    except MemoryError:
        return Raised("MemoryError", "")
    except BaseException:  # a class of theirs that raises when it is looked at
        return Raised("Exception", "It raised an exception that cannot be described.")
