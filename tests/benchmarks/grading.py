"""Print what grading a submission costs, by walls and workers, beside what others pay.

Run it from the root of the repository: ``python tests/benchmarks/grading.py``. Nothing
else should run on the computer meanwhile.

Milliseconds per submission of worked answers, from the bytes of a notebook to its
record on the disk, once the workers are warm; with several workers, the time of all
divided by the submissions. In brackets: how many times the floor that is, and how many
times the rate of fresh kernels. Memory is what all processes together have at most,
shared pages counted once (the proportional set size; Linux only).

The floor is a bare fork of the warm process that the answers run in, and its end.
"Without walls" is the same work (read, draw, run, judge) by one process that lets the
answers run in itself: what is above it, isolation costs. A fresh Jupyter kernel for
each submission, without any check, is where graders that execute the notebook begin;
as many kernels run at a time as there are workers.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))

import nbformat
from bulk.class_of import EXERCISES, filled, worked
from nbclient import NotebookClient

from coursekit import __version__
from coursekit.commands.course import installed_course
from coursekit.grading.bulk.crew import Processes
from coursekit.grading.bulk.desk import Order
from coursekit.grading.bulk.grade import Terms, grade
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.bulk.workers import Workers
from coursekit.grading.isolation import Level, available_levels
from coursekit.grading.records.store import Records
from coursekit.grading.worker.child import probe_of
from coursekit.grading.worker.job import Job, Ran
from coursekit.grading.worker.load import run_beside
from coursekit.probes.run import observe_all

ROOT = Path(__file__).parents[2]
#: What is handed in: the words for it, the exercises, and how often.
KINDS = (
    ("one NumPy exercise (07)", ["07_layer_norm"], 100),
    ("one torch exercise (03)", ["03_residual_networks_at_work"], 20),
    ("the whole course", EXERCISES, 2),
)
WORKERS = (1, 2, 4)
FORK = """
import os, statistics, time
from coursekit.grading.worker.warm import warm_up
warm_up(torch={torch})
times = []
for _ in range(200):
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    times.append(1000 * (time.perf_counter() - start))
print(statistics.median(times))
"""


def main() -> None:
    """Print the table."""
    print(f"{'milliseconds a submission':<28}{'workers':>8}", end="")
    print("".join(f"{words:>26}" for words, _, _ in KINDS) + f"{'MB at most':>12}")
    floors = _floors()
    _print("a bare fork (the floor)", 1, [f"{floor:.1f}" for floor in floors])
    bare = [_unwalled(names, n) for _, names, n in KINDS]
    told = [f"{t:.1f} ({t / f:.1f})" for t, f in zip(bare, floors, strict=True)]
    _print("coursekit, without walls", 1, told)
    counts = [n for n in WORKERS if n <= (os.cpu_count() or 1)]
    kernels = {n: [_kernels(names, n) for _, names, _ in KINDS] for n in counts}
    for workers, times in kernels.items():
        _print("fresh Jupyter kernels", workers, [f"{time:.0f}" for time in times])
    for level in available_levels():
        for workers in counts:
            with Memory() as memory:
                times = [_graded(level, workers, names, n) for _, names, n in KINDS]
            told = [
                f"{time:.1f} ({time / floor:.1f}; {kernel / time:.0f})"
                for time, floor, kernel in zip(
                    times, floors, kernels[workers], strict=True
                )
            ]
            _print(f"coursekit, {level}", workers, told, memory.most)
    print("in brackets: times the floor; times the rate of as many kernels")


def _print(words: str, workers: int, told: Sequence[str], most: float = 0.0) -> None:
    memory = f"{most:>12.0f}" if most else ""
    cells = "".join(f"{cell:>26}" for cell in told)
    print(f"{words:<28}{workers:>8}{cells}{memory}", flush=True)


def _floors() -> list[float]:
    """Return the milliseconds of a fork for each kind of submission.

    An exercise that needs torch has tasks that do without as well, and two forks.
    """
    numpy, torch = _fork(torch=False), _fork(torch=True)
    forks = {
        name: sum({torch if task.torch else numpy for task in exercise.tasks})
        for name, exercise in installed_course().items()
    }
    return [sum(forks[name] for name in names) for _, names, _ in KINDS]


def _graded(level: str, workers: int, exercises: Sequence[str], count: int) -> float:
    """Return the milliseconds that a learner's notebooks take, without the start."""
    terms = Terms("benchmark", __version__, str(level))
    order, course = Order(installed_course, terms), installed_course()
    warm = 3 * workers
    made = [
        [Handed(f"{at}", exercise=name, data=filled(name, worked(name)))]
        for at in range(warm + count * workers)
        for name in exercises
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        Records.open(folder, create=True) as records,
        Processes(order, course, workers, _load_torch) as crew,
    ):
        for at, (graded,) in enumerate(crew.results(made), start=1):
            records.put(graded)
            if graded.score != graded.out_of:
                raise RuntimeError(f"{graded.exercise}: {graded.score}")
            if at == warm * len(exercises):
                start = time.perf_counter()
        passed = time.perf_counter() - start
    return 1000 * passed / (count * workers)


def _unwalled(exercises: Sequence[str], count: int) -> float:
    """Return the milliseconds that a learner's notebooks take without isolation."""
    terms = Terms("benchmark", __version__, "none")
    workers = Workers(Level.PROCESS, make=lambda *_: InThisProcess())
    handed = [
        Handed("0", exercise=name, data=filled(name, worked(name)))
        for name in exercises
    ]
    for at in range(count + 3):
        if at == 3:
            start = time.perf_counter()
        for one in handed:
            graded = grade(one, installed_course(), workers, terms)
            if graded.score != graded.out_of:
                raise RuntimeError(f"{graded.exercise}: {graded.score}")
    return 1000 * (time.perf_counter() - start) / count


class InThisProcess:
    """Runs answers in the process that asks, as no grader should."""

    def run(self, job: Job) -> dict[str, Ran]:
        """Return what came of each answer."""
        names: dict[str, Any] = {}
        for cell in job.beside:
            run_beside(cell, "<cell>", names)
        for work in job.works:
            exec(work.source, names)
        return {
            work.task: Ran(
                observe_all(probe_of(work.probe), names[work.task], work.cases)
            )
            for work in job.works
        }

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


def _load_torch() -> None:
    import torch  # noqa: F401


def _fork(*, torch: bool) -> float:
    """Return the milliseconds that a fork and its end take."""
    command = [sys.executable, "-c", FORK.format(torch=torch)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    )
    return float(ran.stdout)


def _kernels(exercises: Sequence[str], workers: int) -> float:
    """Return the milliseconds that a learner's worked notebooks take in fresh kernels.

    As many at a time as there are workers; the time of all, divided by the learners.
    """
    learners = workers * (3 if len(exercises) == 1 else 1)
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(_execute, [*exercises] * learners):
            pass
    return 1000 * (time.perf_counter() - start) / learners


def _execute(exercise: str) -> None:
    notebook = nbformat.read(ROOT / "solutions" / f"{exercise}.ipynb", 4)
    quiet = ["--IPKernelApp.log_level=ERROR"]
    NotebookClient(notebook, kernel_name="python3", extra_arguments=quiet).execute()


class Memory:
    """What this process and all below it have in memory, at most, in MB."""

    def __init__(self) -> None:
        self.most = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        if Path("/proc/self/smaps_rollup").exists():
            self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._watch.is_alive():
            self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.most = max(self.most, sum(map(_megabytes, _family(os.getpid()))))


def _family(root: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has ended
                continue
            children.setdefault(int(parent), []).append(int(folder.name))
    waiting = [root]
    while waiting:
        yield (process := waiting.pop())
        waiting += children.get(process, ())


def _megabytes(process: int) -> float:
    """Return a process's share of the memory; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["COURSEKIT_HOME"] = home
        main()
