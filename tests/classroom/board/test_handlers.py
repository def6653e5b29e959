"""Over HTTP: who may read what, what strangers get, what of the hostile is served."""

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest
from class_made import CODE, TASK, an_id, attempt, flag, running

from coursekit import wire

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    with running(tmp_path_factory.mktemp("board") / "board.sqlite3") as made:
        yield made


def stream(board, which, seconds=5.0, until=lambda told: True, then=lambda: None):
    """Return what a page is told until something is, and how the first began."""
    key = {"teach": board.room.teach_key, "show": board.room.show_key}[which]
    cookie = board.ask(f"/{which}/{key}")[2]["Set-Cookie"].partition(";")[0]
    parts = urlsplit(board.address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    connection.request("GET", f"/api/{which}", headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200
    told, kind, end = [], "", time.monotonic() + seconds
    while time.monotonic() < end:
        line = answer.readline().decode().strip()
        if line.startswith("event: "):
            kind = line[7:]
        if line.startswith("data: ") and kind != "alive":
            told.append((kind, json.loads(line[6:])))
            if len(told) == 1:
                then()
            elif until(told[-1][1]):
                break
    connection.close()
    return told


@pytest.mark.parametrize("path", ["/teach", "/show", "/api/teach", "/api/state"])
def test_without_the_secret_link_nothing_of_the_class_is_read(board, path):
    board.say("Ada", attempt(1))
    status, told, _ = board.ask(path)
    assert status == 403
    assert b"Ada" not in told


@pytest.mark.parametrize(
    "path", ["/teach/" + "0" * 32, "/show/" + "0" * 32, "/teach/0"]
)
def test_a_guessed_link_opens_nothing(board, path):
    status, _, headers = board.ask(path)
    assert status == 403
    assert "Set-Cookie" not in headers


def test_the_projector_s_key_does_not_open_the_instructor_s_page(board):
    cookie = board.ask(f"/show/{board.room.show_key}")[2]["Set-Cookie"].split(";")[0]
    assert board.ask("/show", headers={"Cookie": cookie})[0] == 200
    for path in ("/teach", "/api/teach", "/api/state"):
        assert board.ask(path, headers={"Cookie": cookie})[0] == 403
    do = json.dumps({"do": "timer", "minutes": 5}).encode()
    headers = {"Cookie": cookie, "X-Board": "1"}
    assert board.ask("/api/do", do, headers)[0] == 403


def test_the_key_leaves_the_address_bar_and_no_script_can_read_it(board):
    status, told, headers = board.ask(f"/teach/{board.room.teach_key}")
    assert status == 200
    assert b'url=/teach"' in told
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Strict" in headers["Set-Cookie"]


def test_the_learner_s_token_opens_no_page(board):
    board.say("Ada")
    cookie = f"coursekit-teach-{urlsplit(board.address).port}={an_id('Ada')}"
    assert board.ask("/api/state", headers={"Cookie": cookie})[0] == 403


def test_a_command_needs_the_header_that_another_site_cannot_send(board):
    cookie = board.ask(f"/teach/{board.room.teach_key}")[2]["Set-Cookie"].split(";")[0]
    do = json.dumps({"do": "timer", "minutes": 5}).encode()
    assert board.ask("/api/do", do, {"Cookie": cookie})[0] == 403
    assert board.room.timer is None


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"do": "nothing"},
        {"do": "timer", "minutes": "NaN"},
        {"do": "timer", "minutes": None},
        {"do": "lesson", "lesson": "no such"},
        {"do": "answered", "learner": "x"},
    ],
)
def test_a_command_of_another_form_is_refused(board, body):
    assert board.as_teacher("/api/do", body)[0] == 400


def test_the_timer_and_the_lesson_reach_both_pages(board):
    board.as_teacher("/api/do", {"do": "timer", "minutes": 5})
    board.as_teacher("/api/do", {"do": "lesson", "lesson": "07_layer_norm"})
    for which in ("teach", "show"):
        (_, told), *_ = stream(
            board, which, until=lambda told: True, then=board_say(board)
        )
        assert told["timer"]["seconds"] == 300
        assert told["lesson"] == "07_layer_norm"
    board.as_teacher("/api/do", {"do": "timer", "minutes": 0})
    board.as_teacher("/api/do", {"do": "lesson", "lesson": ""})


def board_say(board):
    return lambda: board.say("Ada", flag(time.monotonic(), "red"))


def test_a_page_is_told_everything_first_and_then_what_changed(board):
    board.say("Emmy")
    told = stream(
        board,
        "teach",
        until=lambda told: any(
            one["name"] == "Ada" and one["flag"] for one in told["learners"]
        ),
        then=board_say(board),
    )
    kinds = [kind for kind, _ in told]
    assert kinds[0] == "all"
    assert set(kinds[1:]) == {"some"}
    assert {one["name"] for one in told[0][1]["learners"]} >= {"Ada", "Emmy"}
    assert [one["name"] for one in told[-1][1]["learners"]] == ["Ada"]


def test_the_projector_s_stream_has_no_names(board):
    board.say("Zuse")
    told = stream(board, "show", then=board_say(board))
    assert "Zuse" not in json.dumps(told)


# -- strangers ----------------------------------------------------------------------


def test_a_wrong_code_is_refused(board):
    assert board.say("Mallory", room="WRONG1") == (403, {"refused": "code"})
    assert "Mallory" not in board.rows()


@pytest.mark.parametrize("body", [b"", b"[[[[", b"{}", b"\xff" * 100])
def test_what_is_no_message_is_refused(board, body):
    status, told, _ = board.ask(wire.PATH, body)
    assert (status, json.loads(told)) == (400, {"refused": "form"})


def test_a_body_that_is_too_large_is_not_even_read(board):
    parts = urlsplit(board.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as line:
        line.sendall(b"POST /api/hear HTTP/1.1\r\nHost: x\r\n")
        line.sendall(b"Content-Length: 10000000\r\n\r\n")
        assert b"200" not in line.recv(1000)


@pytest.mark.parametrize("code", ["K7QM2X", "WRONG1", "wrong-2"])
def test_the_learners_page_does_not_tell_whether_a_code_is_right(board, code):
    status, told, _ = board.ask(f"/{code}")
    assert status == 200
    assert told.replace(code.upper().encode(), b"") == board.ask("/ABCD")[1].replace(
        b"ABCD", b""
    )


@pytest.mark.parametrize(
    "path",
    ["/static/../room.py", "/static/%2e%2e/room.py", "/static/teach.html", "/x/y"],
)
def test_no_other_file_is_served(board, path):
    assert board.ask(path)[0] in (403, 404)


@pytest.mark.parametrize("path", ["/", f"/{CODE}", "/teach", "/nothing/here"])
def test_every_page_is_closed_to_what_is_elsewhere(board, path):
    headers = board.ask(path)[2]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers


def test_nothing_of_a_hostile_request_is_repeated_as_it_came(board):
    for path in (f"/{HOSTILE}", f"/teach/{HOSTILE}", f"/?q={HOSTILE}"):
        told = board.ask(path.replace(" ", "%20").replace("<", "%3C"))[1]
        assert b"alert(1)" not in told
    told = board.ask("/", headers={"Host": "evil.example"})[1]
    assert b"evil" not in told


def test_a_hostile_nickname_stays_text(board):
    assert board.say(HOSTILE, attempt(9), token="c" * 32)[0] == 200
    page = board.as_teacher("/api/state")[1]
    assert HOSTILE in {one["name"] for one in page["learners"]}
    cookie = board.ask(f"/teach/{board.room.teach_key}")[2]["Set-Cookie"].split(";")[0]
    assert b"alert(1)" not in board.ask("/teach", headers={"Cookie": cookie})[1]
    assert TASK in next(o for o in page["learners"] if o["name"] == HOSTILE)["cells"]


def test_scripts_have_the_type_a_browser_needs(board):
    headers = board.ask("/static/teach.js")[2]
    assert headers["Content-Type"] == "text/javascript"
    assert board.ask("/static/board.css")[2]["Content-Type"] == "text/css"
