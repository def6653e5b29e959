"""A run of ``coursekit grade`` at one level of isolation, and what it leaves behind."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from jobs import SMALL, children_of

from coursekit import cli
from coursekit.grading import isolation
from coursekit.grading.bulk import crew
from coursekit.grading.isolation import Availability, Level
from coursekit.grading.records.dump import line
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.store import Records
from coursekit.grading.worker.job import Limits

#: Whether the long version of a test is to be run.
FULL = bool(os.environ.get("COURSEKIT_FULL"))


@cache
def offered() -> list[Level]:
    """Return the levels that this computer offers, best first."""
    return isolation.available_levels()


@contextmanager
def only(level: Level, temporary: Path, limits: Limits = SMALL) -> Iterator[None]:
    """Have `coursekit grade` find one level alone, with these limits and folder.

    ``temporary``, where all temporary files go, marks the processes that are started.
    """
    found = [Availability(one, one is level) for one in Level]
    usual = crew.Processes

    def limited(order, *arguments):
        return usual(replace(order, limits=limits), *arguments)

    temporary.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolation, "probe_levels", lambda: found)
        patch.setattr(crew, "Processes", limited)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        yield


def grade(handed_in: Path, out: Path, level: Level, *options: object) -> int:
    """Grade what was handed in, and return the exit code."""
    walls = ("--require-isolation", level, "--seed", "autumn")
    arguments = ("grade", handed_in, "--out", out, *walls, *options)
    return cli.main([str(one) for one in arguments])


def recorded(out: Path) -> Sequence[Graded]:
    """Return all records."""
    with Records.open(out) as records:
        return records.graded()


def lines(out: Path) -> dict[str, bytes]:
    """Return each learner's record as the bytes that are its result."""
    return {graded.learner: line(graded) for graded in recorded(out)}


def marked(temporary: Path) -> set[int]:
    """Return the processes that were started with a folder for temporary files."""
    mark, found = b"TMPDIR=" + os.fsencode(temporary) + b"\0", set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes() + b"\0":
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


#: Processes of other tests that go on meanwhile: a JupyterLab, a browser.
ELSEWHERE: set[int] = set()


def left_behind(temporary: Path, before: set[int] = ELSEWHERE, seconds: float = 5.0):
    """Return what is left after a run: processes, and temporary files.

    Those that were there ``before`` do not count, and those that are about to go are
    given ``seconds`` for it. The folder that torch makes
    when it is imported, as everywhere, is not counted.
    """
    end = time.monotonic() + seconds
    while True:
        running = marked(temporary) | (children_of(os.getpid()) - before)
        files = {path.name for path in temporary.iterdir()}
        left = (running, sorted(name for name in files if not name.startswith("torch")))
        if left == (set(), []) or time.monotonic() > end:
            return left
        time.sleep(0.05)
