"""A warm process: everything is loaded once, then each submission is a fork.

It holds NumPy, torch if asked, and the probes; no autograder, no reference, no solution
and no path to any. It reads jobs from its input and writes to its output, and it runs
no learner code itself.
"""

import contextlib
import gc
import importlib
import linecache
import os
import pkgutil
import select
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.grading.walls import Level, Walls
from coursekit.grading.worker.child import Visit, live
from coursekit.grading.worker.forks import Forks
from coursekit.grading.worker.frames import MAX_TEXT, decode, encode, frame
from coursekit.grading.worker.gate import Gate, quieten_course
from coursekit.grading.worker.job import Job, Limits, Work
from coursekit.grading.worker.kept import kept
from coursekit.grading.worker.messages import (
    Agenda,
    read_agenda,
    read_job,
    tell_job,
    tell_ran,
)
from coursekit.grading.worker.submission import run_submission
from coursekit.grading.worker.watch import ParentGone

#: What learner code or NumPy imports late, when the files cannot be read any more or
#: the time for it would be the learner's.
_LATE = """
abc bisect collections collections.abc contextlib copy dataclasses datetime decimal
enum fractions functools heapq inspect itertools json linecache math numbers operator
pathlib pickle pprint random re statistics string tempfile textwrap time traceback
types typing unicodedata warnings
numpy numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial
numpy.random numpy.testing numpy.typing
""".split()
_LATE_TORCH = """
torch torch.autograd torch.autograd.functional torch.func torch.linalg torch.nn
torch.nn.functional torch.nn.init torch.nn.utils torch.optim torch.optim.lr_scheduler
torch.utils.data torch._dynamo
""".split()


def warm_up(*, torch: bool) -> None:
    """Import all that will be wanted, use it once, and let nothing in after that.

    Raises
    ------
    RuntimeError
        If that started a thread: a fork would leave it behind, with its locks held.
    """
    for name in _LATE:
        importlib.import_module(name)
    if torch:
        _warm_torch()
    gate = Gate(torch=torch)
    sys.meta_path[:] = [gate]
    for name in _probes():
        try:
            importlib.import_module(name)
        except ImportError:
            if torch:  # without it, some cannot be imported, and nobody asks for them
                raise
    gate.shut()
    quieten_course()
    kept()  # behind the walls nobody may look into Python's memory
    tasks = Path("/proc/self/task")
    if tasks.is_dir() and len(list(tasks.iterdir())) > 1:
        raise RuntimeError("the worker has started a thread; it cannot fork safely.")


def rehearse() -> None:
    """Do a small job of our own, often enough for Python to adapt its code to it.

    What Python then remembers (bytecode for the types it met, patterns it compiled,
    what `kept` saw), each child has already; it would otherwise find it out, and copy
    the memory that it is written to, in every child anew.
    """
    main = sys.modules["__main__"]
    for _ in range(REHEARSALS):
        job = read_job(decode(encode(tell_job(_REHEARSED)), trusted=True))
        live(job, Visit(), encode, str)
    sys.modules["__main__"] = main
    linecache.clearcache()


#: A function is adapted when it is called for the ninth time.
REHEARSALS = 12
_CELL = """
import math
from math import pi
from coursekit import check
HALF = 1 / 2
def double(x):
    return 2 * x
"""
_ANSWER = """
def layer_norm(x, gamma, beta, eps=1e-5):
    print("rehearsed")
    return gamma * x + beta, (x, eps, gamma)
"""
_REHEARSED = Job(
    (_CELL,),
    (
        Work(
            "layer_norm",
            "coursekit.probes.layer_norm:forward",
            _ANSWER,
            {"case": {"x": np.ones((2, 3)), "gamma": np.ones(3), "beta": np.ones(3)}},
        ),
    ),
)


def _probes() -> Iterator[str]:
    package = importlib.import_module("coursekit.probes")
    for found in pkgutil.iter_modules(package.__path__):
        yield f"{package.__name__}.{found.name}"


def _warm_torch() -> None:
    """Import torch and run a net once, so that what torch imports late is there."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for name in _LATE_TORCH:
        importlib.import_module(name)
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3))
    for kind in (torch.optim.SGD, torch.optim.Adam):
        descent = kind(net.parameters(), lr=0.1)
        torch.nn.functional.cross_entropy(
            net(torch.ones(4, 3)), torch.zeros(4, dtype=torch.int64)
        ).backward()
        descent.step()
        descent.zero_grad()
    repr(torch.ones(2))


class Line:
    """The pipes to the parent; reading ends when there is no parent any more."""

    def __init__(self, asks: int, answers: int) -> None:
        self.asks, self.answers, self.parent = asks, answers, os.getppid()

    def read(self) -> bytearray:
        """Return the body of the next frame.

        Raises
        ------
        EOFError
            If the parent has closed its end, or is gone.
        """
        (length,) = struct.unpack("<I", self._exactly(4))
        return self._exactly(length)

    def _exactly(self, length: int) -> bytearray:
        """Read straight into one buffer, so that no copy is left behind."""
        data = bytearray(length)
        room = memoryview(data)
        while room:
            while not select.select([self.asks], [], [], 1.0)[0]:
                if os.getppid() != self.parent:
                    raise EOFError
            count = os.readv(self.asks, [room])
            if count == 0:
                raise EOFError
            room = room[count:]
        return data

    def write(self, message: list[Any]) -> None:
        """Answer."""
        data = memoryview(frame(message))
        while data:
            data = data[os.write(self.answers, data) :]


def serve(line: Line) -> None:
    """Read settings, warm up, then do job after job until nobody asks for more."""
    told = decode(line.read(), trusted=True)
    limits, torch = Limits(**told["limits"]), told["torch"]
    try:
        warm_up(torch=torch)
        rehearse()
        walls = Walls.build(Level(told["level"]), limits, [])
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        line.write(["failed", f"{type(error).__name__}: {error}"[:MAX_TEXT]])
        return
    gc.collect()
    gc.freeze()  # or the collector of each child would touch, and so copy, it all
    go = Forks(walls, limits, line.asks)
    try:
        line.write(["ready"])
        while True:
            agenda = read_agenda(decode(line.read(), trusted=True))
            line.write(_answer(agenda, line.read(), limits, go))
    finally:
        walls.close()


def _answer(agenda: Agenda, data: bytearray, limits: Limits, go: Forks) -> list[Any]:
    """Do one job; a fault of ours is told to the parent, which starts a new worker."""
    try:
        return ["ran", *map(tell_ran, run_submission(agenda, data, limits, go))]
    except (OSError, MemoryError, ValueError) as error:
        return ["failed", f"{type(error).__name__}: {error}"[:MAX_TEXT]]


def main() -> int:
    """Serve whoever started this process, over its standard input and output."""
    line = Line(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what a library prints must not get between our frames
    with contextlib.suppress(EOFError, ParentGone, BrokenPipeError):
        serve(line)
    return 0
