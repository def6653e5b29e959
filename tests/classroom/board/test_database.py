"""Full disks, read-only files, other programs' files: said in words, nothing lost."""

import os
import sqlite3
from contextlib import closing

import pytest
from class_made import attempt, running

from coursekit.classroom.board.database import BoardFileError, Database


def test_a_full_disk_is_said_and_what_was_not_taken_can_come_again(tmp_path):
    with running(tmp_path / "board.sqlite3") as board:
        assert board.say("Ada", attempt(0))[0] == 200
        limit = board.room.database._connection
        pages = limit.execute("PRAGMA page_count").fetchone()[0]
        limit.execute(f"PRAGMA max_page_count = {pages}")
        batches = [[attempt(50 * k + i) for i in range(50)] for k in range(1, 10)]
        full = next(batch for batch in batches if board.say("Ada", *batch)[0] == 503)
        assert board.say("Ada", *full) == (503, {"refused": "later"})
        before = board.rows()["Ada"]["checks"]
        assert "the disk is full" in board.state()["trouble"]
        assert "Free some space" in board.state()["trouble"]

        limit.execute("PRAGMA max_page_count = 100000")
        assert board.say("Ada", *full)[0] == 200
        assert board.rows()["Ada"]["checks"] == before + 50
        assert board.state()["trouble"] == ""


def test_a_file_that_becomes_read_only_is_said(tmp_path):
    with running(tmp_path / "board.sqlite3") as board:
        board.room.database._connection.execute("PRAGMA query_only = 1")
        assert board.say("Ada")[0] == 503
        assert "cannot be written" in board.state()["trouble"]
        assert board.state()["learners"] == []


def refusal(path):
    with pytest.raises(BoardFileError) as error:
        Database(path)
    return str(error.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    said = refusal(tmp_path / "nowhere" / "board.sqlite3")
    assert "cannot be written" in said
    assert "--data" in said


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_read_only_file_is_said(tmp_path):
    path = tmp_path / "board.sqlite3"
    Database(path).close()
    path.chmod(0o400)
    assert "cannot be written" in refusal(path)


def test_a_second_board_on_the_same_file_is_refused(tmp_path):
    with Database(tmp_path / "board.sqlite3"):
        assert "is in use: a board runs on it" in refusal(tmp_path / "board.sqlite3")


def test_another_program_s_database_is_left_alone(tmp_path):
    path = tmp_path / "progress.sqlite3"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE attempts (id)")
    before = path.read_bytes()
    assert "some other database" in refusal(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("notes " * 1000)
    assert "damaged, or no database" in refusal(path)
    assert path.read_text() == "notes " * 1000


def test_a_newer_file_is_left_alone(tmp_path):
    path = tmp_path / "board.sqlite3"
    Database(path).close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("PRAGMA user_version = 99")
    assert "newer coursekit" in refusal(path)
