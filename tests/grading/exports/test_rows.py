"""The table: a row a learner, exercise and task."""

import csv
import io

from settled_made import broken, half, override, settled

from coursekit.grading.exports import rows


def read(*records):
    text = dict(rows.files(records))["results.csv"].removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_is_a_task_with_all_that_is_known_of_it():
    first, second = read(settled(tasks=(half(), half("backward"))))
    assert list(first) == list(rows.COLUMNS)
    assert (first["task"], second["task"]) == ("forward", "backward")
    assert (first["score"], first["out_of"], first["exercise_total"]) == ("1", "3", "2")
    assert (first["status"], first["reason"]) == ("fail", "WRONG_VALUE")
    assert first["mistakes"] == "unbiased std"
    assert first["handed_in"] == "2026-03-01 12:00:00"


def test_an_override_stands_beside_what_was_judged():
    (row,) = read(settled("Ada", override(2.5)))
    assert (row["score"], row["judged_score"]) == ("2.5", "1")
    assert row["override_author"] == "Dr. Noether"


def test_where_the_grader_failed_the_score_is_empty():
    (row,) = read(settled(tasks=(broken(),)))
    assert (row["score"], row["exercise_total"]) == ("", "")


def test_a_learner_called_like_a_formula_is_text():
    (row,) = read(settled("=cmd()"))
    assert row["learner"] == "'=cmd()"


def test_a_notebook_of_no_exercise_has_a_row_too():
    (row,) = read(settled(exercise="", tasks=()))
    assert row["task"] == ""


def test_excel_sees_that_the_table_is_utf_8():
    assert dict(rows.files([settled("Zoë")]))["results.csv"].startswith("\ufeff")
