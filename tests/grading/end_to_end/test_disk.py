"""The disk is full or cannot be written: it says so, and what was recorded is safe."""

import errno
import gc
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

import pytest
from bulk.class_of import class_of, lay_out
from end_to_end.bed import grade, lines, offered, only, recorded

from coursekit.commands import base
from coursekit.grading.records.dump import dump
from coursekit.grading.records.store import Records

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a tmpfs")
NORM, LEARNERS = "07_layer_norm", 8


def mount(*arguments):
    return subprocess.run(
        ["mount", *map(str, arguments)], capture_output=True
    ).returncode


@contextmanager
def disk(place, size):
    """Give a disk of a size, or skip the test where nobody may."""
    place.mkdir()
    if os.geteuid() or mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place):
        pytest.skip("needs the right to mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return what grades a class into a folder, at the best level there is."""
    place = tmp_path_factory.mktemp("class")
    handed_in = lay_out(place / "in", class_of(LEARNERS, [NORM], seed=4))

    def grade_into(out, temporary=place / "temporary"):
        with only(offered()[0], temporary):
            return grade(handed_in, out, offered()[0], "--workers", 2)

    return grade_into


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
    """Return what is recorded where there is room for everything."""
    out = tmp_path_factory.mktemp("whole")
    assert run(out) == base.DONE
    return dumped(out)


def dumped(out):
    with Records.open(out) as records:
        return dump(records)


def test_a_full_disk_stops_the_run_which_goes_on_when_there_is_room(
    run, whole, tmp_path, capsys
):
    with disk(tmp_path / "disk", "300k") as place:
        out = place / "out"
        assert run(out) == base.BROKEN
        said = capsys.readouterr().err
        assert "is full" in said and "run the same command again" in said
        kept = lines(out)
        assert 0 < len(kept) < LEARNERS
        assert mount("-o", "remount,size=30m", place) == 0
        assert run(out) == base.DONE
        assert (
            f"{LEARNERS - len(kept)} graded, {len(kept)} unchanged"
            in capsys.readouterr().out
        )
        assert all(lines(out)[who] == one for who, one in kept.items())
        assert dumped(out) == whole


def test_results_that_cannot_be_written_stop_the_run_before_anything_is_graded(
    run, tmp_path, capsys
):
    with disk(tmp_path / "disk", "30m") as place:
        assert run(place / "out") == base.DONE
        before = dumped(place / "out")
        capsys.readouterr()
        end = time.monotonic() + 10
        while busy := mount("-o", "remount,ro", place):
            gc.collect()
            time.sleep(0.1)  # processes that are about to go have the file open
            if time.monotonic() > end:
                break
        if busy:
            pytest.skip(
                "another process holds the disk, which cannot be made read-only"
            )
        for out in (place / "out", place / "another"):
            assert run(out) == base.BROKEN
            said = capsys.readouterr()
            assert "graded" not in said.out
            assert f"'{out}' cannot be opened for this" in said.err
        assert dumped(place / "out") == before
        assert not (place / "another").exists()


def test_a_full_disk_of_temporary_files_costs_nobody_a_point(run, whole, tmp_path):
    with disk(tmp_path / "disk", "4k,nr_inodes=2") as place:
        (place / "full").write_bytes(bytes(4096))
        assert run(tmp_path / "out", place) == base.DONE  # there is another place
    assert dumped(tmp_path / "out") == whole


def test_no_room_for_temporary_files_at_all_is_no_learner_s_fault(
    run, tmp_path, capsys, monkeypatch
):
    def nowhere():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "_get_default_tempdir", nowhere)
        assert run(tmp_path / "out") == base.BROKEN
    assert "No usable temporary directory" in capsys.readouterr().out
    assert {graded.score for graded in recorded(tmp_path / "out")} == {None}
    assert run(tmp_path / "out") == base.DONE
    assert None not in {graded.score for graded in recorded(tmp_path / "out")}
