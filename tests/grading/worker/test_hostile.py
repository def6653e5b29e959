"""Whatever one answer tries costs that answer alone."""

import hashlib
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import HEAD, HOSTILE, RIGHT
from jobs import as_bytes, children_of, job, work

import coursekit
from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.frames import frame
from coursekit.probes.outcome import Odd, Raised

GOOD = HEAD + RIGHT
FORGED = {
    "forged_result": frame(["outcome", 0, 0, {"y": 1.0}, ""]),
    "forged_end": frame(["end", 0, "called", "", None, 0.0, 0.0]),
    "forged_done": frame(["done"]),
    "forged_note": frame(["note", 0, "x" * 500]),
    "forged_array": frame(["outcome", 0, 0])[:4]
    + b"A\x00\x01"
    + (1 << 40).to_bytes(8, "little"),
}


@pytest.fixture
def canary(tmp_path):
    (tmp_path / "secret").write_text("the answer")
    (tmp_path / "open").write_text("anybody's")
    (tmp_path / "open").chmod(0o666)
    tmp_path.chmod(0o777)
    return tmp_path


def tree(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path} {path.stat().st_mode}".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def filled(source: str, canary: Path) -> str:
    words = {"canary": str(canary), "course": str(Path(coursekit.__file__).parent)}
    words |= FORGED
    for name, value in words.items():
        source = source.replace(f"{{{name}!r}}", repr(value))
    return source.replace("{{}}", "{}")


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
    source = filled(row.source, canary)
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
