"""A large class of all exercises: nothing piles up while it is graded.

By default four learners' work for three exercises; with COURSEKIT_FULL=1 the whole work
of 112 learners, 1008 submissions. One answer of a hundred does harm.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from bulk.class_of import EXERCISES, class_of, lay_out
from end_to_end.bed import FULL, left_behind, offered, recorded
from jobs import children_of

from coursekit.commands import base

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ROOT = Path(__file__).parents[3]
LEARNERS = 112 if FULL else 4
ASKED = EXERCISES if FULL else [EXERCISES[at] for at in (0, 2, 7)]
PAUSE = 2.0 if FULL else 0.1
MB = 1 << 20


class Look:
    """What can be seen of a run at one moment, by process."""

    def __init__(self, parent):
        self.at = time.monotonic()
        self.memory, self.files, self.kinds = {}, {}, {parent: "parent"}
        self.dead, self.ours, self.theirs = set(), 0, 0
        for pid in {parent, *children_of(parent)}:
            with suppress(OSError, IndexError, ValueError):
                self.take(pid)

    def count(self, kind):
        """Return how many processes of a kind there are."""
        return [self.kinds[pid] for pid in self.memory].count(kind)

    def take(self, pid):
        """Note one process."""
        folder = Path(f"/proc/{pid}")
        state, above = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        if state == "Z":
            self.dead.add(pid)
            return
        if pid not in self.kinds:
            below = is_worker(above)
            kind = ("worker", "child")[below] if is_worker(pid) else "pool"
            self.kinds[pid] = kind
        rollup = (folder / "smaps_rollup").read_text().split()
        size = int(rollup[rollup.index("Pss:") + 1]) << 10
        if self.kinds[pid] == "child":
            self.theirs += size
        else:
            self.ours += size
        self.memory[pid] = int(rollup[rollup.index("Rss:") + 1]) << 10
        self.files[pid] = len([*(folder / "fd").iterdir()])


def is_worker(pid):
    """Tell whether a process is a warm worker or a fork of one."""
    return b"coursekit.grading.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


def watched(handed_in, out, temporary):
    """Grade in another process; return its exit code and what was seen of it."""
    walls = ("--require-isolation", str(offered()[-1]), "--seed", "autumn")
    command = [sys.executable, "-m", "coursekit", "grade", handed_in, "--out", out]
    temporary.mkdir()
    process = subprocess.Popen(
        [*map(str, command), "--workers", "2", *walls],
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen = []
    while process.poll() is None:
        seen.append(Look(process.pid))
        time.sleep(PAUSE)
    return process.returncode, seen


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_piles_up_while_a_large_class_is_graded(tmp_path):
    files = class_of(LEARNERS, ASKED, seed=8, harm=0.01)
    handed_in, out = lay_out(tmp_path / "in", files), tmp_path / "out"
    code, seen = watched(handed_in, out, tmp_path / "temporary")
    assert code == base.DONE
    records = recorded(out)
    assert len(records) == LEARNERS * len(ASKED)
    assert all(one.score is not None and one.tasks for one in records)
    assert left_behind(tmp_path / "temporary") == (set(), [])
    for before, after in pairwise(seen):
        assert not before.dead & after.dead, "a zombie"
    print(f"{len(records)} in {seen[-1].at - seen[0].at:.0f} s;", end=" ")
    print(
        f"all together at most {max(look.ours for look in seen) / MB:.0f} MB,", end=" "
    )
    print(f"{max(look.ours + look.theirs for look in seen) / MB:.0f} with the answers'")
    full = [
        look for look in seen if look.count("worker") == 4 and look.count("pool") == 2
    ]
    warm = full[len(full) // 4 :] if FULL else full
    there = set.intersection(*(set(look.memory) for look in warm))
    for pid in sorted(there):
        memory = [look.memory[pid] for look in warm]
        opened = [look.files[pid] for look in warm]
        print(f"{warm[0].kinds[pid]}: {memory[0] / MB:.0f} to", end=" ")
        print(f"{max(memory) / MB:.0f} MB; {min(opened)} to {max(opened)} descriptors")
    for pid in there:
        memory = [look.memory[pid] for look in warm]
        opened = [look.files[pid] for look in warm]
        assert max(opened) < 40
        if FULL:  # else they are still getting warm
            assert max(memory) - memory[0] < 50 * MB
            # while a child runs there are more: what leaks makes the least number grow
            half = len(opened) // 2
            assert min(opened[half:]) <= min(opened[:half])
    kinds = [warm[0].kinds[pid] for pid in there]
    assert [kinds.count(one) for one in ("parent", "pool", "worker")] == [1, 2, 4]
