"""One submission in a process of its own, behind walls: load it, call it, report.

All that is said here goes through a pipe to the worker, which believes none of it.
A message is a list whose first item names it:

    ready                            the walls are up
    beside, i                        about to load cell i of those beside the answers
    note, k, text                    for task k's learner; k = -1: for all tasks
    load, k                          about to load the answer to task k
    call, k                          it is loaded; about to call it
    outcome, k, i, ...               what came of its case i
    end, k, how, text, raised, cpu, wall   task k is over; how is one of `HOW`
    denied                           the walls refused something; this process ends
    done                             there is nothing more to do
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from coursekit.grading.worker.faults import fault
from coursekit.grading.worker.forbid import Bans
from coursekit.grading.worker.frames import encode, frame
from coursekit.grading.worker.gate import refused
from coursekit.grading.worker.job import Job, Work
from coursekit.grading.worker.load import Broken, Later, Names, run_beside, run_cell
from coursekit.grading.worker.load import said as in_words
from coursekit.grading.worker.messages import tell_outcome
from coursekit.probes.outcome import Outcome, Raised
from coursekit.probes.plain import name_of
from coursekit.probes.run import Probe, observe
from coursekit.probes.session import untouched

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
    """Return what writes messages to a pipe."""
    write = os.write  # before learner code can put another in its place

    def say(message: list[Any]) -> None:
        data = memoryview(frame(message))
        while data:
            data = data[write(pipe, data) :]

    return say


class _Submission:
    """A notebook that is being run, and what its cells have defined."""

    def __init__(self, job: Job, say: Say, denied: Callable[[], str]) -> None:
        self.job, self.say, self.denied = job, say, denied
        self.bans = Bans(name for work in job.works for name in work.forbidden)
        self.beside = fresh_main({})
        self.restore = keeper()
        self.room = MAX_NOTES

    def run(self, visit: Visit) -> None:
        """Load what stands beside the answers, then do task after task."""
        self.say(["ready"])
        for work in self.job.works:
            self.beside[work.task] = Later(work.task, partial(self.load, work))
        for at, source in enumerate(self.job.beside):
            if at not in visit.skipped:
                self.say(["beside", at])
                with self.settled():
                    notes = run_beside(source, f"<cell {at + 1}>", self.beside)
                self.note(-1, *notes)
                self.stop_if_denied()
        for at in range(visit.first, len(self.job.works)):
            self.task(at, self.job.works[at])
        self.say(["done"])

    def task(self, at: int, work: Work) -> None:
        """Load one answer and call it on every case."""
        cpu, wall = time.process_time(), time.perf_counter()
        self.bans.begin(work.forbidden)
        refused()
        self.say(["load", at])
        try:
            how, text, raised = self.attempt(at, work)
        except MemoryError:
            how, text, raised = "broken", "", Raised("MemoryError", "")
        self.restore()
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
        try:
            with self.settled():
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
            with self.settled():
                outcome = observed(probe, answer, inputs)
            self.say(["outcome", at, number, *sendable(outcome)])
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
    def settled(self) -> Iterator[None]:
        """Put back afterwards what learner code may have changed for what follows."""
        try:
            with untouched():
                yield
        finally:
            self.restore()

    def note(self, at: int, *notes: str) -> None:
        """Pass on notes, as many as there is room for."""
        for text in notes[: self.room]:
            self.say(["note", at, text[:MAX_NOTE]])
        self.room -= len(notes[: self.room])

    def stop_if_denied(self) -> None:
        """End this process if the walls refused something: the next has a new page."""
        if self.denied():
            self.say(["denied"])
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


def sendable(outcome: Outcome) -> list[Any]:
    """Return an outcome as plain data that can be sent, whatever got into it."""
    told = tell_outcome(outcome)
    try:
        encode(told)
    except ValueError:
        return tell_outcome(Raised("Exception", "It raised something out of the way."))
    return told


#: Modules that learner code may patch and that ours relies on.
_RELIED_ON = (
    "builtins copy io linecache math os time warnings numpy numpy.linalg numpy.random "
    "torch torch.autograd torch.nn torch.nn.functional".split()
)


@cache
def mentioned() -> frozenset[str]:
    """Return all names that the course's own loaded code mentions.

    Only these are put back after a call: touching more would copy, in every child,
    the memory that all of NumPy or torch lies in.
    """
    found: set[str] = set()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "coursekit":
            waiting = [*map(_code, vars(module).values())]
            for value in vars(module).values():
                waiting += map(_code, vars(value).values() if _is_ours(value) else ())
            while waiting:
                if code := waiting.pop():
                    found.update(code.co_names)
                    waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    return frozenset(found)


def _is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__.startswith("coursekit")


def _code(value: object) -> CodeType | None:
    return value.__code__ if isinstance(value, FunctionType) else None


def keeper() -> Callable[[], None]:
    """Return what puts the names of modules back to what they are now.

    So that ``np.allclose = lambda *a, **k: True`` lasts no longer than the call that
    did it, and one answer cannot spoil the next.
    """
    names, modules = mentioned(), sys.modules
    course = [name for name in modules if name.partition(".")[0] == "coursekit"]
    kept = [(vars(modules[name]), dict(vars(modules[name]))) for name in course]
    present = {
        name: modules[name] for name in (*course, *_RELIED_ON) if name in modules
    }
    for name in _RELIED_ON:
        if name in modules:
            whole = vars(modules[name])
            kept.append((whole, {name: whole[name] for name in names & whole.keys()}))
    settrace, setprofile = sys.settrace, sys.setprofile

    def restore() -> None:
        settrace(None)
        setprofile(None)
        for whole, part in kept:
            whole.update(part)
        modules.update(present)

    return restore
