"""Strangers stay out; a class behind one address gets in, whatever one of them does."""

from types import SimpleNamespace

import pytest
from class_made import CODE, an_id, attempt

from coursekit import wire
from coursekit.classroom.board.limits import Buckets, Door, Refused


@pytest.fixture
def clock():
    return SimpleNamespace(seconds=0.0)


@pytest.fixture
def door(clock):
    return Door(CODE, lambda: clock.seconds)


def knock(door, who, room=CODE, known=False, events=(), address="10.0.0.1"):
    message = wire.Message(room, an_id(who), "A", events)
    try:
        door.admit(message, address, known)
    except Refused as refused:
        return refused.status, refused.why
    return 200, ""


def test_a_bucket_empties_by_use_and_fills_with_time(clock):
    bucket = Buckets(2, 0.5, lambda: clock.seconds)
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    assert bucket.take("b")
    clock.seconds = 2.0
    assert [bucket.take("a") for _ in range(2)] == [True, False]


def test_buckets_do_not_grow_without_end(clock):
    bucket = Buckets(2, 0.5, lambda: clock.seconds)
    for key in range(12_000):
        bucket.take(key)
    assert len(bucket._left) <= 10_000


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), " k7q-m2x "])
def test_the_code_may_be_typed_in_any_way(door, typed):
    assert knock(door, "Ada", typed) == (200, "")


@pytest.mark.parametrize("typed", ["", "WRONG1", CODE + "A", "Ж" * 6, "\ud800"])
def test_a_wrong_code_is_refused(door, typed):
    assert knock(door, "Ada", typed) == (403, wire.CODE)


def test_two_hundred_behind_one_address_all_get_in_at_once(door):
    assert {knock(door, number) for number in range(200)} == {(200, "")}


def test_guessing_ends_soon_even_with_the_right_code(door):
    wrong = [knock(door, number, f"GUESS{number}") for number in range(100)]
    assert wrong.count((403, wire.CODE)) == 60
    assert knock(door, "right") == (429, wire.LATER)


def test_a_guesser_keeps_no_learner_of_the_same_address_out(door, clock):
    for number in range(100):
        knock(door, number, f"GUESS{number}")
    assert knock(door, "Ada", known=True) == (200, "")
    clock.seconds = 3.0
    assert knock(door, "newcomer") == (200, "")


def test_a_guesser_elsewhere_changes_nothing_here(door):
    for number in range(100):
        knock(door, number, f"GUESS{number}", address="10.0.0.2")
    assert knock(door, "Ada") == (200, "")


def test_a_guesser_with_a_whole_network_of_ipv6_is_one(door):
    for number in range(100):
        knock(door, number, f"GUESS{number}", address=f"2001:db8::{number:x}")
    assert knock(door, "right", address="2001:db8::ffff") == (429, wire.LATER)


def test_a_learner_who_never_stops_is_slowed_and_the_others_are_not(door):
    ends = [knock(door, "loop", known=True) for _ in range(100)]
    assert ends.count((429, wire.LATER)) == 70
    assert knock(door, "Ada", known=True) == (200, "")


def test_what_waited_through_an_outage_is_taken_in_one_go(door):
    batch = [attempt(number) for number in range(wire.MAX_EVENTS)]
    assert {knock(door, "Ada", known=True, events=batch) for _ in range(12)} == {
        (200, "")
    }
    assert knock(door, "Ada", known=True, events=batch) == (429, wire.LATER)
