"""An agenda adds up to the minute, has its breaks, and keeps what matters most."""

import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coursekit.autograders import all_questions, all_tasks
from coursekit.classroom import heart
from coursekit.classroom.agenda import (
    CLOSING,
    LONG_DAY,
    STRETCH,
    WELCOME,
    AgendaError,
    Kind,
    plan,
)
from coursekit.classroom.lessons import Lesson, Part, read_lesson

COURSE = [
    read_lesson(path)
    for path in sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
]
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
    assert {one.what for one in agenda.cuts} <= scheduled
    assert not scheduled & {one.what for one in agenda.home}


@settings(max_examples=200, deadline=None)
@given(courses, durations)
def test_nobody_listens_long_without_practice(course, minutes):
    tasks = [(at, 5 * n, n) for at in range(len(course)) for n in (1, 2, 3, 4, 5)]
    try:
        agenda = planned(course, tasks, minutes)
    except AgendaError:
        return
    listening = 0
    for slot in agenda.slots:
        if slot.kind is Kind.PRACTICE:
            listening = 0
        listening += slot.minutes if slot.kind is Kind.LESSON else 0
        assert listening <= max(heart.TALK, *map(max, course))


@settings(max_examples=50, deadline=None)
@given(courses, st.integers(1, 400))
def test_the_minutes_that_a_refusal_names_are_enough(course, minutes):
    try:
        planned(course, [], minutes, all_of_them=True)
    except AgendaError as refused:
        needed = re.search(r"takes? (\d+), and", str(refused))
        planned(course, [], int(needed[1]), all_of_them=True)


def test_the_most_important_practice_is_kept():
    lesson = a_lesson(0, 15)
    tasks = [a_task(0, 10, 2, "little"), a_task(0, 10, 5, "much")]
    agenda = plan([lesson], tasks, (), 35)
    assert practised(agenda) == {"00": ["much"]}
    assert [one.what for one in agenda.home] == ["little"]
    assert not agenda.cuts  # the lesson is not given without it


def test_what_matters_least_is_cut_first():
    tasks = [a_task(0, 5, n, f"importance {n}") for n in (3, 5, 1)]
    agenda = plan([a_lesson(0, 15)], tasks, (), 60)
    assert [one.importance for one in agenda.cuts] == [1, 3]


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


def test_no_lesson_is_added_that_leaves_too_little_practice():
    lessons = [a_lesson(0, 20), a_lesson(1, 20)]
    tasks = [a_task(0, 14, 5, "a"), a_task(1, 12, 5, "b"), a_task(0, 9, 4, "c")]
    assert len(plan(lessons, tasks, (), 90).lessons) == 1
    enough = [a_task(0, 14, 5, "a"), a_task(1, 14, 5, "b")]
    assert len(plan(lessons, enough, (), 90).lessons) == 2


def course_agenda(minutes, *asked):
    lessons = [one for one in COURSE if not asked or one.number in asked]
    tasks, questions = all_tasks().values(), all_questions().values()
    how = {"all_of_them": bool(asked)}
    return plan(lessons, [*tasks], [*questions], minutes, **how)


def practised(agenda):
    """Return what is practised, by the number of the lesson."""
    found = {}
    for slot in agenda.slots:
        if slot.kind is Kind.PRACTICE:
            found.setdefault(slot.lesson.partition("_")[0], []).append(slot.what)
    return found


def test_every_lesson_of_the_course_has_its_place_among_the_others():
    assert sorted(heart.ORDER) == [lesson.name for lesson in COURSE]


@pytest.mark.parametrize(
    ("minutes", "numbers"),
    [
        (45, "00"),
        (60, "02"),
        (90, "02"),
        (180, "02 07"),
        (360, "02 05 07"),
        (480, "01 02 05 07 08"),
    ],
)
def test_a_workshop_gives_the_heart_of_the_course(minutes, numbers):
    agenda = course_agenda(minutes)
    assert [lesson.number for lesson in agenda.lessons] == numbers.split()
    assert sorted(practised(agenda)) == numbers.split()
    talk = sum(slot.minutes for slot in agenda.slots if slot.kind is Kind.LESSON)
    spare = sum(slot.minutes for slot in agenda.slots if slot.kind is Kind.OPEN)
    assert spare < 15 and talk <= 2 / 3 * minutes


@pytest.mark.parametrize("minutes", [240, 300, 420])
def test_lessons_that_are_asked_for_all_come_with_their_most_important_task(minutes):
    done = practised(course_agenda(minutes, "02", "05", "07"))
    assert "residual_forward" in done["02"]
    assert "batch_norm_forward" in done["05"]
    assert "layer_norm_forward" in done["07"]


def test_a_task_follows_what_it_is_about():
    for minutes in (180, 360, 480, 720):
        slots = course_agenda(minutes).slots
        order = [slot.what for slot in slots if slot.lesson.startswith("02")]
        on_the_board = order.index("section 4 on the blackboard")
        assert order.index("residual_forward") < on_the_board
        assert on_the_board < order.index("residual_backward")


def test_what_a_lesson_still_needs_is_said_to_the_minute():
    with pytest.raises(AgendaError) as refused:
        course_agenda(55, "02")
    assert str(refused.value).startswith("lesson 02 needs 5 more minutes.")
    assert str(refused.value).endswith("Give --minutes 60.")
    course_agenda(60, "02")


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
    with pytest.raises(AgendaError, match=f"needs 1 more .* takes {shortest},"):
        planned([[15]], [], shortest - 1)


def test_lessons_that_do_not_all_fit_are_refused_and_fewer_are_proposed():
    with pytest.raises(AgendaError) as refused:
        planned([[20], [20], [40]], [], 60, all_of_them=True)
    assert "lessons 00, 01 and 02 need 40 more minutes" in str(refused.value)
    assert "they take 100, and there are 60" in str(refused.value)
    assert "leave out lesson 02: --lessons 00 01." in str(refused.value)


@pytest.mark.parametrize("minutes", [-5, 0, 10])
def test_too_few_minutes_say_how_many_it_takes(minutes):
    with pytest.raises(AgendaError, match=f"needs {25 - minutes} more minutes"):
        planned([[15]], [], minutes)


def test_more_than_a_day_is_refused():
    with pytest.raises(AgendaError, match="one agenda for each day"):
        planned([[15]], [], 1000)
