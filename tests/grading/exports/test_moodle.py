"""Moodle's offline grading worksheet and the CSV for its gradebook import."""

import csv
import io
from html.parser import HTMLParser

import pytest
from settled_made import broken, criterion, half, settled

from coursekit.grading.exports import moodle
from coursekit.grading.exports.worksheet import read_sheet
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.verdict import Verdict

ENGLISH = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\n'
)
GERMAN = (
    'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,'
    '"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)",'
    '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
)


def sheet_text(header=ENGLISH, word="Participant ", most="3.00", changeable="Yes"):
    return header + (
        f'"{word}11","Doe, Jane",jane@x.edu,"Submitted for grading - ",,{most},'
        f'{changeable},"Sunday, 1 March 2026, 9:00 AM",-,\n'
        f'"{word}12","Noether Emmy",emmy@x.edu,"No submission - ",2.50,{most},'
        f'{changeable},-,"Monday, 2 March 2026, 9:00 AM","<p>old</p>"\n'
    )


@pytest.fixture
def sheet(tmp_path):
    def read(text=None, encoding="utf-8"):
        path = tmp_path / "worksheet.csv"
        path.write_bytes((text or sheet_text()).encode(encoding))
        return read_sheet(path)

    return read


def person(name, known="", **changes):
    return settled(name, learner_id=known, **changes)


def row(sheet, number):
    text = sheet.written().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))[number]


def test_the_grade_and_the_comment_are_filled_in_and_nothing_else(sheet):
    read = sheet()
    before = [row(read, 1), row(read, 2), row(read, 0)]
    assert not moodle.fill(read, [person("Doe Jane", "11")])
    after = row(read, 1)
    assert after[4] == "1.00"
    assert "Recognised: unbiased std" in after[9]
    after[4] = after[9] = ""
    assert [after, row(read, 2), row(read, 0)] == before


@pytest.mark.parametrize("name", ["Jane Doe", "jane@x.edu", "DOE, JANE"])
def test_where_there_is_no_id_the_name_or_the_address_will_do(sheet, name):
    read = sheet()
    moodle.fill(read, [person(name)])
    assert row(read, 1)[4] == "1.00"


def test_a_worksheet_in_another_language_is_filled_in(sheet):
    read = sheet(sheet_text(GERMAN, "Teilnehmer/in", changeable="Ja"))
    moodle.fill(read, [person("Doe Jane", "11")])
    assert row(read, 1)[4] == "1.00"
    assert "Recognised" in row(read, 1)[9]


def test_a_worksheet_whose_grade_is_not_found_says_to_switch_the_language(sheet):
    text = sheet_text(GERMAN, "Teilnehmer/in", most="sehr gut")
    with pytest.raises(ValueError, match="set your language in Moodle to English"):
        moodle.fill(sheet(text), [person("x", "11")])


def test_a_date_in_another_language_is_not_taken_for_a_comment(sheet):
    text = sheet_text(GERMAN, "Teilnehmer/in", changeable="Ja")
    text = text.replace(',"Feedback als Kommentar"', "").replace(",-,\n", ",-\n")
    read = sheet(text.replace(',"<p>old</p>"', ""))
    moodle.fill(read, [person("Doe Jane", "11")])
    assert row(read, 1)[4] == "1.00"
    assert row(read, 1)[-1] == "-"


def test_an_assignment_with_a_scale_takes_no_points(sheet):
    text = sheet_text().replace("Maximum grade", "Scale")
    with pytest.raises(ValueError, match="no scale"):
        moodle.fill(sheet(text), [person("Doe Jane", "11")])


def test_a_locked_grade_stays_and_is_listed(sheet):
    read = sheet(sheet_text(changeable="No"))
    notes = moodle.fill(read, [person("Doe Jane", "11")])
    assert "locked" in notes[0]
    assert row(read, 1)[4] == row(read, 1)[9] == ""


def test_grades_that_are_replaced_are_counted(sheet):
    notes = moodle.fill(sheet(), [person("Emmy Noether", "12")])
    assert notes == ["grades in the worksheet that were replaced: 1"]


def test_another_maximum_is_refused_unless_points_are_to_be_converted(sheet):
    text = sheet_text(most="100.00")
    with pytest.raises(ValueError, match="--scale"):
        moodle.fill(sheet(text), [person("Doe Jane", "11")])
    read = sheet(text)
    moodle.fill(read, [person("Doe Jane", "11")], scale=True)
    assert row(read, 1)[4] == "33.33"


def test_where_the_grader_failed_the_comment_says_so_and_the_grade_stays(sheet):
    read = sheet()
    one = person("Noether Emmy", "12", tasks=(half(), broken()))
    moodle.fill(read, [one], scale=True)
    assert row(read, 2)[4] == "2.50"
    assert "not even a zero" in row(read, 2)[9]


def test_two_exercises_do_not_go_into_one_worksheet(sheet):
    records = [person("a", "11"), person("a", "11", exercise="05_batch_norm")]
    with pytest.raises(ValueError, match="--exercise"):
        moodle.fill(sheet(), records)


def test_another_file_is_refused_with_what_to_do(sheet):
    with pytest.raises(ValueError, match="Download grading worksheet"):
        moodle.fill(sheet("a,b\nx,y\n"), [person("a", "11")])


def test_a_comment_is_html_in_which_nothing_of_a_learner_s_runs(sheet):
    end = criterion(3, Reason.RAISED, message="<script>alert(1)</script>\n=cmd()")
    task = GradedTask(Verdict("t", (end,)))
    read = sheet()
    moodle.fill(read, [person("Doe Jane", "11", tasks=(task,))])
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(row(read, 1)[9])
    assert set(tags) == {"p", "br"}
    assert row(read, 1)[9].startswith("<p>")


def test_a_worksheet_without_a_column_for_comments_gets_grades_and_says_so(sheet):
    text = sheet_text().replace(',"Feedback comments"', "")
    text = text.replace(",-,\n", ",-\n").replace(',"<p>old</p>"', "")
    read = sheet(text)
    notes = moodle.fill(read, [person("Doe Jane", "11")])
    assert "Feedback comments" in notes[0]
    assert row(read, 1)[4] == "1.00"


def test_a_participant_who_stands_there_twice_is_not_guessed(sheet):
    text = sheet_text().replace("Participant 12", "Participant 11")
    notes = moodle.fill(sheet(text), [person("x", "11")])
    assert "fits several rows (lines 2, 3)" in notes[0]


def test_the_import_has_a_column_an_exercise_and_runs_no_formula():
    records = [person("=cmd()", "s1"), person("Bo", "", exercise="05_batch_norm")]
    (text,) = dict(moodle.files(records)).values()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "id", "05_batch_norm", "07_layer_norm"],
        ["'=cmd()", "s1", "", "1"],
        ["Bo", "Bo", "1", ""],
    ]


def test_what_is_said_of_the_whole_file_is_in_the_comment_once(sheet):
    said = "the file ends in the middle. Hand in the file that JupyterLab saves."
    ends = tuple(
        criterion(1, Reason.NOTEBOOK_UNREADABLE, message=said, sentence=f"Check {at}.")
        for at in range(3)
    )
    one = person(
        "Doe Jane", "11", tasks=(GradedTask(Verdict("forward", ends)),),
        reason=Reason.NOTEBOOK_UNREADABLE, message=said,
    )  # fmt: skip
    read = sheet()
    moodle.fill(read, [one])
    assert row(read, 1)[9].count(said) == 1 and "Check 1" not in row(read, 1)[9]


@pytest.mark.parametrize("title", ["Maximum Grade", " maximum grade "])
def test_headers_are_found_without_regard_to_case_and_outer_spaces(sheet, title):
    text = sheet_text(most="100.00").replace("Maximum grade", title)
    with pytest.raises(ValueError, match="--scale"):
        moodle.fill(sheet(text), [person("Doe Jane", "11")])
    read = sheet(text.replace('"Feedback comments"', '"FEEDBACK Comments"'))
    moodle.fill(read, [person("Doe Jane", "11")], scale=True)
    assert row(read, 1)[4] == "33.33"
    assert "Recognised" in row(read, 1)[9]


def test_where_no_maximum_is_named_a_line_says_how_points_are_written(sheet):
    read = sheet(sheet_text().replace("Maximum grade", "Most"))
    (note,) = moodle.fill(read, [person("Doe Jane", "11")])
    assert row(read, 1)[4] == "1.00"
    assert "names no maximum" in note and note.endswith("as they are, out of 3")


def test_to_scale_without_a_maximum_is_an_error_that_says_what_to_do(sheet):
    read = sheet(sheet_text(most="-"))
    with pytest.raises(ValueError, match="Give the assignment a maximum"):
        moodle.fill(read, [person("Doe Jane", "11")], scale=True)
