"""Tables that a spreadsheet opens and never computes."""

import csv
import io

import pytest
from page_read import HOSTILE
from settled_class import (
    NORM,
    graded,
    judged,
    norm_notebook,
    our_fault,
    settled,
    three_of_ten,
)

from coursekit.grading.reports.sheets import criteria, gradebook, table

BOM = "\ufeff"


def read(rows):
    """Return the rows as a spreadsheet has them."""
    text = table(rows)
    assert text.startswith(BOM)
    text.encode("utf-8")
    return list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))


def book(*records):
    by_person = {}
    for one in records:
        who = (one.graded.learner, one.graded.learner_id)
        by_person.setdefault(who, []).append(one)
    exercises = sorted({one.graded.exercise for one in records})
    return read(gradebook(by_person, exercises))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "＝1", "a;=1", "%0"],
)
def test_no_text_begins_like_a_formula(text):
    ((cell,),) = read([[text]])
    for part in cell.split(";"):
        assert part.lstrip()[:1] not in tuple("=+-@＝＋－＠%\t\r\n")


@pytest.mark.parametrize("value", [-1.5, 0, 3.0, 1e-9, 0.1 + 0.2])
def test_a_number_stays_a_number(value):
    (row,) = read([[value]])
    assert float(row[0]) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_one_cell_on_one_line(text):
    ((cell, after),) = read([[text, "after"]])
    assert after == "after" and len(cell) < 1100
    assert not set(cell) & set("\x00\x07\x1b\u202e\r\n\t")


def test_lines_end_as_rfc_4180_has_it_and_commas_are_quoted():
    assert table([["Doe, Jane", 'say "x"'], [1, None]]) == (
        BOM + '"Doe, Jane","say ""x"""\r\n1,\r\n'
    )


def test_the_gradebook_has_a_row_a_learner_and_four_columns_an_exercise():
    other = settled(graded("Bob", [judged("axes_of", 0)], exercise="01_plain_networks"))
    heads, ada, bob = book(three_of_ten(), other)
    row = dict(zip(heads, ada, strict=True))
    assert row["learner"] == "Ada Lovelace" and row["learner_id"] == "s17"
    assert row[f"{NORM} points"] == "4.5" and row[f"{NORM} out of"] == "27"
    assert row[f"{NORM} late penalty"] == "0.5" and row[f"{NORM} total"] == "4"
    assert row["01_plain_networks total"] == "" and row["total"] == "4"
    assert bob[-2:] == ["4", "4"]


def test_a_fault_of_the_grader_is_an_empty_cell_and_never_zero():
    heads, row = book(settled(our_fault()))
    found = dict(zip(heads, row, strict=True))
    assert found[f"{NORM} points"] == found[f"{NORM} total"] == found["total"] == ""
    rows = read(criteria([settled(our_fault())]))
    broken = [row for row in rows if row[9] == "GRADER_ERROR"]
    assert [row[6] for row in broken] == [""]


def test_every_check_has_a_row_with_its_reason_and_message():
    one = settled(graded("Ada", norm_notebook((0, 1, 0))))
    heads, *rows = read(criteria([one]))
    ends = [e for task in one.graded.tasks for e in task.verdict.criteria]
    assert len(rows) == len(ends) and len(heads) == len(rows[0])
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    failed = [row for row in found if row["status"] == "fail"]
    assert failed[0]["reason"] == "WRONG_SHAPE"
    assert failed[0]["mistakes"] == "statistics over the batch"
    assert "should have shape" in failed[0]["message"]
