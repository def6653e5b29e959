"""An agenda as text, Markdown and a page: the clock is right, and nothing breaks."""

import re
from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest

from coursekit.classroom import timetable
from coursekit.classroom.agenda import Kind, plan
from coursekit.classroom.lessons import read_lesson

NINE = time(9)


@pytest.fixture
def agenda(lesson_file, task):
    tasks = [task("double", importance=2), task("halve", importance=5)]
    return plan([read_lesson(lesson_file)], tasks, (), 90)


def test_slots_follow_one_another_from_the_start_to_the_end(agenda):
    rows = timetable.rows(agenda, NINE)
    assert rows[0].begin == "09:00" and rows[-1].end == "10:30"
    assert all(one.end == two.begin for one, two in pairwise(rows))


def test_a_workshop_may_end_after_midnight(agenda):
    assert timetable.rows(agenda, time(23, 30))[-1].end == "01:00"


def test_the_text_says_when_what_and_how(agenda):
    text = timetable.as_text(agenda, NINE)
    assert "09:05   10 min  Lesson 00: sections 1 and 2 (on the blackboard)" in text
    assert text.splitlines()[0] == "A workshop of 90 minutes: lesson 00"
    assert max(map(len, text.splitlines())) <= timetable.WIDTH


def test_what_to_cut_first_is_open_time_then_what_matters_least(agenda):
    cuts = [*timetable.to_cut(agenda)]
    assert cuts[0].startswith("the open time (")
    assert cuts[1] == "00: double (10 min, importance 2 of 5)"
    assert cuts[2] == "lesson 00: the questions (2 min)"
    assert not any("halve" in cut for cut in cuts)  # the most important stays


def test_the_open_time_is_added_up(agenda):
    spare = sum(slot.minutes for slot in agenda.slots if slot.kind is Kind.OPEN)
    assert spare and f"the open time ({spare} min)" in timetable.as_text(agenda, NINE)


def test_what_a_lesson_builds_on_and_the_day_leaves_out_is_said(agenda):
    (lesson,) = agenda.lessons
    needs = "a trace, and [lesson 01](01_plain.ipynb)."
    told = replace(agenda, lessons=(replace(lesson, needs=needs),))
    assert "It needs: a trace, and lesson 01." in " ".join(timetable.to_prepare(told))
    assert "It needs" not in " ".join(timetable.to_prepare(agenda))


def test_the_rule_by_which_lessons_were_taken_is_printed(agenda):
    for written in (timetable.as_text, timetable.as_page, timetable.as_markdown):
        assert "a workshop would miss" in written(agenda, NINE)
        assert "a workshop would miss" not in written(replace(agenda, asked=True), NINE)


def test_what_lessons_say_about_time_and_what_runs_long_is_told(agenda):
    text = timetable.as_text(agenda, NINE)
    assert "lesson 00: Leave section 4 for home." in text
    assert "the cell `cell-4` runs for up to a minute" in text


def test_the_markdown_is_one_table_and_its_lists(agenda):
    text = timetable.as_markdown(agenda, NINE)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert "\n## When time runs short, leave out in this order\n\n1. " in text


def test_a_bar_in_a_name_does_not_break_the_table(agenda):
    slots = tuple(replace(slot, what="a | b") for slot in agenda.slots)
    text = timetable.as_markdown(replace(agenda, slots=slots), NINE)
    assert text.count(r"a \| b") == len(slots)


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(agenda):
    slots = (replace(agenda.slots[0], what="<script>alert(1)</script>"),)
    page = timetable.as_page(replace(agenda, slots=slots), NINE)
    assert "&lt;script&gt;" in page and "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert '<html lang="en">' in page and "prefers-color-scheme:dark" in page
    assert "@media print" in page
