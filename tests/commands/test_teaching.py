"""`agenda` and `guide` print or write what they make, and say what was wrong."""

import pytest
from settled_class import graded

from coursekit import cli
from coursekit.autograders import all_tasks
from coursekit.commands import base
from coursekit.grading.attempt import judge_answer
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.store import Records


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["agenda", "--minutes", "60"], "A workshop of 60 minutes: lesson"),
        (["agenda", "--minutes", "60", "--format", "markdown"], "# A workshop of 60"),
        (["agenda", "--minutes", "60", "--format", "html"], "<!DOCTYPE html>"),
        (["guide", "--lessons", "00"], "# Instructor's guide"),
        (["guide", "--lessons", "00", "--format", "html"], "<!DOCTYPE html>"),
    ],
)
def test_without_a_file_it_is_printed(capsys, arguments, begins):
    assert cli.main(arguments) == base.DONE
    assert capsys.readouterr().out.startswith(begins)


def test_a_file_is_written_with_its_folder(tmp_path, capsys):
    out = tmp_path / "new" / "agenda.txt"
    arguments = ["agenda", "--minutes", "60", "--start", "13:30", "--out", str(out)]
    assert cli.main(arguments) == base.DONE
    assert "13:30" in out.read_text("utf-8")
    assert capsys.readouterr().out == f"written: {out}\n"


@pytest.mark.parametrize("command", [["agenda", "--minutes", "60"], ["guide"]])
def test_a_place_that_cannot_be_written_is_said(tmp_path, capsys, command):
    assert cli.main([*command, "--out", str(tmp_path)]) == base.MISUSED
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--minutes", "10"], "lesson 00 needs 25 more minutes"),
        (["--minutes", "60", "--lessons", "99"], "there is no lesson '99'"),
        (
            ["--minutes", "60", "--lessons", "00", "05", "06"],
            "leave out lessons 05 and 06: --lessons 00",
        ),
        (["--minutes", "5000"], "one agenda for each day"),
    ],
)
def test_what_cannot_be_planned_is_said(capsys, arguments, said):
    assert cli.main(["agenda", *arguments]) == base.MISUSED
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("start", ["25:00", "nine", "9:75", ""])
def test_what_is_no_time_of_day_is_said(capsys, start):
    with pytest.raises(SystemExit) as ended:
        cli.main(["agenda", "--minutes", "60", "--start", start])
    assert ended.value.code == base.MISUSED
    assert "no time of day" in capsys.readouterr().err


def test_the_guide_puts_first_what_a_class_got_wrong_most(tmp_path, capsys):
    last = all_tasks()["axes_of"].mistakes[-1]
    task = all_tasks()["axes_of"]
    verdict = judge_answer(task, last.answer, look_at_source=False)
    with Records.open(tmp_path, create=True) as records:
        records.put(graded("Ada", [GradedTask(verdict)]))
    guide = ["guide", "--lessons", "07", "--mistakes", "1"]
    assert cli.main([*guide, "--results", str(tmp_path)]) == base.DONE
    with_class = capsys.readouterr().out
    cli.main(guide)
    assert last.name in with_class and last.name not in capsys.readouterr().out


def test_results_that_are_none_are_said_in_words(tmp_path, capsys):
    missing = str(tmp_path / "nowhere")
    assert cli.main(["guide", "--results", missing]) == base.MISUSED
    assert missing in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["guide", "--lessons", "{}", "--out", "{out}"],
        ["agenda", "--minutes", "90", "--lessons", "{}", "--out", "{out}"],
        ["slides", "{}", "--out", "{out}"],
        ["release", "{out}", "--lessons", "{}"],
        ["build", "--check", "{}"],
        ["export", "--harness", "gradescope", "--exercise", "{}", "--out", "{out}"],
    ],
    ids=lambda command: command[0],
)
def test_a_lesson_is_named_by_its_number_however_it_is_written(
    tmp_path, capsys, command
):
    out = tmp_path / "out"
    done = cli.main([word.format("7", out=out) for word in command])
    assert done in (base.DONE, base.DIFFERS), capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["guide", "--lessons", "99"],
        ["slides", "99"],
        ["board", "--lessons", "99", "--data", "{out}"],
        ["export", "--harness", "gradescope", "--exercise", "99", "--out", "{out}"],
    ],
    ids=lambda command: command[0],
)
def test_a_lesson_that_is_not_there_is_answered_with_those_that_are(
    tmp_path, capsys, command
):
    out = tmp_path / "out"
    assert cli.main([word.format(out=out) for word in command]) == base.MISUSED
    said = capsys.readouterr().err
    assert "'99'. Give a number (7 or 07) or a name of these: 00_start_here" in said
