"""Jobs and workers that several tests of the worker use."""

import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from coursekit.grading.worker.frames import encode
from coursekit.grading.worker.job import Job, Limits, Ran, Work
from coursekit.grading.worker.messages import tell_outcome

PROBE = "coursekit.probes.layer_norm:forward"
#: Little, so that who uses it up does so soon; right answers take milliseconds of it.
SMALL = Limits(
    load_seconds=0.5,
    cpu_seconds=0.5,
    wall_seconds=1.5,
    memory=64 << 20,
    scratch=4 << 20,
    output=1 << 20,
    results=1 << 20,
)


def work(source: str, task: str = "layer_norm", **options) -> Work:
    rng = np.random.default_rng(0)
    cases = {
        name: {"x": rng.normal(size=shape), "gamma": np.ones(4), "beta": np.zeros(4)}
        for name, shape in {"a row": (1, 4), "rows": (3, 4), "twice": (2, 4)}.items()
    }
    cases["twice"]["twice"] = True
    return Work(task, PROBE, source, cases, **options)


def job(*works: Work, beside: tuple[str, ...] = ("import numpy as np",)) -> Job:
    return Job(beside, works)


def as_bytes(ran: Ran) -> bytes:
    """Return all of a result that must not depend on anybody else."""
    outcomes = {name: tell_outcome(outcome) for name, outcome in ran.outcomes.items()}
    return encode([outcomes, str(ran.reason), ran.message, list(ran.notes)])


def children_of(pid: int) -> set[int]:
    """Return the processes below one, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := stat_of(int(entry.name))):
            parents[int(entry.name)] = int(stat[1])
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        below = [child for child, parent in parents.items() if parent == one]
        found.update(below)
        todo += below
    return found


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and only not fetched does not."""
    return stat_of(pid)[:1] not in ([], ["Z"])


def stat_of(pid: int) -> list[str]:
    """Return what a process's stat has after its name, nothing where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
