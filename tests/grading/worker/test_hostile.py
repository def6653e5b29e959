"""Whatever one answer tries costs that answer alone."""

import sys
import time
from dataclasses import replace

import pytest
from hostile import HEAD, HOSTILE, RIGHT, aimed, tree
from jobs import as_bytes, children_of, job, work

from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.probes.outcome import Odd, Raised

GOOD = HEAD + RIGHT


@pytest.fixture
def canary(tmp_path):
    (tmp_path / "secret").write_text("the answer")
    (tmp_path / "open").write_text("anybody's")
    (tmp_path / "open").chmod(0o666)
    tmp_path.chmod(0o777)
    return tmp_path


@pytest.fixture(scope="package")
def innocent(worker):
    ran = worker.run(job(work(GOOD)))["layer_norm"]
    assert ran.reason is Reason.OK
    return as_bytes(ran)


@pytest.mark.parametrize("name", HOSTILE)
def test_one_hostile_answer_costs_itself_alone(name, worker, innocent, canary):
    row, before = HOSTILE[name], tree(canary)
    if row.unseen and worker.level is Level.PROCESS and sys.version_info < (3, 12):
        pytest.skip("there is no wall against it at this level")
    worker_pid = worker.pid
    there = children_of(worker_pid)
    start = time.monotonic()
    source = aimed(row.source, canary)
    both = worker.run(
        job(work(source), work(GOOD.replace("layer_norm", "other"), "other"))
    )
    took = time.monotonic() - start
    hostile, other = both["layer_norm"], both["other"]
    assert (hostile.reason, hostile.message) == (row.reason, hostile.message)
    if row.reason is not Reason.OK:
        assert hostile.outcomes == {}
        assert len(hostile.message) > 40
    check_outcome(hostile, row.outcome, innocent)
    assert as_bytes(other) == innocent, other.message
    assert as_bytes(worker.run(job(work(GOOD)))["layer_norm"]) == innocent
    assert worker.pid == worker_pid, "the worker had to be started again"
    assert children_of(worker_pid) == there
    assert tree(canary) == before
    assert took < 20


def check_outcome(ran, wanted, innocent):
    if wanted == "right":
        assert as_bytes(replace(ran, notes=())) == innocent
    elif wanted == "Odd":
        assert all(type(seen.values["y"]) is Odd for seen in ran.outcomes.values())
    elif wanted and wanted != "any":
        for outcome in ran.outcomes.values():
            assert isinstance(outcome, Raised)
            assert outcome.type_name == wanted
