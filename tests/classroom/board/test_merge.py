"""Learners' progress files, merged later: what is new counts, and once."""

import sqlite3
from contextlib import closing

import pytest
from class_made import CODE, COLUMNS, OVER_THE_BATCH, TASK

from coursekit import wire
from coursekit.classroom.board.database import Database
from coursekit.classroom.board.merge import (
    ProgressError,
    merge,
    progress_files,
    read_progress,
)
from coursekit.classroom.board.room import Room
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import CriterionVerdict, Diagnosis, Status, Verdict
from coursekit.study import store as store_module
from coursekit.study.outbox import Outbox
from coursekit.study.store import FILE, Store

WRONG = Verdict(
    TASK,
    (CriterionVerdict("One.", 10, Status.FAIL, Reason.WRONG_VALUE),),
    (Diagnosis(OVER_THE_BATCH, "Why."),),
)


@pytest.fixture
def room(tmp_path):
    with Database(tmp_path / "board.sqlite3") as database:
        yield Room(database, COLUMNS, code=CODE)


def study_of(tmp_path, who):
    return Store(tmp_path / who / "study" / ".coursekit")


def rows(room):
    return {one["name"]: one for one in room.teacher()["learners"]}


def test_who_never_had_a_network_gets_a_row_named_after_the_folder(tmp_path, room):
    kept = study_of(tmp_path, "Ada")
    kept.record(WRONG)
    assert merge(room, kept.file) == ("Ada", 1, 1)
    assert rows(room)["Ada"]["cells"][TASK]["mistakes"] == (OVER_THE_BATCH,)


def test_merging_again_adds_only_what_is_new(tmp_path, room):
    kept = study_of(tmp_path, "Ada")
    for number in (1, 2):
        kept.record(WRONG)
        assert merge(room, kept.file) == ("Ada", number, 1)
    assert merge(room, kept.file) == ("Ada", 2, 0)


def test_what_the_board_heard_is_not_counted_again(tmp_path, room):
    kept = study_of(tmp_path, "Ada")
    box = Outbox(kept)
    member = box.join("http://a", CODE, "Countess")
    kept.record(WRONG)
    sent = wire.Message(CODE, member.token, "Countess", box.waiting())
    room.hear(sent)
    kept.record(WRONG)
    assert merge(room, kept.file) == ("Countess", 2, 1)
    assert list(rows(room)) == ["Countess"]
    assert rows(room)["Countess"]["checks"] == 2


def test_a_file_of_before_there_were_boards_is_read(tmp_path, room):
    path = tmp_path / "Emmy.sqlite3"
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(
            "".join(store_module.MIGRATIONS[:2]) + "; PRAGMA user_version = 2;"
        )
        old.execute(
            "INSERT INTO attempts (at, task, score, out_of, status, mistakes) VALUES "
            "('2025-01-01T00:00:00+00:00', ?, 4, 4, 'pass', '')",
            (TASK,),
        )
    assert [merge(room, path) for _ in range(2)] == [("Emmy", 1, 1), ("Emmy", 1, 0)]


def test_a_file_whose_kernel_was_killed_is_read_whole_and_left_as_it_is(tmp_path):
    kept, copy = study_of(tmp_path, "Ada"), tmp_path / "copy"
    kept.record(WRONG)
    copy.mkdir()
    with closing(sqlite3.connect(kept.file)) as kernel:  # its log is not folded in yet
        kernel.execute("UPDATE attempts SET score = 3")
        kernel.commit()
        for path in kept.file.parent.glob(f"{FILE}*"):
            (copy / path.name).write_bytes(path.read_bytes())
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert f"{FILE}-wal" in before
    assert [event.points for event in read_progress(copy / FILE).events] == [3]
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


@pytest.mark.parametrize(
    "change",
    [
        "at = 'yesterday'",
        "task = 'no such task'",
        "status = 'great'",
        "score = 1e9",
        "score = 'x'",
        "mistakes = x'00ff'",
        "event = 'not an id'",
    ],
)
def test_a_row_that_is_no_attempt_is_passed_over(tmp_path, room, change):
    kept = study_of(tmp_path, "Ada")
    kept.record(WRONG)
    kept.record(WRONG)
    with closing(sqlite3.connect(kept.file)) as file, file:
        file.execute(f"UPDATE attempts SET {change} WHERE id = 2")
    assert merge(room, kept.file) == ("Ada", 1, 1)


def test_a_view_that_would_never_end_is_no_progress(tmp_path):
    path = tmp_path / "evil.sqlite3"
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"CREATE VIEW attempts AS {endless} SELECT i AS id FROM n")
    with pytest.raises(ProgressError, match="no table of attempts"):
        read_progress(path)


def test_what_is_no_progress_file_is_said(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("notes " * 1000)
    with pytest.raises(ProgressError, match="is no progress file"):
        read_progress(path)


def test_files_are_found_below_a_folder(tmp_path):
    for who in ("Ada", "Emmy"):
        study_of(tmp_path, who).record(WRONG)
    found = list(progress_files([tmp_path]))
    assert [path.parents[2].name for path in found] == ["Ada", "Emmy"]
    assert list(progress_files([found[0]])) == [found[0]]
    (tmp_path / "empty").mkdir()
    for nothing in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(ProgressError, match=FILE):
            list(progress_files([nothing]))
