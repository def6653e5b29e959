"""A worker dies, hangs or loses its parent: nothing is left, nothing is lost."""

import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import HEAD, RIGHT
from jobs import PROBE, SMALL, children_of, exists, job, runs, work

from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker import handle, process
from coursekit.grading.worker.handle import CANARY, Worker
from coursekit.grading.worker.job import Job, Ran, Work
from coursekit.grading.worker.process import clean_environment

GOOD_SOURCE = HEAD + RIGHT
GOOD = job(work(GOOD_SOURCE))
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def wait_until(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def descriptors(pid):
    """Return what a process has open; the look itself opens one more for its own."""
    folder = Path(f"/proc/{pid}/fd")
    return len([*folder.iterdir()]) if folder.exists() else 0


@pytest.fixture(scope="module")
def worker():
    """Start a worker; whatever one test does to it, the next gets one that works."""
    with Worker(torch=False, level=Level.PROCESS, limits=SMALL) as worker:
        yield worker


def test_a_worker_that_was_killed_is_started_anew(worker):
    first = worker.pid
    os.kill(first, signal.SIGKILL)
    assert worker.run(GOOD)["layer_norm"].reason is Reason.OK
    assert worker.pid != first


def test_a_worker_that_hangs_is_killed_and_the_job_tried_again(worker, monkeypatch):
    first = worker.pid
    os.kill(first, signal.SIGSTOP)
    patience = iter([0.5, 60.0, 60.0])  # with the hanging one; then as long as it takes
    monkeypatch.setattr(handle, "_seconds_for", lambda *_: next(patience))
    monkeypatch.setattr(process, "LEAVE_SECONDS", 0.5)
    assert worker.run(GOOD)["layer_norm"].reason is Reason.OK
    assert worker.pid != first
    assert not exists(first)


def test_a_job_that_no_worker_survives_is_our_fault_and_no_zero(worker, monkeypatch):
    monkeypatch.setattr(handle.Process, "ask", _dies)
    with pytest.raises(RuntimeError, match="no worker can be started"):
        Worker(torch=False, level=Level.PROCESS)
    ran = worker.run(GOOD)["layer_norm"]
    assert ran.reason is Reason.GRADER_ERROR
    assert "not this answer's fault" in ran.message
    assert "the worker died of old age" in ran.message


def _dies(*_):
    raise handle.Lost("the worker died of old age")


def test_a_canary_that_comes_back_wrong_stops_everything():
    with pytest.raises(RuntimeError, match="nothing was graded"):
        handle._check(Ran())


def test_a_job_without_tasks_is_done_at_once(worker):
    assert worker.run(Job((), ())) == {}


def test_closing_leaves_no_process_and_no_descriptor():
    before = descriptors(os.getpid())
    worker = Worker(torch=False, level=Level.PROCESS, limits=SMALL)
    pid = worker.pid
    worker.close()
    worker.close()
    assert not exists(pid)
    assert descriptors(os.getpid()) == before


@linux
def test_a_worker_keeps_no_descriptor_of_a_submission(worker):
    worker.run(GOOD)
    before = descriptors(worker.pid)
    worker.run(job(work("while True: pass"), work(HEAD + RIGHT, "other")))
    assert descriptors(worker.pid) == before


def hold(level, pipe):
    """Have a worker run an answer that does not come to its end."""
    patient = replace(SMALL, load_seconds=99.0, wall_seconds=99.0)
    worker = Worker(torch=False, level=level, limits=patient)
    os.write(pipe, b"%d\n" % worker.pid)
    worker.run(job(work("import time\ntime.sleep(1000)")))


@linux
def test_a_parent_that_is_killed_leaves_no_process_behind(level):
    said, say = os.pipe()
    if (parent := os.fork()) == 0:
        try:
            hold(level, say)
        finally:
            os._exit(1)
    os.close(say)
    with os.fdopen(said) as pipe:
        worker = int(pipe.readline())
        assert wait_until(lambda: children_of(worker), 5), "no child was seen"
        left = {worker, *children_of(worker)}
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
    assert wait_until(lambda: not any(map(runs, left)), 5), left


SLOW = HEAD + "    import time; time.sleep(0.1)\n" + RIGHT


@linux
def test_an_answer_that_somebody_else_killed_is_tried_once_more(worker):
    def kill():
        if wait_until(lambda: children_of(worker.pid)):
            (child,) = children_of(worker.pid)
            os.kill(child, signal.SIGKILL)
            killed.append(child)

    killed, killer = [], threading.Thread(target=kill)
    killer.start()
    other = work(GOOD_SOURCE.replace("layer_norm", "other"), "other")
    ran = worker.run(job(work(SLOW), other))
    killer.join()
    assert killed and {one.reason for one in ran.values()} == {Reason.OK}


@linux
def test_a_worker_that_is_killed_leaves_no_scratch_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with Worker(torch=False, level=Level.PROCESS, limits=SMALL) as worker:
        assert len([*tmp_path.iterdir()]) == 1
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.run(GOOD)["layer_norm"].reason is Reason.OK
        assert len([*tmp_path.iterdir()]) == 1
        os.kill(worker.pid, signal.SIGKILL)
    assert [*tmp_path.iterdir()] == []


def test_the_environment_of_a_worker_names_nobody(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("SECRET_TOKEN", "x")
    clean = clean_environment()
    assert not {"HOME", "USER", "SECRET_TOKEN"} & set(clean)
    assert clean["OMP_NUM_THREADS"] == "1"


def test_where_nothing_forks_each_child_is_a_fresh_process(monkeypatch, tmp_path):
    monkeypatch.setattr(handle, "CAN_FORK", False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Worker(torch=False, level=Level.PROCESS, limits=SMALL) as worker:
        ran = worker.run(
            job(
                work("def layer_norm(*a):\n    open('/etc/passwd')\n"),
                work("import os\nos._exit(3)\n", "gone"),
                work((HEAD + RIGHT).replace("layer_norm", "other"), "other"),
            )
        )
    reasons = [one.reason for one in ran.values()]
    assert reasons == [Reason.SANDBOX_DENIED, Reason.PROCESS_EXIT, Reason.OK]
    assert [*tmp_path.iterdir()] == []


@linux
def test_nothing_of_one_learner_is_left_for_the_next(worker):
    secret = "zanzibar" + "q" * 20  # in this order, nowhere else
    source = HEAD + f"    # {secret}\n" + RIGHT
    assert worker.run(job(work(source)))["layer_norm"].reason is Reason.OK
    found = [
        line
        for line in memory_of(worker.pid)
        if secret.encode() in line or secret.encode("utf-16-le") in line
    ]
    assert not found


def memory_of(pid: int):
    """Yield the memory of a process that may be written, piece by piece."""
    with (
        Path(f"/proc/{pid}/maps").open() as maps,
        Path(f"/proc/{pid}/mem").open("rb", 0) as memory,
    ):
        for line in maps:
            where, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in where.split("-"))
                memory.seek(start)
                try:
                    yield memory.read(end - start)
                except OSError:
                    continue


def test_the_canary_is_a_right_answer_to_a_case_worked_by_hand():
    (canary,) = CANARY.works
    assert canary.probe == PROBE
    assert isinstance(canary, Work)
