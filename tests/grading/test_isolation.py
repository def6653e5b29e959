"""The walls are probed by doing: what does not hold counts as missing."""

import errno
import subprocess
import sys

import pytest

from coursekit.grading import isolation
from coursekit.grading.isolation import Level, available_levels, probe_levels

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")


def test_a_separate_process_can_always_be_had():
    assert available_levels()[-1] is Level.PROCESS


def test_levels_come_best_first_and_say_what_is_missing():
    found = probe_levels()
    assert [level.level for level in found] == list(Level)
    assert all(level.available or level.why for level in found)


def test_other_systems_have_a_process_only(monkeypatch):
    monkeypatch.setattr(isolation.sys, "platform", "darwin")
    assert available_levels() == [Level.PROCESS]


def test_a_wall_that_lets_something_through_counts_as_missing():
    with pytest.raises(OSError, match="writing was still possible"):
        isolation._refused(lambda: None, "writing", errno.EPERM)


def test_a_refusal_of_another_kind_is_not_taken_for_the_wall():
    def full():
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OSError, match="no space"):
        isolation._refused(full, "writing", errno.EPERM)


@linux
def test_namespaces_that_the_kernel_refuses_are_missing():
    if Level.NAMESPACES not in available_levels():
        pytest.skip("they are refused here to begin with")
    limit = "/proc/sys/user/max_user_namespaces"
    probe = f"echo 0 > {limit} && {sys.executable} -I {isolation.__file__} namespaces"
    ran = subprocess.run(["unshare", "-Ur", "sh", "-c", probe], capture_output=True)
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"unshare:")


@linux
def test_probing_leaves_this_process_and_its_files_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    probe_levels()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("still possible")
