"""The walls are probed by doing: what does not hold counts as missing."""

import errno
import subprocess
import sys

import pytest

from coursekit.grading import isolation
from coursekit.grading.isolation import Level, available_levels, probe_levels
from coursekit.grading.walls import probe

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
        probe.refused(lambda: None, "writing", errno.EPERM)


def test_a_refusal_of_another_kind_is_not_taken_for_the_wall():
    def full():
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OSError, match="no space"):
        probe.refused(full, "writing", errno.EPERM)


#: A hole to knock into the walls, and what the probe must say then.
HOLES = {
    "landlock.Ruleset.close_in = lambda self: None": "reading a file",
    "seccomp.close_in = lambda pid: None": "making a socket",
    "rules.DEADLY = rules.DEADLY - {'fork', 'clone'}; "
    "seccomp._no_process = lambda: [seccomp._return(0x7FFF0000)]": "starting a process",
    "limits.close_in = lambda *a: 1 / 0": "broke their process",
}


@linux
@pytest.mark.parametrize("hole", HOLES)
def test_the_probe_finds_a_hole_in_the_real_walls(hole, tmp_path):
    if Level.LANDLOCK not in available_levels():
        pytest.skip("Landlock is refused here to begin with")
    (tmp_path / "secret").touch()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from coursekit.grading.walls import landlock, limits, rules, seccomp, probe\n"
        f"{hole}\nprobe.main('landlock', sys.argv[2])"
    )
    folders = [str(isolation._ROOT), str(tmp_path / "secret")]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code, *folders], capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert HOLES[hole] in ran.stdout


@linux
@pytest.mark.parametrize("kind", ["mnt", "pid", "net"])
def test_namespaces_that_the_kernel_refuses_are_missing(kind, tmp_path):
    if Level.NAMESPACES not in available_levels():
        pytest.skip("they are refused here to begin with")
    (tmp_path / "secret").touch()
    code = isolation._CODE.replace("'", '"')
    probed = (
        f"echo 0 > /proc/sys/user/max_{kind}_namespaces && {sys.executable} -I -c "
        f"'{code}' {isolation._ROOT} namespaces {tmp_path / 'secret'}"
    )
    ran = subprocess.run(["unshare", "-Ur", "sh", "-c", probed], capture_output=True)
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"unshare:")


@linux
def test_probing_leaves_this_process_and_its_files_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    probe_levels()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("still possible")
