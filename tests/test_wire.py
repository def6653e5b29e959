"""What goes over the wire: written and read alike, and nothing that is of no field."""

import json

import pytest

from coursekit import wire

ID = "0123456789abcdef" * 2
EVENTS = (
    wire.Event(ID, 1.5, wire.ATTEMPT, "t", "fail", 2, 4, ("one too many",)),
    wire.Event(ID, 0.0, wire.ATTEMPT, "t", "unjudged", None, 4),
    wire.Event(ID, 0.0, wire.FLAG, colour="red"),
    wire.Event(ID, 0.0, wire.FLAG),
    wire.Event(ID, 0.0, wire.LEFT),
)


def body(**changes):
    event = {"id": ID, "age": 0, "kind": "left"}
    whole = {"version": 1, "room": "R", "token": ID, "nickname": "A"}
    return json.dumps({**whole, "events": [event], **changes}).encode()


def attempt(**changes):
    event = {"id": ID, "age": 0, "kind": "attempt", "task": "t", "status": "pass"}
    event |= {"points": 1, "out_of": 1, "mistakes": []}
    return body(events=[{**event, **changes}])


def test_a_message_is_read_as_it_was_written():
    message = wire.Message("K7QM2X", ID, "Ada", EVENTS)
    assert wire.read_message(message.written()) == message


def test_what_a_kind_of_event_has_no_use_for_is_not_sent():
    assert wire.Event(ID, 0.0, wire.LEFT, task="secret").plain() == {
        "id": ID,
        "age": 0.0,
        "kind": "left",
    }


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"[" * 5000,
        b'"' + b"x" * wire.MAX_BODY,
        b"\xff\xfe",
        body(version=2),
        body(room=None),
        body(token="short"),
        body(token=ID.upper()),
        body(nickname="x" * 5000),
        body(nickname=["A"]),
        body(events={}),
        body(events=[None]),
        body(events=[{"id": ID, "age": 0, "kind": "left"}] * 51),
        body(events=[{"id": ID, "age": 0, "kind": "code"}]),
        body(events=[{"id": ID, "age": "0", "kind": "left"}]),
        body(events=[{"id": ID, "age": float("nan"), "kind": "left"}]),
        body(events=[{"id": ID, "age": 0, "kind": "flag", "colour": "blue"}]),
        attempt(status="done"),
        attempt(status=["pass"]),
        attempt(points=-1),
        attempt(points=10**400),
        attempt(points=True),
        attempt(out_of=1.5),
        attempt(mistakes=["x"] * 9),
        attempt(mistakes=[{}]),
        attempt(task="t" * 1000),
    ],
)
def test_what_is_of_another_form_is_refused_and_not_repeated(sent):
    with pytest.raises(ValueError, match=r"^read_message: ") as error:
        wire.read_message(sent)
    assert len(str(error.value)) < 120


def test_an_age_is_bounded_at_both_ends():
    sent = body(events=[{"id": ID, "age": age, "kind": "left"} for age in (-5, 1e30)])
    ages = [event.age for event in wire.read_message(sent).events]
    assert ages == [0.0, wire.MAX_AGE]


@pytest.mark.parametrize("told", [b"<html>", b"{}", b'{"settled": 1, "name": ""}'])
def test_an_answer_that_is_not_a_board_s_is_none(told):
    with pytest.raises(ValueError):
        wire.read_reply(told)
    assert wire.read_refusal(told) == ""
