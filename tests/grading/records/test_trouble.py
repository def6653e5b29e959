"""Whatever is wrong with the disk, the message says so and earlier records stay."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from graded_made import graded, task

from coursekit.grading.reasons import Reason
from coursekit.grading.records import drives
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.store import Records

LARGE = (task("large", [Reason.OK] * 2000),)
SOME = (task("some", [Reason.OK] * 20), task("more", [Reason.OK] * 20))


def filled(folder):
    with Records.open(folder, create=True) as records:
        records.put(graded())
    return folder


def is_refused(folder, words, *, create=True):
    with pytest.raises(RecordsError, match=words):
        Records.open(folder, create=create)


def run_as_nobody(code, folder):
    """Run Python on Records without the rights of root, which no permission stops."""
    if os.name != "posix":
        pytest.skip("needs permissions of POSIX")
    before = (
        "import os, sys; from coursekit.grading.records.store import Records\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "folder = sys.argv[1]\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", before + code, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_full_disk_loses_only_what_was_in_hand(tmp_path):
    with Records.open(filled(tmp_path), create=True) as records:
        database = records._database.connection
        [(pages,)] = database.execute("PRAGMA page_count")
        database.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(RecordsError, match="is full"):
            records.put(graded("Bob", tasks=LARGE))
        assert records.graded() == (graded(),)
        database.execute("PRAGMA max_page_count = 100000")
        records.put(graded("Bob", tasks=LARGE))
        assert len(records.graded()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs a tmpfs")
def test_a_disk_that_is_really_full_loses_only_what_was_in_hand(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        kept = []
        with (
            Records.open(tmp_path, create=True) as records,
            pytest.raises(RecordsError, match="is full"),
        ):
            for number in range(1000):
                records.put(graded(f"{number:03}", tasks=LARGE))
                kept.append(f"{number:03}")
        with Records.open(tmp_path) as records:
            assert kept
            assert [one.learner for one in records.each()] == kept
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "results").write_text("")
    is_refused(tmp_path / "results", "is a file")
    is_refused(tmp_path / "results", "is a file", create=False)


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    is_refused(tmp_path / "file" / "results", "could not be read or written")


def test_a_folder_without_records_says_how_to_get_some(tmp_path):
    is_refused(tmp_path, "there are no records", create=False)
    is_refused(tmp_path / "none", "there are no records", create=False)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "records.sqlite").mkdir()
    is_refused(tmp_path, "cannot be opened")


def test_the_file_of_another_program_is_left_alone(tmp_path):
    file = tmp_path / "records.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE songs (name)")
    connection.close()
    before = file.read_bytes()
    is_refused(tmp_path, "another program")
    is_refused(tmp_path, "another program", create=False)
    assert file.read_bytes() == before


def test_records_of_a_newer_version_are_left_alone(tmp_path):
    connection = sqlite3.connect(filled(tmp_path) / "records.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    is_refused(tmp_path, "newer coursekit.*version 99")
    is_refused(tmp_path, "newer coursekit", create=False)


@pytest.mark.parametrize("content", [b"no database at all " * 99, b"SQLite format 3\0"])
def test_what_is_no_database_is_called_damaged(tmp_path, content):
    (tmp_path / "records.sqlite").write_bytes(content)
    is_refused(tmp_path, "damaged or no database|another program")


def test_an_empty_file_is_what_a_killed_run_leaves(tmp_path):
    (tmp_path / "records.sqlite").write_bytes(b"")
    is_refused(tmp_path, "is empty", create=False)
    assert filled(tmp_path)


def test_a_damaged_page_is_an_error_in_words(tmp_path):
    with Records.open(tmp_path, create=True) as records:
        for number in range(200):
            records.put(graded(f"{number}"))
    file = tmp_path / "records.sqlite"
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    with (
        pytest.raises(RecordsError, match="damaged"),
        Records.open(tmp_path) as records,
    ):
        records.graded()


def test_a_damaged_lock_says_which_file_it_is(tmp_path):
    (filled(tmp_path) / "records.lock").write_bytes(b"nonsense " * 999)
    is_refused(tmp_path, "records.lock.*damaged")


READ = "print(len(Records.open(folder).graded()))"
TRY = """
try: {}
except Exception as error: print(type(error).__name__, error)
"""
WRITE = TRY.format("Records.open(folder, create=True)")
OVERRIDE = TRY.format(
    "Records.open(folder).override('Ada', 'layer_norm', 1, author='a', reason='r')"
)


@pytest.fixture
def read_only(tmp_path):
    """Return a folder of records that nobody may change."""
    for folder in [tmp_path, *list(tmp_path.parents)[:2]]:
        folder.chmod(0o755)
    folder = filled(tmp_path / "results")
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_records_in_a_folder_that_cannot_be_written_can_be_read(read_only):
    assert run_as_nobody(READ, read_only) == "1\n"


def test_a_folder_that_cannot_be_written_says_so_at_once(read_only):
    said = run_as_nobody(WRITE, read_only)
    assert said.startswith("RecordsError")
    assert "cannot be opened for this" in said


def test_an_override_in_a_folder_that_cannot_be_written_says_so(read_only):
    said = run_as_nobody(OVERRIDE, read_only)
    assert said.startswith("RecordsError")
    assert "cannot be opened for this" in said


def write_until_killed(folder, first, pipe):
    """Put one record after the other and say so after each; never returns."""
    try:
        with Records.open(folder, create=True) as records:
            for number in range(first, first + 100_000):
                records.put(graded(f"{number:06}", tasks=SOME))
                os.write(pipe, b".")
    finally:
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_whenever_it_is_killed_a_writer_leaves_all_that_it_put(tmp_path):
    random, there = Random(0), 0
    for _ in range(50):
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            write_until_killed(tmp_path, there, writing)
        os.close(writing)
        time.sleep(random.uniform(0, 0.04))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as pipe:
            said = len(pipe.read())
        with Records.open(tmp_path, create=True) as records:
            found = [int(entry.key[0]) for entry in records._entries()]
            [(health,)] = records._database.connection.execute("PRAGMA integrity_check")
        assert health == "ok"
        assert found == list(range(len(found)))
        assert there + said <= len(found) <= there + said + 1
        there = len(found)
    with Records.open(tmp_path) as records:
        assert all(len(one.tasks) == 2 and one.score == 80 for one in records.each())
    assert there > 50


def test_a_shared_drive_is_seen_in_the_list_of_mounts():
    mounts = (
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        "2 1 0:9 / /home/my\\040class rw shared:1 - nfs4 host:/x rw\n"
        "3 1 0:9 / /home/my\\040class/local rw - fuseblk /dev/sdb rw\n"
        "4 1 0:9 / /mnt rw - fuse.sshfs x rw\n"
        "broken line\n"
    )
    kinds = {
        "/home/my class/results": "nfs4",
        "/home/my class/local/results": "",
        "/home": "",
        "/mnt": "fuse.sshfs",
    }
    assert {path: drives._kind(Path(path), mounts) for path in kinds} == kinds


def test_on_a_shared_drive_there_is_no_write_ahead_log(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "coursekit.grading.records.database.shared_drive", lambda folder: "nfs4"
    )
    with Records.open(tmp_path, create=True) as records:
        records.put(graded())
        assert "nfs4" in records.note
        assert "local disk" in records.note
        [(mode,)] = records._database.connection.execute("PRAGMA journal_mode")
        [(level,)] = records._database.connection.execute("PRAGMA synchronous")
        assert (mode, level) == ("delete", 2)
        with Records.open(tmp_path) as reader:
            assert reader.graded() == (graded(),)


def test_on_a_drive_of_this_computer_there_is_nothing_to_say(tmp_path):
    with Records.open(tmp_path, create=True) as records:
        [(mode,)] = records._database.connection.execute("PRAGMA journal_mode")
        assert (records.note, mode) == ("", "wal")
