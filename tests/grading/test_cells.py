"""No cell of ours is run by a spreadsheet, and none changes who somebody is."""

import csv
import io

import pytest

from coursekit.grading.cells import legible, neutral, number, table


@pytest.mark.parametrize(
    "text", ["=cmd()", "+1", "-1", "@SUM(A1)", "＝1", " =1", "\t=1"]
)
def test_what_would_be_a_formula_gets_an_apostrophe(text):
    assert neutral(text).lstrip()[0] == "'"


def test_what_follows_a_semicolon_is_as_dangerous():
    assert neutral("a;=1") == "a;'=1"


@pytest.mark.parametrize("name", ["Doe, Jane", "יעל", "👩‍💻", "نرگس‌ها", "O'Brien"])
def test_names_of_every_script_stay_what_they_are(name):
    assert neutral(name) == name


def test_lone_surrogates_and_control_characters_become_visible():
    assert legible("a\udcff\x00\x1b[31m") == "a\\udcff\\x00\\x1b[31m"


def test_a_name_cannot_turn_the_direction_of_its_row():
    assert legible("\u202eeve") == "\\u202eeve"


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.0, "7"), (10, "10"), (6.666, "6.67"), (None, ""), (-0.001, "0")],
)
def test_points_have_two_decimals_at_most(value, text):
    assert number(value) == text


def test_a_table_is_read_back_as_it_was():
    text = table(["who", "points"], [["Doe, Jane", 1.5], ['say "hi"', None]])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["who", "points"], ["Doe, Jane", "1.5"], ['say "hi"', ""]]
    assert text.endswith("\r\n")


def test_only_a_table_for_excel_begins_with_a_byte_order_mark():
    assert table(["a"], [], mark=True).startswith("\ufeff")
    assert not table(["a"], []).startswith("\ufeff")
