"""Whoever is killed, and whenever: grading again gives the same, byte for byte.

By default 10 points in time at the best level that this computer offers; with
COURSEKIT_FULL=1 there are 50, spread over all levels.
"""

import os
import random
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from bulk.class_of import filled, lay_out, slips, worked
from end_to_end.bed import FULL, left_behind, offered
from end_to_end.program import Program
from jobs import SMALL, runs, stat_of

from coursekit.commands import base
from coursekit.grading.isolation import Level
from coursekit.grading.records.dump import dump
from coursekit.grading.records.store import Records

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
NORM, TASK = "07_layer_norm", "layer_norm_forward"
POINTS, LEARNERS = (50, 24) if FULL else (10, 12)
#: Answers are left in peace until their process is killed.
PATIENT = replace(SMALL, cpu_seconds=60.0, wall_seconds=60.0)
VICTIMS = ("parent", "worker", "pool", "child")


def slow(source):
    """Return an answer that takes its time, so that its child lives long enough."""
    first, rest = source.split('"""\n    centred', 1)
    return f'{first}"""\n    import time; time.sleep(0.01)\n    centred{rest}'


@pytest.fixture(params=[*Level], ids=str)
def level(request):
    """Return every level that this computer offers, or the best of them."""
    if request.param not in (offered() if FULL else offered()[:1]):
        pytest.skip("not offered here, or only with COURSEKIT_FULL=1")
    return request.param


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Lay out a class of right and wrong answers."""
    right = slow(worked(NORM)[TASK])
    wrong = [slow(one) for one in slips(worked(NORM)[TASK]) if "centred" in one][:5]
    answers = [right, *wrong] if wrong else [right]
    files = {
        f"learner {at:02}/{NORM}.ipynb": filled(
            NORM, worked(NORM) | {TASK: answers[at % len(answers)]}
        )
        for at in range(LEARNERS)
    }
    return lay_out(tmp_path_factory.mktemp("handed in"), files)


def dumped(out):
    with Records.open(out) as records:
        return dump(records)


def kill_one(program, rng, kind):
    """Kill one process of a kind at a random time; return whether there was one."""
    time.sleep(rng.uniform(0, 0.4))
    end = time.monotonic() + 2
    while not program.is_over() and time.monotonic() < end:
        if victims := sorted(program.parts()[kind]):
            with suppress(ProcessLookupError):
                os.kill(rng.choice(victims), signal.SIGKILL)
                return True
        time.sleep(0.01)
    return False


def test_a_run_that_was_killed_anywhere_comes_to_the_same(level, handed_in, tmp_path):
    temporary, rng = tmp_path / "temporary", random.Random(str(level))
    options = ("--workers", "2")
    whole = Program(handed_in, tmp_path / "whole", level, temporary, *options)
    assert whole.wait() == base.DONE
    points = {one: 0 for one in VICTIMS}
    wanted, round_ = -(-POINTS // (len(offered()) if FULL else 1)), 0
    while sum(points.values()) < wanted:
        round_ += 1
        out = tmp_path / f"out {round_}"
        program = Program(handed_in, out, level, temporary, *options)
        while not program.is_over():
            kind = min(points, key=lambda one: (points[one], rng.random()))
            points[kind] += kill_one(program, rng, kind)
            if kind == "parent" and not program.is_over() and points[kind]:
                program.wait(5)
                program = Program(handed_in, out, level, temporary, *options)
            if sum(points.values()) >= wanted:
                break
        assert program.wait() in (base.DONE, base.BROKEN, -signal.SIGKILL)
        last = Program(handed_in, out, level, temporary, *options)
        assert last.wait() == base.DONE, last.said.read_text()
        assert dumped(out) == dumped(tmp_path / "whole")
        assert left_behind(temporary) == (set(), [])
    print(level, points, round_)


@pytest.mark.parametrize("doing", ["time.sleep(60)", "[0 for _ in iter(int, 1)]"])
def test_no_process_outlives_a_parent_that_is_killed(level, doing, tmp_path):
    answer = worked(NORM) | {TASK: f"import time\ndef {TASK}(*a):\n    {doing}\n"}
    files = {f"{who}/{NORM}.ipynb": filled(NORM, answer) for who in ("ada", "bob")}
    temporary = tmp_path / "temporary"
    handed_in = lay_out(tmp_path / "in", files)
    arguments = (handed_in, tmp_path / "out", level, temporary, "--workers", "2")
    program = Program(*arguments, limits=PATIENT)
    try:
        parts = in_the_middle(program, level)
    finally:
        program.kill()
    killed, workers = time.monotonic(), parts["worker"]
    everybody = set.union(*parts.values()) - {program.pid}
    before = used = sum(map(seconds_of, workers))
    while any(map(runs, everybody)) and time.monotonic() < killed + 10:
        used = max(used, sum(map(seconds_of, workers)))
        time.sleep(0.02)
    took = time.monotonic() - killed
    assert took < 2, f"some lived on for {took:.1f} s"
    assert used - before < 0.5
    assert left_behind(temporary) == (set(), [])


def in_the_middle(program, level):
    """Return the parts of a run once it is running answers, and none of the canaries'.

    At the level of namespaces each worker has one more process below it.
    """
    before, end = {}, time.monotonic() + 60
    while time.monotonic() < end and not program.is_over():
        parts = program.parts()
        children = 4 if level is Level.NAMESPACES else 2
        if parts == before and len(parts["child"]) == children:
            return parts
        before = parts
        time.sleep(0.2)
    raise TimeoutError(program.said.read_text())


def seconds_of(pid):
    """Return the processor time of a process alone."""
    times = stat_of(pid)[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
