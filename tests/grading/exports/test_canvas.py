"""Canvas's gradebook, as its own exporter writes it and its importer reads it."""

import csv
import io

import pytest
from settled_made import broken, half, settled

from coursekit.grading.exports import canvas
from coursekit.grading.exports.worksheet import read_sheet

HEADER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,07_layer_norm (4711),"
    "Essay (4712),Current Score,Final Score"
)
BOOK = (
    f"{HEADER}\n"
    ",,,,,,Manual Posting,,,\n"
    "    Points Possible,,,,,,3.00,10.00,(read only),(read only)\n"
    '"Doe, Jane",101,S-1,jdoe,Sec 1,late?,,9.50,95.00,95.00\n'
    '"Noether, Emmy",102,S-2,enoether,Sec 1,,N/A,,,\n'
    '"=""=cmd()""",103,S-3,cmd,Sec 2,,2.00,,,\n'
    '"Student, Test",104,,abc,Sec 1,,,,,\n'
)


@pytest.fixture
def book(tmp_path):
    def read(text=BOOK, encoding="utf-8"):
        path = tmp_path / "Grades.csv"
        path.write_bytes(text.encode(encoding))
        return read_sheet(path)

    return read


def person(name, known="", **changes):
    return settled(name, learner_id=known, **changes)


def cells(sheet, column):
    text = sheet.written().decode("utf-8-sig")
    delimiter = ";" if text.count(";") > text.count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return [row[column] for row in rows]


def test_only_the_scores_change(book):
    sheet = book()
    notes = canvas.fill(sheet, [person("doejane", "101")])
    assert not notes
    changed = BOOK.replace("late?,,9.50", "late?,1.00,9.50")
    assert sheet.written().decode("utf-8") == changed


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("doejane", "101"),
        ("whatever", "S-1"),
        ("jdoe", ""),
        ("jdoe", "jdoe"),
        ("Jane Doe", ""),
        ("Doe, Jane", ""),
        ("JANE  DOE", ""),
        ("doejane", ""),
    ],
)
def test_a_student_is_found_by_ids_first_and_by_name_last(book, name, known):
    sheet = book()
    canvas.fill(sheet, [person(name, known)])
    assert cells(sheet, 6)[3] == "1.00"


def test_a_name_that_canvas_made_safe_for_excel_is_found(book):
    sheet = book()
    canvas.fill(sheet, [person("=cmd()")])
    assert cells(sheet, 6)[5] == "1.00"


def test_a_learner_in_no_row_is_listed(book):
    sheet = book()
    notes = canvas.fill(sheet, [person("Eve"), person("jdoe")])
    assert len(notes) == 1
    assert "Eve is in no row" in notes[0]


def test_two_students_of_one_name_are_not_guessed(book):
    twin = '"Doe, Jane",105,S-5,jdoe2,Sec 2,,,,,\n'
    sheet = book(BOOK + twin)
    notes = canvas.fill(sheet, [person("Jane Doe"), person("x", "105")])
    assert any("Jane Doe fits several rows (lines 4, 8)" in note for note in notes)
    assert cells(sheet, 6)[3:] == ["", "N/A", "2.00", "", "1.00"]


def test_two_records_for_one_row_are_both_left_out(book):
    sheet = book()
    notes = canvas.fill(sheet, [person("jdoe"), person("Jane Doe")])
    assert "fit the same row (line 4)" in notes[0]
    assert cells(sheet, 6)[3] == ""


def test_an_id_whose_row_has_another_name_is_pointed_out(book):
    notes = canvas.fill(book(), [person("curiemarie", "101")])
    assert "matched by the id alone" in notes[0]
    assert "'Doe, Jane'" in notes[0]


def test_a_name_whose_id_is_another_is_pointed_out(book):
    notes = canvas.fill(book(), [person("doejane", "999")])
    assert notes == [
        "07_layer_norm (4711): matched by the name alone (line 4): " + "doejane (999)"
    ]


def test_letters_in_the_same_order_do_not_make_the_same_name(book):
    sheet = book(BOOK.replace("Doe, Jane", "Ann Lee"))
    notes = canvas.fill(sheet, [person("An Nlee")])
    assert "in no row" in notes[0]


def test_who_is_excused_or_not_assigned_keeps_that(book):
    sheet = book()
    notes = canvas.fill(sheet, [person("noetheremmy", "102")])
    assert cells(sheet, 6)[4] == "N/A"
    assert "'N/A'" in notes[0]


def test_where_the_grader_failed_the_cell_stays(book):
    sheet = book()
    tasks = (half(), broken())
    notes = canvas.fill(sheet, [person("cmd", "103", tasks=tasks)], scale=True)
    assert cells(sheet, 6)[5] == "2.00"
    assert "the grader failed" in notes[0]


def test_another_maximum_is_refused_unless_points_are_to_be_converted(book):
    sheet = book(BOOK.replace(",3.00,", ",100.00,"))
    with pytest.raises(ValueError, match=r"= 3; got 100\. .* --scale"):
        canvas.fill(sheet, [person("jdoe")])
    canvas.fill(sheet, [person("jdoe")], scale=True)
    assert cells(sheet, 6)[3] == "33.33"


def test_a_column_that_canvas_never_imports_is_not_filled(book):
    sheet = book(BOOK.replace(",3.00,", ",(read only),"))
    notes = canvas.fill(sheet, [person("jdoe")])
    assert "lets nobody import" in notes[0]
    assert cells(sheet, 6)[3] == ""


@pytest.mark.parametrize(
    "title",
    [
        "07_layer_norm",
        "Exercise 07: Layer norm (12)",
        "Layer Norm (3)",
        "07 layer-norm",
    ],
)
def test_a_column_is_known_by_the_exercise_s_name(book, title):
    sheet = book(BOOK.replace("07_layer_norm (4711)", title))
    canvas.fill(sheet, [person("jdoe")])
    assert cells(sheet, 6)[3] == "1.00"


def test_a_longer_name_is_another_exercise(book):
    sheet = book(BOOK.replace("07_layer_norm (4711)", "06_batch_norm_backward (1)"))
    with pytest.raises(ValueError, match="must have a column"):
        canvas.fill(sheet, [person("jdoe", exercise="05_batch_norm")])


def test_two_columns_that_fit_are_not_guessed(book):
    sheet = book(BOOK.replace("Essay (4712)", "07 Layer norm (4712)"))
    with pytest.raises(ValueError, match=r"4711\), 07 Layer norm \(4712\)"):
        canvas.fill(sheet, [person("jdoe")])


def test_a_column_can_be_named(book):
    sheet = book(BOOK.replace("10.00", "3.00"))
    canvas.fill(sheet, [person("jdoe")], column="Essay")
    assert cells(sheet, 7)[3] == "1.00"


def test_a_new_column_is_made_only_when_asked_for(book):
    other = person("jdoe", exercise="05_batch_norm")
    sheet = book()
    notes = canvas.fill(sheet, [person("jdoe"), other])
    assert "--new-columns" in notes[0]
    assert len(sheet.header) == 10
    canvas.fill(sheet, [other], new_columns=True)
    added = cells(sheet, 10)
    assert added == ["05_batch_norm", "", "3.00", "1.00", "", "", ""]


def test_semicolons_of_a_european_excel_stay(book):
    text = BOOK.replace(",", ";").replace('"Doe; Jane"', '"Doe, Jane"')
    text = text.replace("3.00", "3,00")
    sheet = book(text)
    canvas.fill(sheet, [person("jdoe")])
    assert cells(sheet, 6)[3] == "1.00"
    assert b";3,00;" in sheet.written()
    with pytest.raises(ValueError, match="got 100"):
        canvas.fill(book(text.replace("3,00", "100,00")), [person("jdoe")])


def test_names_in_two_columns_are_found(book):
    text = (
        "LastName,FirstName,ID,SIS Login ID,Section,07_layer_norm\n"
        "    Points Possible,,,,,3.00\nDoe,Jane,101,jd,S,\n"
    )
    sheet = book(text)
    notes = canvas.fill(sheet, [person("Jane Doe"), person("Doe", "x")])
    assert cells(sheet, 5)[2] == "1.00"
    assert notes == [
        "07_layer_norm: not filled in: Doe (x) is in no row of the template"
    ]


def test_another_file_is_refused_with_what_to_do(book):
    with pytest.raises(ValueError, match="open Grades and choose Export"):
        canvas.fill(book("a,b,c,d\n1,2,3,4\n"), [person("jdoe")])


def importer_reads(text):
    """Check a header as Canvas's importer does, and return the assignments' titles."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head = rows[0]
    assert len(head) > 3
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert head[2:4] == ["SIS User ID", "SIS Login ID"]
    assert head[4] == "Section"
    assert "Points Possible" in rows[1][0]
    return head[5:], rows[1][5:], rows[2:]


def test_a_new_gradebook_is_one_that_canvas_imports():
    records = [
        person("doejane", "101"),
        person("doejane", "101", exercise="05_batch_norm"),
        person("enoether"),
        person("=cmd()", "abc", tasks=(half(), broken())),
    ]
    (text,) = dict(canvas.files([*records[:3]])).values()
    titles, most, rows = importer_reads(text)
    assert titles == ["05_batch_norm", "07_layer_norm"]
    assert most == ["3", "3"]
    assert rows == [
        ["doejane", "101", "", "", "", "1", "1"],
        ["enoether", "", "", "enoether", "", "", "1"],
    ]


def test_a_new_gradebook_runs_no_formula():
    (text,) = dict(canvas.files([person("=cmd()", "+1")])).values()
    assert importer_reads(text)[2] == [["'=cmd()", "", "", "'+1", "", "1"]]


def test_records_of_two_editions_are_not_mixed():
    with pytest.raises(ValueError, match="Grade them again"):
        list(canvas.files([person("a"), person("b", tasks=(half(), broken()))]))


def test_headers_are_found_without_regard_to_case_and_outer_spaces(book):
    header = HEADER.upper().replace(",SECTION,", ", Section ,")
    text = BOOK.replace(HEADER, header).replace("Points Possible", "POINTS POSSIBLE")
    sheet = book(text.replace(",3.00,", ",6.00,"))
    canvas.fill(sheet, [person("doejane", "101")], scale=True)
    assert cells(sheet, 6)[3] == "2.00"


def test_where_no_maximum_is_named_a_line_says_how_points_are_written(book):
    sheet = book(BOOK.replace(",3.00,10.00,", ",,10.00,"))
    (note,) = canvas.fill(sheet, [person("doejane", "101")])
    assert cells(sheet, 6)[3] == "1.00"
    assert "names no maximum" in note and note.endswith("as they are, out of 3")
