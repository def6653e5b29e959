"""What the events come to; that it is kept; and that a restart changes nothing."""

import pytest
from class_made import (
    CODE,
    COLUMNS,
    NO_EPS,
    OVER_THE_BATCH,
    TASK,
    an_id,
    attempt,
    flag,
)

from coursekit import wire
from coursekit.classroom.board import room as module
from coursekit.classroom.board.database import Database
from coursekit.classroom.board.limits import Refused
from coursekit.classroom.board.room import Room, new_code

LEFT = wire.Event("e" * 32, 0.0, wire.LEFT)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "board.sqlite3"


@pytest.fixture
def room(path):
    with Database(path) as database:
        yield Room(database, COLUMNS, code=CODE)


def say(room, nickname, *events, token=""):
    message = wire.Message(CODE, token or an_id(nickname), nickname, events)
    return room.hear(message)


def rows(room):
    return {one["name"]: one for one in room.teacher()["learners"]}


def cell(room, nickname="Ada", task=TASK):
    return rows(room)[nickname]["cells"][task]


def wrong(number, *mistakes, **more):
    return attempt(number, "fail", points=2, mistakes=mistakes, **more)


def test_hello_makes_a_row(room):
    assert say(room, "Ada") == {"name": "Ada", "settled": []}
    assert rows(room)["Ada"]["cells"] == {}


def test_the_latest_attempt_counts_whenever_it_arrives(room):
    say(room, "Ada", wrong(1, OVER_THE_BATCH, age=10), wrong(2, NO_EPS, age=5))
    say(room, "Ada", wrong(3, age=20))
    assert cell(room)["mistakes"] == (NO_EPS,)
    assert cell(room)["tries"] == 3


def test_done_stays_done(room):
    say(room, "Ada", attempt(1, age=10), wrong(2, NO_EPS))
    assert cell(room)["status"] == "pass"
    assert room.teacher()["mistakes"] == []


def test_a_pass_that_arrives_late_counts(room):
    say(room, "Ada", wrong(1), attempt(2, age=60))
    assert cell(room)["status"] == "pass"


def test_a_stub_is_no_try(room):
    say(room, "Ada", attempt(1, "todo", points=0), attempt(2, "unjudged", points=None))
    assert cell(room)["tries"] == 0


def test_an_event_that_comes_twice_counts_once(room):
    for _ in range(2):
        say(room, "Ada", attempt(1))
    assert rows(room)["Ada"]["checks"] == 1


def test_two_learners_may_have_events_of_the_same_id(room):
    say(room, "Ada", attempt(1))
    say(room, "Mallory", attempt(1))
    assert {one["checks"] for one in rows(room).values()} == {1}


def test_mistakes_are_counted_over_those_who_tried(room):
    for number in range(4):
        say(room, f"learner {number}", wrong(number, OVER_THE_BATCH))
    say(room, "done", wrong(5, OVER_THE_BATCH, age=9), attempt(6, mistakes=(NO_EPS,)))
    say(room, "stub", attempt(7, "todo", points=0))
    assert room.teacher()["mistakes"] == [
        {"task": TASK, "name": OVER_THE_BATCH, "count": 4, "of": 5}
    ]


def test_only_what_the_board_knows_is_shown(room):
    told = say(
        room,
        "Mallory",
        attempt(1, task="a rude word"),
        wrong(2, "a rude word", OVER_THE_BATCH),
        attempt(3, task="05-shape", points=1000),
    )
    assert len(told["settled"]) == 3  # sending them again would change nothing
    assert "rude" not in str(room.teacher()) + str(room.projector())
    assert cell(room, "Mallory", "05-shape")["points"] == 1


def test_the_projector_has_no_name_and_no_row(room):
    say(room, "Ada", wrong(1, OVER_THE_BATCH), flag(1, "red"))
    shown = room.projector()
    assert "Ada" not in str(shown)
    assert shown["flags"] == {"red": 1, "green": 0}
    assert (shown["tasks"][TASK]["done"], shown["tasks"][TASK]["trying"]) == (0, 1)


def test_the_projector_tells_no_mistake_that_one_made_alone(room):
    say(room, "Ada", wrong(1, OVER_THE_BATCH))
    assert room.projector()["mistakes"] == []
    say(room, "Emmy", wrong(2, OVER_THE_BATCH))
    assert room.projector()["mistakes"][0]["count"] == 2


def test_the_newest_flag_is_up_and_the_instructor_can_take_it_down(room):
    say(room, "Ada", flag(1, "green", age=1), flag(2, "red", age=60))
    assert rows(room)["Ada"]["flag"] == "green"
    room.answer_flag(1)
    assert rows(room)["Ada"]["flag"] is None


def test_who_left_counts_no_more_until_they_are_back(room):
    say(room, "Ada", wrong(1, NO_EPS), flag(1, "red"), LEFT)
    assert rows(room)["Ada"]["left"]
    assert rows(room)["Ada"]["flag"] is None
    assert room.teacher()["mistakes"] == []
    say(room, "Ada")
    assert not rows(room)["Ada"]["left"]


def test_the_same_token_is_the_same_row_under_another_name(room):
    say(room, "Ada", token="a" * 32)
    assert say(room, "Countess", token="a" * 32)["name"] == "Countess"
    assert list(rows(room)) == ["Countess"]


def test_a_number_behind_a_name_stays_the_same(room):
    say(room, "Ada", token="a" * 32)
    for _ in range(2):
        assert say(room, "Ada", token="b" * 32)["name"] == "Ada (2)"


def test_who_was_removed_does_not_come_back(room):
    say(room, "Mallory")
    room.remove(1)
    with pytest.raises(Refused, match=wire.GONE):
        say(room, "Mallory", attempt(1))
    assert room.teacher()["learners"] == []
    assert room.teacher()["gone"] == [1]


def test_a_full_room_takes_nobody_else(room, monkeypatch):
    monkeypatch.setattr(module, "MOST_LEARNERS", 1)
    say(room, "Ada")
    with pytest.raises(Refused, match=wire.LATER):
        say(room, "Emmy")


def test_a_change_names_only_who_changed(room):
    say(room, "Ada")
    version = room.teacher()["version"]
    say(room, "Emmy")
    changed = room.teacher(version)["learners"]
    assert [one["name"] for one in changed] == ["Emmy"]


def test_after_a_restart_everything_is_as_it_was(path):
    def without_version(room):
        told = room.teacher() | {"keys": (room.code, room.teach_key, room.show_key)}
        return {key: value for key, value in told.items() if key != "version"}

    with Database(path) as database:
        room = Room(database, COLUMNS)
        say(room, "Ada", wrong(1, NO_EPS, age=3), attempt(2, age=9), flag(1, "red"))
        say(room, "Ada", token="b" * 32)
        say(room, "Mallory")
        say(room, "Emmy", attempt(3), LEFT)
        room.remove(3)
        room.answer_flag(1)
        room.set_timer(5)
        room.set_lesson("07_layer_norm")
        before = without_version(room)
    with Database(path) as database:
        assert without_version(Room(database, COLUMNS)) == before


def test_the_file_has_no_token_in_it(path, room):
    say(room, "Ada", token="deadbeef" * 4)
    room.database.close()
    assert b"deadbeef" not in path.read_bytes()


def test_room_codes_have_no_letters_that_look_alike():
    codes = "".join(new_code() for _ in range(500))
    assert not set(codes) & set("IO01")
    assert len(set(codes)) > 25
