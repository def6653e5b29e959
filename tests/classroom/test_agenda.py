"""An agenda adds up to the minute, has its breaks, and keeps what matters most."""

import re
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coursekit.classroom.agenda import (
    CLOSING,
    LONG_DAY,
    STRETCH,
    WELCOME,
    AgendaError,
    Kind,
    plan,
)
from coursekit.classroom.lessons import Lesson, Part

PAUSES = (Kind.BREAK, Kind.MEAL)


def a_lesson(at, *minutes):
    return Lesson(
        name=f"{at:02}_topic",
        title=f"Topic {at}",
        alone=2 * sum(minutes),
        workshop=sum(minutes),
        outcomes="",
        needs="",
        notes={},
        parts=tuple(Part(f"part {n}", long) for n, long in enumerate(minutes)),
        advice="",
        sections=(),
        explorers=0,
        long=(),
    )


def a_task(at, minutes, importance=3, name="task"):
    return SimpleNamespace(
        name=name, exercise=f"{at:02}_topic", minutes=minutes, importance=importance
    )


courses = st.lists(
    st.lists(st.integers(1, 30), min_size=1, max_size=5), min_size=1, max_size=4
)
practice = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 70), st.integers(1, 5)), max_size=12
)
durations = st.integers(60, 720)


def planned(course, tasks, minutes, **how):
    lessons = [a_lesson(at, *lengths) for at, lengths in enumerate(course)]
    made = [a_task(*task, name=f"task {n}") for n, task in enumerate(tasks)]
    return plan(lessons, made, (), minutes, **how)


@settings(max_examples=200, deadline=None)
@given(courses, practice, durations, st.booleans())
@example([[55]], [], 131, True)  # three stretches, and work for one
@example([[45]], [(0, 30, 3), (0, 40, 5), (0, 25, 4)], 170, True)  # order counts
def test_the_minutes_are_those_asked_for_and_nobody_sits_longer_than_an_hour(
    course, tasks, minutes, all_of_them
):
    try:
        agenda = planned(course, tasks, minutes, all_of_them=all_of_them)
    except AgendaError:
        return
    assert sum(slot.minutes for slot in agenda.slots) == minutes
    assert all(slot.minutes > 0 for slot in agenda.slots)
    sitting = 0
    for slot in agenda.slots:
        sitting = 0 if slot.kind in PAUSES else sitting + slot.minutes
        assert sitting <= STRETCH
    kinds = [slot.kind for slot in agenda.slots]
    assert kinds[0] is Kind.WELCOME and kinds[-1] is Kind.CLOSING
    assert not any({*pair} <= {*PAUSES} for pair in pairwise(kinds))


@settings(max_examples=200, deadline=None)
@given(courses, practice, durations)
def test_every_lesson_planned_is_given_in_full(course, tasks, minutes):
    try:
        agenda = planned(course, tasks, minutes)
    except AgendaError:
        return
    for lesson in agenda.lessons:
        given_to_it = sum(
            slot.minutes
            for slot in agenda.slots
            if slot.kind is Kind.LESSON and slot.lesson == lesson.name
        )
        assert given_to_it == lesson.workshop
    scheduled = {slot.what for slot in agenda.slots if slot.kind is Kind.PRACTICE}
    assert scheduled == {one.what for one in agenda.cuts}
    assert not scheduled & {one.what for one in agenda.home}


@settings(max_examples=50, deadline=None)
@given(courses, st.integers(1, 400))
def test_the_minutes_that_a_refusal_names_are_enough(course, minutes):
    try:
        planned(course, [], minutes, all_of_them=True)
    except AgendaError as refused:
        needed = re.search(r"takes? (\d+) minutes", str(refused))
        planned(course, [], int(needed[1]), all_of_them=True)


def test_the_most_important_practice_is_kept():
    lesson = a_lesson(0, 15)
    tasks = [a_task(0, 10, 2, "little"), a_task(0, 10, 5, "much")]
    agenda = plan([lesson], tasks, (), 35)
    assert [one.what for one in agenda.cuts] == ["much"]
    assert [one.what for one in agenda.home] == ["little"]


def test_what_matters_least_is_cut_first():
    tasks = [a_task(0, 5, n, f"importance {n}") for n in (3, 5, 1)]
    agenda = plan([a_lesson(0, 15)], tasks, (), 60)
    assert [one.importance for one in agenda.cuts] == [1, 3, 5]


def test_short_questions_are_one_piece_of_practice():
    questions = [SimpleNamespace(exercise="00_topic", minutes=2)] * 3
    agenda = plan([a_lesson(0, 15)], (), questions, 60)
    (slot,) = [slot for slot in agenda.slots if slot.kind is Kind.PRACTICE]
    assert (slot.what, slot.minutes) == ("the 3 short questions", 6)


def test_as_many_lessons_are_given_as_fit_with_what_matters_in_them():
    lessons = [a_lesson(at, 20) for at in range(3)]
    tasks = [a_task(at, 20, 4, f"task {at}") for at in range(3)]
    agenda = plan(lessons, tasks, (), 110)
    assert [lesson.number for lesson in agenda.lessons] == ["00", "01"]


def test_a_long_day_has_one_meal_near_its_middle():
    agenda = planned([[30, 30]] * 5, [], LONG_DAY + 60)
    before, total = 0, 0
    for slot in agenda.slots:
        before = total if slot.kind is Kind.MEAL else before
        total += slot.minutes
    assert [slot.kind for slot in agenda.slots].count(Kind.MEAL) == 1
    assert 0.3 < before / total < 0.6


def test_the_shortest_workshop_is_a_lesson_with_welcome_and_closing():
    shortest = WELCOME + 15 + CLOSING
    agenda = planned([[15]], [], shortest)
    assert [slot.kind for slot in agenda.slots] == [
        Kind.WELCOME,
        Kind.LESSON,
        Kind.CLOSING,
    ]
    with pytest.raises(AgendaError, match=f"takes {shortest} minutes"):
        planned([[15]], [], shortest - 1)


def test_lessons_that_do_not_all_fit_are_refused_and_fewer_are_proposed():
    with pytest.raises(AgendaError) as refused:
        planned([[20], [20], [40]], [], 60, all_of_them=True)
    assert "Lessons 00 01 02 with welcome" in str(refused.value)
    assert "take 100 minutes" in str(refused.value)
    assert "or --lessons 00 01." in str(refused.value)


@pytest.mark.parametrize("minutes", [-5, 0, 10])
def test_too_few_minutes_say_how_many_it_takes(minutes):
    with pytest.raises(AgendaError, match=f"{minutes} minutes are too short"):
        planned([[15]], [], minutes)


def test_more_than_a_day_is_refused():
    with pytest.raises(AgendaError, match="one agenda for each day"):
        planned([[15]], [], 1000)
