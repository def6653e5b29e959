"""What a lesson's notebook says to instructors is read; what is missing is said."""

from pathlib import Path

import pytest

from coursekit.classroom.guide import PARTS
from coursekit.classroom.lessons import LessonError, Part, read_lesson

ROOT = Path(__file__).parents[2]
COURSE = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_header_and_notes_are_read(lesson_file):
    lesson = read_lesson(lesson_file)
    assert (lesson.name, lesson.number) == ("00_start_here", "00")
    assert (lesson.title, lesson.alone, lesson.workshop) == ("Start here", 25, 15)
    assert lesson.outcomes == "You will guess before you run."
    assert lesson.needs == "Python."
    assert lesson.notes["Why we teach this"] == "It is `short`."
    assert lesson.notes["Typical pitfalls"].endswith("they stop early.")
    assert (lesson.explorers, lesson.long) == (1, ("cell-4",))


def test_the_timing_is_taken_apart(lesson_file):
    lesson = read_lesson(lesson_file)
    assert lesson.parts == (
        Part("sections 1 and 2", 10, "on the blackboard"),
        Part("section 3", 3),
        Part("questions", 2),
    )
    assert lesson.advice == "Leave section 4 for home."


def test_a_timing_that_does_not_add_up_is_one_piece(write_lesson):
    header = "# 01 · A\n\n**9 min alone · 7 min in a workshop**"
    note = "*Timing (7 min):* section 1, 2 min; section 2, 3 min."
    lesson = read_lesson(write_lesson((header, []), (note, ["instructor"])))
    assert lesson.parts == (Part("the lesson", 7),)


def test_outcomes_and_preparation_of_the_instructor_cell_come_first(write_lesson):
    header = "# 01 · A\n\n**9 min alone · 7 min in a workshop**\n\n**You will** run."
    note = "*Learning outcomes:* guess and be wrong. *Preparing:* bring two dice."
    lesson = read_lesson(write_lesson((header, []), (note, ["instructor"])))
    assert lesson.outcomes == "Guess and be wrong."
    assert lesson.notes["Preparing"] == "Bring two dice."


@pytest.mark.parametrize("text", ["# 00 · No minutes", "**9 min alone**", ""])
def test_a_lesson_without_title_or_minutes_says_what_is_missing(write_lesson, text):
    with pytest.raises(LessonError, match="min in a workshop"):
        read_lesson(write_lesson((text, [])))


def test_a_file_that_is_no_notebook_says_what_to_do(tmp_path):
    (tmp_path / "00_a.ipynb").write_text("{")
    with pytest.raises(LessonError, match="coursekit build"):
        read_lesson(tmp_path / "00_a.ipynb")


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_every_lesson_of_the_course_has_a_timing_that_adds_up(path):
    lesson = read_lesson(path)
    assert len(lesson.parts) > 2
    assert sum(part.minutes for part in lesson.parts) == lesson.workshop


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_every_lesson_of_the_course_says_what_an_instructor_needs(path):
    lesson = read_lesson(path)
    assert lesson.outcomes and lesson.needs
    assert {"Why we teach this", "Timing", "Questions you will get"} <= set(
        lesson.notes
    )
    assert "Typical pitfalls" in lesson.notes
    assert set(lesson.notes) <= set(PARTS)  # a heading of another name is a slip
