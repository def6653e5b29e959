"""What lies in the folder afterwards; and the command, from records to pages."""

from dataclasses import replace

import pytest
from page_read import read
from settled_class import (
    a_class,
    course,
    graded,
    judged,
    settled,
    three_of_ten,
    unread,
)

from coursekit.cli import main
from coursekit.grading.reasons import Reason
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.store import Records
from coursekit.grading.reports.names import safe_name
from coursekit.grading.reports.writing import write_reports


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_learner_has_a_page_an_exercise_and_the_class_has_its_files(tmp_path):
    records = a_class(5)
    written = write_reports(records, tmp_path, course())
    assert written.pages == 2 * written.learners == 2 * len(records)
    found = files_of(tmp_path)
    for one in records:
        folder = safe_name((one.graded.learner, one.graded.learner_id))
        assert f"feedback/{folder}/07_layer_norm.html" in found
        assert f"feedback/{folder}/index.html" in found
    rest = {name for name in found if name.count("/") < 2}
    assert rest == {
        "class.html",
        "class-projector.html",
        "gradebook.csv",
        "criteria.csv",
        "feedback/index.html",
    }


def test_every_link_leads_to_a_file_that_was_written(tmp_path):
    write_reports(a_class(5), tmp_path, course())
    for path in tmp_path.rglob("*.html"):
        page = read(path.read_text(encoding="utf-8"))
        for _, name, value in page.attributes:
            file, _, anchor = value.partition("#") if name == "href" else ("", "", "")
            if file:
                assert (path.parent / file).is_file(), f"{path.name}: {value}"
            if anchor and not file:
                assert anchor in page.ids


def test_a_second_run_writes_the_same_bytes(tmp_path):
    write_reports(a_class(5), tmp_path, course())
    before = files_of(tmp_path)
    write_reports(a_class(5), tmp_path, course())
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("only", ["Ada Lovelace", "s17"])
def test_one_learner_by_name_or_id_is_written_alone(tmp_path, only):
    records = [three_of_ten(), settled(graded("Bob", [judged("axes_of", 0)]))]
    write_reports(records, tmp_path, course(), only=only)
    assert {name.split("/")[1] for name in files_of(tmp_path)} == {
        safe_name(("Ada Lovelace", "s17"))
    }


def test_a_name_that_nobody_has_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(RecordsError, match="Did you mean 'Ada Lovelace'"):
        write_reports([three_of_ten()], tmp_path, course(), only="Ada Lovelacy")
    assert files_of(tmp_path) == {}


def test_a_file_that_is_nobody_s_is_on_the_class_page_and_in_no_gradebook(tmp_path):
    stray = unread("", Reason.FILE_REJECTED, "an archive.", origin="week 1.zip")
    stray = settled(replace(stray, exercise="", tasks=()))
    written = write_reports([stray, three_of_ten()], tmp_path, course())
    assert written.learners == 1 and written.unread == (stray.graded,)
    assert "week 1.zip" in (tmp_path / "class.html").read_text("utf-8")
    gradebook = (tmp_path / "gradebook.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in gradebook] == ["learner", "Ada Lovelace"]


def test_no_records_are_refused(tmp_path):
    with pytest.raises(RecordsError, match="at least one record"):
        write_reports([], tmp_path, course())


def test_records_may_come_one_by_one(tmp_path):
    records = a_class(5)
    write_reports(iter(records), tmp_path / "one", course())
    write_reports(records, tmp_path / "all", course())
    assert files_of(tmp_path / "one") == files_of(tmp_path / "all")


@pytest.fixture
def results(tmp_path):
    """Return a folder of results with the records of two learners."""
    with Records.open(tmp_path / "results", create=True) as records:
        records.put(three_of_ten().graded)
        records.put(graded("Grace Hopper", [judged("axes_of", 0)]))
    return tmp_path / "results"


def test_the_command_writes_everything_from_the_records_alone(results, capsys):
    assert main(["report", str(results)]) == 0
    said = capsys.readouterr().out
    assert "4 pages for 2 learners" in said and "gradebook.csv" in said
    folder = results / "feedback" / safe_name(("Ada Lovelace", "s17"))
    page = read((folder / "07_layer_norm.html").read_text(encoding="utf-8"))
    assert "statistics over the batch" in page.text and "svg" in page.tags
    assert "Normalize every vector by itself" in page.text


def test_the_command_applies_the_late_rule(results, tmp_path, capsys):
    rule = tmp_path / "late.toml"
    rule.write_text(
        "[default]\npercent_per_day = 50\nat_most_percent = 50\n"
        "[exercises.07]\ndue = 2020-01-01T00:00:00Z\n"
    )
    assert main(["report", str(results), "--late", str(rule)]) == 0
    line = (results / "gradebook.csv").read_text(encoding="utf-8-sig").split("\n")[1]
    assert line.startswith("Ada Lovelace,s17,5,27,2.5,2.5")


def test_the_command_says_what_is_wrong_with_a_folder_or_a_name(results, capsys):
    assert main(["report", str(results / "nothing")]) == 2
    assert main(["report", str(results), "--only", "Nobody"]) == 2
    said = capsys.readouterr().err
    assert "coursekit report: there is no learner 'Nobody' here" in said
    assert "There is: 'Ada Lovelace', 'Grace Hopper', 's17'." in said


def test_a_file_that_cannot_be_written_is_said_by_name(results, capsys):
    (results / "gradebook.csv").mkdir()
    assert main(["report", str(results)]) == 3
    said = capsys.readouterr().err
    assert "gradebook.csv could not be written" in said and "close it there" in said


def test_pages_that_no_record_stands_behind_are_removed_and_nothing_else(tmp_path):
    folder = tmp_path / "feedback"
    records = a_class(3)
    gone = folder / safe_name((records[0].graded.learner, records[0].graded.learner_id))
    write_reports(records, tmp_path, course())
    kept = gone / "remark.txt", folder / "week-1" / "index.html", folder / "about.html"
    for path in kept:
        path.parent.mkdir(exist_ok=True)
        path.write_text("an instructor's own")
    written = write_reports(records[1:], tmp_path, course())
    assert f"2 files in {gone.name}" in written.removed
    assert [*gone.iterdir()] == [kept[0]] and all(path.exists() for path in kept)


def test_pages_of_one_learner_remove_nobody_else_s(tmp_path):
    records = [three_of_ten(), settled(graded("Bob", [judged("axes_of", 0)]))]
    write_reports(records, tmp_path, course())
    before = set(files_of(tmp_path))
    write_reports(records[:1], tmp_path, course(), only="s17")
    assert set(files_of(tmp_path)) == before


def test_a_learner_whose_pages_are_removed_leaves_no_empty_folder(results, capsys):
    assert main(["report", str(results)]) == 0
    with Records.open(results, create=True) as records:
        records.leave_out([three_of_ten().graded.key])
    assert main(["report", str(results)]) == 0
    assert "removed 2 files in ada-lovelace-" in capsys.readouterr().err
    assert not list((results / "feedback").glob("ada-*"))
