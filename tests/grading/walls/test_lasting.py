"""The walls over many children: nothing is left, nothing wears off."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jobs import runs
from walled import ROOT, started

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def descriptors():
    return sum(1 for _ in Path("/dev/fd").iterdir()) if os.name == "posix" else 0


def traces(warm):
    """Return what a child of this worker could leave behind, seen from outside."""
    mine = Path(f"/proc/{warm.pid}")
    mounts = [line.split(" ", 1)[1] for line in (mine / "mountinfo").open()]
    around = Path(warm.ready["scratch"]).parent
    return {
        "descriptors": len([*(mine / "fd").iterdir()]),
        "mounts": [line.rpartition(" - ")[2] for line in mounts],
        "children": children(warm.pid),
        "scratch": [] if warm.level == "namespaces" else [*around.iterdir()],
    }


@linux
def test_two_hundred_children_leave_nothing(warm):
    source = "open('x', 'w').write('x' * 9999)"
    warm.run(source)
    before = traces(warm)
    warm.run(source, times=200)
    assert traces(warm) == before


@linux
def test_children_that_die_leave_nothing(warm):
    before = traces(warm)
    warm.run("import os; open('x', 'w'); os.abort()", times=20)
    assert traces(warm) == before


@linux
def test_no_child_outlives_its_worker(request):
    for level in ("namespaces", "landlock", "process"):
        try:
            warm = started(level)
        except pytest.skip.Exception:
            continue
        warm.ask("import time; time.sleep(60)")
        while len(children(warm.pid)) < 1 + (level == "namespaces"):
            time.sleep(0.01)
        time.sleep(0.1)  # until its walls are up
        found = children(warm.pid)
        warm.kill()
        deadline = time.monotonic() + 5
        while any(runs(int(pid)) for pid in found):
            assert time.monotonic() < deadline, (level, found)
            time.sleep(0.01)


CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from coursekit.grading.walls import Level, Walls
sys.path.insert(0, sys.argv[1] + "/tests/grading")
from walled import Limits, _run
walls = [Walls.build(Level(sys.argv[2]), Limits()) for _ in range(2)]
for one in [*walls, *walls]:
    ended = _run(one, "open('x', 'w').write('y'); print(open('x').read())", True)
    print(ended, flush=True)
for one in walls:
    one.close()
"""


@linux
@pytest.mark.parametrize("level", ["landlock", "process"])
def test_two_sets_of_walls_can_stand_in_one_worker(level, tmp_path):
    command = [sys.executable, "-I", "-B", "-c", CODE, str(ROOT), level]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={"TMPDIR": str(tmp_path)}
    )
    assert ran.stdout.count("'said': 'y\\n'") == 4, ran
    assert [*tmp_path.iterdir()] == []


@linux
def test_namespaces_are_entered_once(tmp_path):
    started("namespaces").close()
    command = [sys.executable, "-I", "-B", "-c", CODE, str(ROOT), "namespaces"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert "behind such walls already" in ran.stderr


def test_closing_leaves_no_scratch_folder(tmp_path, monkeypatch):
    from coursekit.grading.walls import Level, Walls

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = descriptors()
    walls = Walls.build(Level.PROCESS, _Limits())
    walls.before_fork()
    walls.close()
    assert [*tmp_path.iterdir()] == []
    assert descriptors() == before


class _Limits:
    load_seconds, cpu_seconds, memory, scratch = 1.0, 1.0, 1 << 28, 1 << 20
