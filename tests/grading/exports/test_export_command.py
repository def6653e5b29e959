"""``coursekit export``: what it writes where, and what it says."""

import csv
import json

import pytest
from settled_made import broken, graded, half

from coursekit import cli
from coursekit.commands.base import BROKEN, DONE, MISUSED
from coursekit.commands.export import FORMATS
from coursekit.grading.records.store import Records

BOOK = (
    "Student,ID,SIS Login ID,Section,07_layer_norm (9)\n"
    "    Points Possible,,,,3.00\n"
    '"Doe, Jane",101,jdoe,S,\n'
)


@pytest.fixture
def results(tmp_path):
    """Return a folder of results with two learners."""
    folder = tmp_path / "results"
    with Records.open(folder, create=True) as records:
        records.put(graded("Jane Doe", learner_id="101", tasks=(half(),)))
        records.put(graded("Bo", learner_id="102", tasks=(half(),)))
    return folder


def export(*arguments):
    return cli.main(["export", *map(str, arguments)])


@pytest.mark.parametrize("name", [*FORMATS, "csv"])
def test_every_format_is_written_below_the_results(results, name, capsys):
    assert export(results, "--to", name) == DONE
    written = [p for p in (results / "exports" / name).rglob("*") if p.is_file()]
    assert written
    assert str(written[0].parents[0])[: len(str(results))] in capsys.readouterr().out


def test_the_help_shows_examples(capsys):
    with pytest.raises(SystemExit):
        export("--help")
    assert "coursekit export results --to csv" in capsys.readouterr().out


def test_the_submissions_and_the_records_are_not_touched(results):
    before = (results / "records.sqlite").read_bytes()
    export(results, "--to", "csv")
    assert (results / "records.sqlite").read_bytes() == before


def test_one_learner_s_export_is_only_theirs(results, tmp_path):
    export(results, "--to", "csv", "--learner", "102", "--out", tmp_path / "out")
    text = (tmp_path / "out" / "results.csv").read_text(encoding="utf-8-sig")
    assert [row["learner"] for row in csv.DictReader(text.splitlines())] == ["Bo"]


def test_the_late_rule_counts(results, tmp_path):
    rules = tmp_path / "late.toml"
    rules.write_text("[default]\ndue = 2026-02-01T00:00:00Z\npercent_per_day = 100\n")
    export(results, "--to", "gradescope", "--late", rules)
    found = next((results / "exports/gradescope").glob("bo-*/results.json"))
    assert json.loads(found.read_text(encoding="utf-8"))["score"] == 0


def test_a_template_is_filled_in_as_a_copy(results, tmp_path, capsys):
    template = tmp_path / "Grades.csv"
    template.write_text(BOOK, encoding="utf-8")
    assert export(results, "--to", "canvas", "--template", template) == DONE
    copy = results / "exports" / "canvas" / "Grades.csv"
    assert copy.read_text(encoding="utf-8") == BOOK.replace("jdoe,S,", "jdoe,S,1.00")
    assert template.read_text(encoding="utf-8") == BOOK
    assert "Bo (102) is in no row" in capsys.readouterr().err


def test_the_template_itself_is_never_the_output(results, tmp_path, capsys):
    template = tmp_path / "Grades.csv"
    template.write_text(BOOK, encoding="utf-8")
    code = export(results, "--to", "canvas", "--template", template, "--out", tmp_path)
    assert code == MISUSED
    assert template.read_text(encoding="utf-8") == BOOK
    assert "must not be the template" in capsys.readouterr().err


def test_records_without_a_score_are_counted(results, capsys):
    with Records.open(results, create=True) as records:
        records.put(graded("Cy", tasks=(broken(),)))
    assert export(results, "--to", "junit") == DONE
    assert "1 records have no score" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "csv"], "RESULTS is missing"),
        (["--harness", "gradescope"], "needs --out"),
        (["x", "--harness", "gradescope", "--out", "y"], "reads no results"),
        (["x", "--to", "csv", "--template", "y"], "leave it away"),
        (["x", "--to", "moodle", "--column", "y"], "are for --to canvas"),
        (["x", "--to", "canvas", "--scale"], "needs --template"),
        (["nowhere", "--to", "csv"], "nowhere"),
        (
            ["--harness", "gradescope", "--out", "y", "--exercise", "99"],
            "exercise '99'",
        ),
    ],
)
def test_what_does_not_go_together_is_said(
    arguments, said, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert export(*arguments) == MISUSED
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_template_that_is_not_there_is_said(results, capsys):
    template = results / "none.csv"
    assert export(results, "--to", "moodle", "--template", template) == MISUSED
    assert "none.csv could not be read" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_counts_as_broken(results, capsys):
    (results / "exports").write_text("in the way")
    assert export(results, "--to", "csv") == BROKEN
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["gradescope", "github-classroom"])
def test_a_harness_is_written_for_one_exercise(name, tmp_path, capsys):
    assert export("--harness", name, "--exercise", "7", "--out", tmp_path) == DONE
    assert [p for p in tmp_path.rglob("*") if p.is_file()]
    assert capsys.readouterr().err


def forget(results, name):
    with Records.open(results, create=True) as records:
        gone = [one.key for one in records.graded() if one.learner == name]
        records.leave_out(gone)


@pytest.mark.parametrize("part", [[], ["--exercise", "07"]])
def test_what_was_exported_of_a_learner_who_counts_no_more_is_removed(
    results, part, capsys
):
    export(results, "--to", "gradescope")
    forget(results, "Bo")
    assert export(results, "--to", "gradescope", *part) == DONE
    assert "removed 2 files in bo-" in capsys.readouterr().err
    (left,) = (results / "exports/gradescope").iterdir()
    assert left.name.startswith("jane-doe-")


def test_an_export_of_one_learner_keeps_the_others(results):
    export(results, "--to", "gradescope")
    export(results, "--to", "gradescope", "--learner", "101")
    assert len(list((results / "exports/gradescope").iterdir())) == 2


def test_in_a_folder_of_one_s_own_nothing_is_removed_but_it_is_said(
    results, tmp_path, capsys
):
    out = tmp_path / "out"
    export(results, "--to", "gradescope", "--out", out)
    forget(results, "Bo")
    export(results, "--to", "gradescope", "--out", out)
    said = capsys.readouterr().err
    assert "also holds 2 files in bo-" in said and "delete them" in said
    assert len(list(out.iterdir())) == 2


def test_records_of_no_exercise_are_left_out_and_nothing_is_written(tmp_path, capsys):
    with Records.open(tmp_path, create=True) as records:
        records.put(graded("Jane Doe", exercise="", tasks=()))
    assert export(tmp_path, "--to", "gradescope") == DONE
    assert "it belongs to no exercise" in capsys.readouterr().err
