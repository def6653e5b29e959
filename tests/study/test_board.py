"""Learners on a board: what it hears, and that the notebook never waits for it."""

import contextlib
import json
import random
import socket
import threading
import time

import pytest
from class_made import COLUMNS, running

from coursekit import wire
from coursekit.classroom.board.columns import Column, Columns
from coursekit.study import outbox, sender, store
from coursekit.study.board import flag, join, leave
from coursekit.study.feedback import check
from coursekit.study.outbox import Outbox

COURSE = Columns([Column("double", "07", 4, frozenset({"squared"})), *COLUMNS.values()])
NOBODY = "http://127.0.0.1:1/K7QM2X"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Try again at once, and end every thread with its test."""
    monkeypatch.setattr(sender, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.1)
    yield
    Outbox(store.store()).store.do(
        lambda database: database.execute("DROP TABLE board")
    )


@pytest.fixture
def board(tmp_path):
    with running(tmp_path / "board.sqlite3", COURSE) as made:
        yield made


def on(board):
    return f"{board.address}/{board.room.code}"


def soon(condition, seconds=8.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def another_kernel():
    store._stores.clear()
    sender._sender.cache_clear()


def waiting():
    return len(Outbox(store.store()).waiting())


def double(x):
    return x**2


def test_a_check_is_on_the_board_with_its_mistake(board):
    assert "You are on the board as Ada" in str(join(on(board), "Ada"))
    check(double)
    assert soon(lambda: board.rows()["Ada"]["cells"])
    cell = board.rows()["Ada"]["cells"]["double"]
    assert (cell["status"], cell["points"], cell["out_of"]) == ("fail", 2, 4)
    assert cell["mistakes"] == ["squared"]


def test_who_did_not_join_is_not_heard(board):
    check(double)
    assert waiting() == 0
    assert board.state()["learners"] == []


def test_flags_go_up_and_down(board):
    join(on(board), "Ada")
    for colour, shown in (("red", "red"), (" GREEN ", "green"), (None, None)):
        flag(colour)
        assert soon(lambda shown=shown: board.rows()["Ada"]["flag"] == shown)


def test_who_left_is_not_heard_any_more_and_comes_back_to_the_same_row(board):
    join(on(board), "Ada")
    check(double)
    leave()
    assert soon(lambda: board.rows()["Ada"]["left"])
    check(double)
    assert waiting() == 0
    assert board.rows()["Ada"]["checks"] == 1
    join(on(board), "Ada")
    assert soon(lambda: not board.rows()["Ada"]["left"])
    assert list(board.rows()) == ["Ada"]


def test_a_new_kernel_keeps_the_row_and_need_not_join_again(board):
    join(on(board), "Ada")
    another_kernel()
    check(double)
    assert soon(lambda: board.rows()["Ada"]["checks"] == 1)
    another_kernel()
    assert "as Ada" in str(join(on(board), "Ada"))
    assert list(board.rows()) == ["Ada"]


def test_a_nickname_that_is_taken_gets_a_number(board):
    board.say("Ada", token="f" * 32)
    assert "as Ada (2)" in str(join(on(board), "Ada"))


def test_a_second_name_from_one_place_is_said_with_what_two_people_do(board):
    join(on(board), "Ada")
    said = str(join(on(board), "Bob"))
    assert "account was on the board as Ada; it is Bob now" in said
    assert "coursekit lab NAME" in said
    assert list(board.rows()) == ["Bob"]
    assert "Two people?" not in str(join(on(board), "bob"))


def test_two_study_folders_of_one_account_are_two_learners(
    board, tmp_path, monkeypatch
):
    monkeypatch.delenv(store.HOME)
    for name in ("Ada", "Bob"):
        (tmp_path / name / store.MARKER).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / name)
        assert "Two people?" not in str(join(on(board), name))
    assert list(board.rows()) == ["Ada", "Bob"]
    said = " ".join(str(join(on(board), "Ada too")).split())  # lines break anywhere
    assert f"study folder ({tmp_path / 'Bob'})" in said


def test_what_was_checked_without_a_network_arrives_later_and_once(board):
    join(f"http://127.0.0.1:1/{board.room.code}", "Ada")
    for _ in range(3):
        check(double)
    flag("red")
    assert waiting() == 4
    another_kernel()
    join(on(board), "Ada")
    assert soon(lambda: waiting() == 0)
    row = board.rows()["Ada"]
    assert (row["checks"], row["flag"]) == (3, "red")


def test_two_kernels_that_send_the_same_are_heard_once(board):
    join(on(board), "Ada")
    member = Outbox(store.store()).member()
    event = wire.Event("a" * 32, 0.0, wire.ATTEMPT, "double", "pass", 4, 4)
    for _ in range(2):
        assert sender.send(member, (event,)).settled == {event.id}
    assert board.rows()["Ada"]["checks"] == 1


def test_a_wrong_code_is_said_and_nothing_is_sent_until_the_right_one(board):
    said = str(join(f"{board.address}/WRONG1", "Ada"))
    assert "did not take the room code" in said
    check(double)
    assert waiting() == 0
    assert "You are on the board" in str(join(on(board), "Ada"))


def test_a_learner_who_was_removed_is_told(board):
    join(on(board), "Ada")
    board.as_teacher("/api/do", {"do": "remove", "learner": 1})
    assert "took you off" in str(join(on(board), "Ada"))


def test_another_room_gets_another_token_and_nothing_of_the_one_before():
    box = Outbox(store.store())
    first = box.join("http://a", "ROOM1", "Ada")
    box.flag("red")
    assert box.join("http://b", "ROOM1", "Ada").token == first.token
    assert waiting() == 1
    assert box.join("http://a", "ROOM2", "Ada").token != first.token
    assert waiting() == 0


def test_a_board_that_has_not_answered_for_a_day_is_told_nothing(monkeypatch):
    box = Outbox(store.store())
    box.join("http://a", "ROOM1", "Ada")
    later = time.time() + outbox.STAYS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    check(double)
    assert box.member() is None
    assert waiting() == 0


# -- nothing of the code ------------------------------------------------------------


@contextlib.contextmanager
def tape():
    """Answer like a board and keep every byte that came."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as connection:
                        heard.append(_request(connection))
                        ids = [e["id"] for e in _body(heard[-1])["events"]]
                        told = json.dumps(wire.written_reply("Ada", ids)).encode()
                        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(told)}\r\n\r\n"
                        connection.sendall(head.encode() + told)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)


def _request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(rest) < length:
        rest += connection.recv(65536)
    return head + b"\r\n\r\n" + rest


def _body(request):
    return json.loads(request.partition(b"\r\n\r\n")[2])


def test_no_byte_of_the_code_its_output_or_its_errors_is_sent(sealed_home, named):
    def secret_name(x, secret_argument="secret default"):
        """Secret docstring."""
        print("secret output")
        secret_variable = x.shape  # secret comment
        raise ValueError(f"secret message {secret_variable}")

    def secret_wrong(x):
        return x * 1234.5

    with tape() as (address, heard):
        join(f"{address}/K7QM2X", "Ada")
        for answer in (named(secret_name), named(secret_wrong), named(double)):
            check(answer)
        assert soon(lambda: sum(len(_body(one)["events"]) for one in heard) == 3)
    everything = b"".join(heard).lower()
    for word in ("secret", "1234", "def ", "x**2", "traceback", "test_board"):
        assert word.encode() not in everything
    assert str(sealed_home).lower().encode() not in everything
    assert (
        socket.gethostname().lower().encode() not in everything.split(b"\r\n\r\n", 1)[1]
    )
    fields = {key for one in heard for event in _body(one)["events"] for key in event}
    assert fields == {
        *("id", "age", "kind", "task", "status", "points", "out_of", "mistakes")
    }


# -- never waiting ------------------------------------------------------------------


def test_a_check_does_not_wait_for_a_board_that_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes calls, says nothing
        join(f"http://127.0.0.1:{silent.getsockname()[1]}/K7QM2X", "Ada")
        start = time.perf_counter()
        for call in (lambda: check(double), lambda: flag("red"), leave):
            call()
        assert time.perf_counter() - start < 0.75 * sender.PATIENCE


def test_join_waits_for_a_moment_at_most():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.perf_counter()
        said = str(join(f"http://127.0.0.1:{silent.getsockname()[1]}/K7QM2X", "Ada"))
        assert time.perf_counter() - start < 0.75 * sender.PATIENCE
    assert "has not answered yet" in said


def test_a_stranger_s_answer_is_no_board_s(monkeypatch):
    page = (200, b"<html>Welcome to the hotel</html>", 0.0)
    monkeypatch.setattr(sender, "_posted", lambda *_: page)
    assert "has not answered yet" in str(join(NOBODY, "Ada"))
    check(double)
    assert waiting() == 1


def test_a_disk_that_is_busy_only_delays(monkeypatch):
    """The thread must go on after an error of the disk."""
    failed = threading.Event()
    real = Outbox.waiting

    def once(self, *more):
        if failed.is_set():
            return real(self, *more)
        failed.set()
        raise OSError("busy")

    monkeypatch.setattr(Outbox, "waiting", once)
    with tape() as (address, heard):
        join(f"{address}/K7QM2X", "Ada")
        assert soon(lambda: len(heard) == 1)


def test_without_a_disk_the_board_hears_all_the_same(board, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way of a folder")
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "file"))
    join(on(board), "Ada")
    check(double)
    assert soon(lambda: board.rows()["Ada"]["checks"] == 1)


def test_the_learner_s_random_numbers_are_left_alone():
    random.seed(1)
    before = random.getstate()
    join(NOBODY, "Ada")
    check(double)
    time.sleep(0.1)
    assert random.getstate() == before


# -- words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: join(), "needs the address"),
        (lambda: join("http://1.2.3.4:8765"), "needs the room code"),
        (lambda: join("http://1.2.3.4:99999/ABCDEF"), "needs the address"),
        (lambda: join("ftp://1.2.3.4/ABCDEF"), "needs the address"),
        (lambda: join("http://[::1/ABCDEF"), "needs the address"),
        (lambda: join("http://1.2.3.4 /ABCDEF"), "needs the address"),
        (lambda: join("http://1.2.3.4/AB"), "needs the room code"),
        (lambda: join(3, None), "needs texts"),
        (lambda: flag(), "no such flag"),
        (lambda: flag("blue"), "no such flag"),
        (lambda: flag(3), "no such flag"),
        (lambda: flag("red"), "not on a board"),
        (lambda: leave(), "not on a board"),
    ],
)
def test_what_cannot_be_is_said_on_a_card(call, says):
    assert says in str(call())


@pytest.mark.parametrize(
    ("address", "room", "base"),
    [
        ("http://10.0.0.1:8765/K7QM2X", "", "http://10.0.0.1:8765"),
        ("10.0.0.1:8765/k7qm2x/", "", "http://10.0.0.1:8765"),
        ("http://10.0.0.1:8765", "k7q m2x", "http://10.0.0.1:8765"),
        ("http://10.0.0.1:8765/K7QM2X", "K7QM2X", "http://10.0.0.1:8765"),
        ("https://hub.example/user/a/K7QM2X", "", "https://hub.example/user/a"),
    ],
)
def test_the_code_may_stand_in_the_address_or_beside_it(address, room, base):
    from coursekit.study.board import read_address

    assert read_address(address, room) == (base, "K7QM2X")


@pytest.mark.parametrize("name", ["flag", "join", "leave"])
def test_a_notebook_imports_them_from_the_package(name):
    import coursekit

    assert callable(getattr(coursekit, name))
