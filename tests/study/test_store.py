"""Progress survives restarts, two kernels, damage, and disks that cannot be written."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict
from coursekit.study import store as module
from coursekit.study.store import FILE, Standing, Store, place


def verdict(status=Status.PASS, reason=Reason.OK, points=4):
    return Verdict("t", (CriterionVerdict("One.", points, status, reason),))


def undated(standing):
    return replace(standing, at="")


def test_attempts_and_hints_survive_a_restart(tmp_path):
    Store(tmp_path).record(verdict(), "0.1 abc")
    assert [Store(tmp_path).take_hint("t", 3) for _ in range(5)] == [1, 2, 3, 3, 3]
    standing = Store(tmp_path).standing("t")
    assert undated(standing) == Standing(1, 4, True, 3, "", "0.1 abc")
    assert datetime.fromisoformat(standing.at).tzinfo is UTC


def test_the_version_kept_is_that_of_the_first_of_the_best_attempts(tmp_path):
    kept = Store(tmp_path)
    kept.record(verdict(Status.FAIL, Reason.WRONG_VALUE), "1")
    kept.record(verdict(), "2")
    kept.record(verdict(), "3")
    assert kept.standing("t").checked_with == "2"


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE)) as old, old:
        old.executescript(module.MIGRATIONS[0] + "PRAGMA user_version = 1;")
        old.execute(
            "INSERT INTO attempts (at, task, score, out_of, status, mistakes) "
            "VALUES ('2025-01-01T00:00:00+00:00', 't', 4, 4, 'pass', '')"
        )
    standing = Store(tmp_path).standing("t")
    assert standing == Standing(1, 4, True, 0, "2025-01-01T00:00:00+00:00", "")


def test_attempts_of_before_there_were_boards_get_ids(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE)) as old, old:
        old.executescript("".join(module.MIGRATIONS[:2]) + "; PRAGMA user_version = 2;")
        for _ in range(2):
            old.execute(
                "INSERT INTO attempts (at, task, score, out_of, status, mistakes) "
                "VALUES ('2025-01-01T00:00:00+00:00', 't', 4, 4, 'pass', '')"
            )
    Store(tmp_path).record(verdict())
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        ids = {row[0] for row in file.execute("SELECT event FROM attempts")}
    assert {len(one) for one in ids} == {32}
    assert len(ids) == 3


def test_a_stub_and_a_fault_of_ours_are_no_attempts(tmp_path):
    kept = Store(tmp_path)
    kept.record(verdict(Status.TODO, Reason.NOT_ATTEMPTED))
    kept.record(verdict(Status.ERROR, Reason.GRADER_ERROR))
    assert kept.standing("t") == Standing()


def test_a_failed_attempt_is_one(tmp_path):
    kept = Store(tmp_path)
    kept.record(verdict(Status.FAIL, Reason.WRONG_VALUE))
    assert undated(kept.standing("t")) == Standing(attempts=1)


def test_two_kernels_can_write_at_once(tmp_path):
    def write(_):
        kept = Store(tmp_path)
        kept.record(verdict())
        return kept.take_hint("t", 100), kept.take_note()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(write, range(24)))
    assert sorted(number for number, _ in results) == list(range(1, 25))
    assert {note for _, note in results} == {""}
    assert Store(tmp_path).standing("t").attempts == 24


def test_two_processes_can_start_at_once(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from coursekit.study.store import Store\n"
        "kept = Store(Path(sys.argv[1]))\n"
        "print([kept.take_hint('t', 99) for _ in range(5)][-1], kept.take_note())"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[0].split() for process in both]
    assert all(len(words) == 1 for words in said), said
    assert max(int(words[0]) for words in said) == 10


def test_a_place_that_cannot_be_written_costs_only_the_saving(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    kept = Store(tmp_path / "file")
    assert [kept.take_hint("t", 3) for _ in range(2)] == [1, 2]
    kept.record(verdict())
    assert undated(kept.standing("t")) == Standing(1, 4, True, 2)
    assert "could not be saved" in kept.take_note()


@pytest.mark.skipif(os.name == "nt", reason="permissions work otherwise there")
def test_a_file_that_became_read_only_is_still_read(tmp_path, monkeypatch):
    Store(tmp_path).record(verdict())

    def refuse(*_, **__):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    kept = Store(tmp_path)
    monkeypatch.setattr(kept, "_opened", refuse)
    kept.record(verdict())
    assert kept.standing("t").attempts == 2
    assert "readonly" in kept.take_note()


def test_a_full_disk_costs_only_the_saving(tmp_path, monkeypatch):
    kept = Store(tmp_path)
    kept.record(verdict())

    class Full(sqlite3.Connection):
        def execute(self, statement, *values):
            if statement.startswith("INSERT"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(statement, *values)

    connect = sqlite3.connect

    def only_the_file_is_full(path, *arguments, **options):
        if Path(str(path)) == kept.file:
            options["factory"] = Full
        return connect(path, *arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", only_the_file_is_full)
    kept.record(verdict())
    assert kept.standing("t").attempts == 2
    assert "disk is full" in kept.take_note()


@pytest.mark.parametrize("damage", [b"not a database" * 200, b"\0" * 4096])
def test_a_damaged_file_is_set_aside_and_said_once(tmp_path, damage):
    (tmp_path / FILE).write_bytes(damage)
    kept = Store(tmp_path)
    kept.record(verdict())
    assert kept.standing("t").attempts == 1
    assert (tmp_path / f"{FILE}.corrupt-1").read_bytes() == damage
    assert "damaged" in kept.take_note()
    assert kept.take_note() == ""
    assert Store(tmp_path).standing("t").attempts == 1


def test_a_torn_page_is_damage_too(tmp_path):
    kept = Store(tmp_path)
    for _ in range(50):
        kept.record(verdict())
    data = bytearray((tmp_path / FILE).read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    (tmp_path / FILE).write_bytes(data)
    kept.record(verdict())
    assert (tmp_path / f"{FILE}.corrupt-1").exists()
    assert kept.standing("t").attempts == 1


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    kept = Store(tmp_path)
    kept.record(verdict())
    assert kept.standing("t").attempts == 1
    assert "newer coursekit" in kept.take_note()
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path, monkeypatch):
    Store(tmp_path).record(verdict())
    later = "ALTER TABLE attempts ADD COLUMN seconds REAL;"
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, later))
    kept = Store(tmp_path)
    kept.record(verdict())
    assert kept.standing("t").attempts == 2 and kept.take_note() == ""


def test_the_variable_wins_over_the_study_folder(tmp_path, monkeypatch, sealed_home):
    (tmp_path / ".coursekit").mkdir()
    monkeypatch.chdir(tmp_path)
    assert place() == sealed_home


def test_the_nearest_study_folder_keeps_the_progress(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSEKIT_HOME")
    (tmp_path / ".coursekit").mkdir()
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    assert place() == tmp_path / ".coursekit"


def test_without_a_study_folder_the_user_s_own_is_used(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSEKIT_HOME")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        module.platformdirs, "user_data_path", lambda *_, **__: tmp_path / "data"
    )
    assert place() == tmp_path / "data"
