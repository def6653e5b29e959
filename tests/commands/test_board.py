"""``coursekit board`` as it is called: what it prints, refuses, survives and ends."""

import asyncio
import re
import signal
import socket
import sys

import pytest
from board_process import TASK, board_process, killed, summary, work

from coursekit import cli
from coursekit.classroom.board.addresses import reachable
from coursekit.classroom.board.serving import welcome
from coursekit.commands.base import BROKEN, DONE, MISUSED
from coursekit.commands.board import _columns
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict
from coursekit.study.store import Store, store

pytestmark = pytest.mark.timeout(60)  # a board that is not refused would run on


@pytest.fixture
def board(tmp_path, capsys):
    def run(*options):
        data = str(tmp_path / "board.sqlite3")
        code = cli.main(["board", "--data", data, "--host", "127.0.0.1", *options])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_class_loses_nothing_and_a_killed_board_comes_back_as_it_was(tmp_path):
    """The short form of tests/benchmarks/board.py."""
    data = tmp_path / "board.sqlite3"
    with board_process(data) as running:
        load = asyncio.run(work(running, learners=50, seconds=5))
        before = running.state()
        killed(running)
    assert (load.sent, load.taken, load.lost) == (250, 250, 0)
    assert summary(load.shown)[0] < 1.0
    with board_process(data) as again:
        after = again.state()
    assert {**after, "version": 0} == {**before, "version": 0}
    assert sum(one["checks"] for one in after["learners"]) == 250
    assert (again.code, again.teach.partition("/teach")[2]) == (
        running.code,
        running.teach.partition("/teach")[2],
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_even_while_a_page_is_open(tmp_path, sign):
    with board_process(tmp_path / "board.sqlite3") as running:
        host, port = running.address.split("//")[1].split(":")
        with socket.create_connection((host, int(port))) as page:
            head = f"GET /api/teach HTTP/1.1\r\nHost: x\r\nCookie: {running.cookie()}"
            page.sendall(f"{head}\r\n\r\n".encode())
            assert b"200" in page.recv(1000)
            running.process.send_signal(sign)
            said = running.process.stdout.read()
            assert running.process.wait(10) == DONE
    path = tmp_path / "board.sqlite3"
    assert said.strip() == f"The board is closed. Learners in {path}: 0."


def test_a_port_that_is_taken_is_said(board):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = board("--port", str(port))
    assert code == MISUSED
    assert f"port {port} is taken" in said
    assert f"--port {port + 1}" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "99999"], "from 0 to 65535"),
        (["--host", "no such host"], "cannot listen"),
        (["--host", "192.0.2.99"], "cannot listen"),
        (["--room", "ab"], "no room code"),
        (["--room", "ab/cdef"], "no room code"),
        (["--lessons", "99"], "there is no lesson '99'"),
        (["--merge", "nowhere"], "is no file"),
    ],
)
def test_what_cannot_be_is_said_in_words(board, options, says):
    code, said = board(*options)
    assert code == MISUSED
    assert says in said
    assert "Traceback" not in said


def test_a_file_that_is_no_board_s_is_said(board, tmp_path):
    (tmp_path / "board.sqlite3").write_text("notes " * 1000)
    code, said = board()
    assert code == BROKEN
    assert "--data" in said


def test_files_are_merged_and_what_is_none_is_said(board, tmp_path):
    kept = Store(tmp_path / "in" / "Ada" / ".coursekit")
    one_check(kept)
    (tmp_path / "in" / "Emmy").mkdir()
    (tmp_path / "in" / "Emmy" / "progress.sqlite3").write_text("notes " * 1000)
    code, said = board("--merge", str(tmp_path / "in"))
    assert code == MISUSED
    assert "Ada: checks 1, of them new 1" in said
    assert "is no progress file" in said
    assert "The others are in" in said
    assert "Ada: checks 1, of them new 0" in board("--merge", str(kept.file))[1]


def one_check(kept):
    kept.record(Verdict(TASK, (CriterionVerdict("One.", 10, Status.PASS, Reason.OK),)))


def test_a_study_folder_is_taken_whole(board, tmp_path):
    one_check(Store(tmp_path / "Ada" / "study" / ".coursekit"))
    code, said = board("--merge", str(tmp_path / "Ada" / "study"))
    assert code == DONE and "Ada: checks 1, of them new 1" in said
    assert "All of it is in" in said


def test_a_completion_record_is_refused_and_nothing_is_said_to_be_in(board, tmp_path):
    record = tmp_path / "completion.json"
    record.write_text('{"format": "coursekit-completion/1"}')
    code, said = board("--merge", str(record))
    assert code == MISUSED
    assert "is a completion record" in said and "board --help" in said
    assert "board.sqlite3" not in said


def test_the_lines_of_the_help_copy_the_progress_file(
    board, tmp_path, capsys, monkeypatch
):
    with pytest.raises(SystemExit):
        cli.main(["board", "--help"])
    said = capsys.readouterr().out
    lines = re.findall(r"^  ((?:import shutil;|shutil\.).*)$", said, re.M)
    monkeypatch.chdir(tmp_path)
    one_check(store())
    exec("\n".join(lines))
    _, said = board("--merge", str(tmp_path / "Ada Lovelace.sqlite3"))
    assert "Ada Lovelace: checks 1, of them new 1" in said


def test_lessons_choose_the_columns():
    assert {one.exercise for one in _columns(["07", "05_batch_norm"]).values()} == {
        "05_batch_norm",
        "07_layer_norm",
    }
    everything = _columns([])
    assert "statistics over the batch" in everything[TASK].mistakes
    assert everything["07-means"].mistakes


def test_the_welcome_says_every_address_and_who_gets_in(tmp_path):
    from coursekit.classroom.board.database import Database
    from coursekit.classroom.board.room import Room

    with Database(tmp_path / "board.sqlite3") as database:
        room = Room(database, _columns(["07"]), code="K7QM2X")
        said = welcome(room, ["http://10.0.0.1:1", "http://10.0.0.2:1"], "0.0.0.0", 1)
        alone = welcome(room, reachable("127.0.0.1", 1), "127.0.0.1", 1)
    for address in ("10.0.0.1", "10.0.0.2"):
        assert f'join("http://{address}:1/K7QM2X", "nickname")' in said
    assert f"http://127.0.0.1:1/teach/{room.teach_key}" in said
    assert "Every computer in your networks can reach it" in said
    assert "Only this computer reaches it" in alone
