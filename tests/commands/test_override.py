"""``coursekit override`` writes down a decision, or says what it lacks."""

import pytest
from graded_made import NOON, graded, task

from coursekit import cli
from coursekit.commands.base import BROKEN, DIFFERS, DONE, MISUSED
from coursekit.grading.records.store import Records

WHOLE = {
    "--learner": "Ada",
    "--task": "layer_norm",
    "--points": "1.5",
    "--author": "Turing",
    "--reason": "the other convention",
}


@pytest.fixture
def results(tmp_path):
    other = graded(exercise="08_rms_norm", origin="8", tasks=(task("layer_norm"),))
    with Records.open(tmp_path, create=True) as records:
        records.put(graded("Ada", tasks=(task("layer_norm"), task("only_here"))))
        records.put(graded("Doe, Jane"))
        records.put(graded("Same", learner_id="1"))
        records.put(graded("Same", learner_id="2"))
        records.put(other)
    return tmp_path


@pytest.fixture
def override(results, capsys):
    def run(*more, **changes):
        options = {**WHOLE, **{f"--{key}": value for key, value in changes.items()}}
        words = [word for pair in options.items() if pair[1] for word in pair]
        code = cli.main(["override", str(results), *words, *more])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def decided(results):
    with Records.open(results) as records:
        return [(one.learner_id, one.task, one.points) for one in records.overrides()]


def test_a_decision_is_written_down_and_repeated(override, results):
    code, said = override(exercise="07")
    assert code == DONE
    assert decided(results) == [("id-Ada", "layer_norm", 1.5)]
    assert "Ada (id-Ada) | 07_layer_norm | layer_norm | 1.5 points by Turing" in said
    assert "the verdict was 2 of 2 (pass)" in said


def test_every_decision_stays_in_the_list(override, results, capsys):
    assert cli.main(["override", str(results), "--list"]) == DONE
    assert "no override" in capsys.readouterr().out
    override(exercise="07")
    override(exercise="07", points="0")
    assert cli.main(["override", str(results), "--list"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert ["1.5 points" in lines[0], "0 points" in lines[1]] == [True, True]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learner": "Jane"}, "Did you mean 'Doe, Jane'"),
        ({"learner": "Doe Jane"}, "Did you mean 'Doe, Jane'"),
        ({"learner": "zzz"}, "There is: '1', '2', 'Ada', 'Doe, Jane', "),
        ({"task": "layernorm"}, "Did you mean 'layer_norm'"),
        ({"exercise": "09"}, "There is: '07_layer_norm', '08_rms_norm'."),
        ({"exercise": ""}, "Add --exercise"),
        ({"learner": "Same"}, "one of '1', '2'"),
        ({"points": "2.5", "exercise": "07"}, "from 0 to 2"),
        ({"points": "nan", "exercise": "07"}, "from 0 to 2"),
        ({"points": "2,5", "exercise": "07"}, "no number of points"),
        ({"reason": "  "}, "the reason is empty"),
        ({"author": " "}, "the author is empty"),
        ({"author": None}, "Add --author"),
        ({"author": None, "points": None}, "Add --points, --author"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(override, results, changes, words):
    code, said = override(**changes)
    assert code == MISUSED
    assert words in said
    assert decided(results) == []


def test_an_id_tells_learners_of_one_name_apart(override, results):
    assert override(learner="2")[0] == DONE
    assert decided(results) == [("2", "layer_norm", 1.5)]


def test_a_task_that_one_exercise_has_needs_no_exercise(override):
    assert override(task="only_here")[0] == DONE


def test_more_than_a_task_is_worth_must_be_meant(override, results):
    assert override("--beyond", points="3", exercise="7")[0] == DONE
    assert override("--beyond", points="-1", exercise="7")[0] == MISUSED
    assert len(decided(results)) == 1


@pytest.mark.parametrize("more", [["--list"], ["--late"]])
def test_two_things_at_once_are_not_done(override, results, more):
    code, said = override(*more)
    assert (code, decided(results)) == (MISUSED, [])
    assert "not clear what to do" in said


def test_nothing_to_do_is_a_misuse(results, capsys):
    assert cli.main(["override", str(results)]) == MISUSED
    assert "not clear what to do" in capsys.readouterr().err


def test_a_folder_without_records_is_a_misuse_and_a_damaged_one_is_broken(
    tmp_path, capsys
):
    assert cli.main(["override", str(tmp_path), "--list"]) == MISUSED
    (tmp_path / "records.sqlite").write_bytes(b"no database " * 99)
    assert cli.main(["override", str(tmp_path), "--list"]) == BROKEN
    assert "coursekit override: " in capsys.readouterr().err


def test_without_late_rules_an_example_is_shown(results, capsys):
    assert cli.main(["override", str(results), "--late"]) == DONE
    assert "[[extensions]]" in capsys.readouterr().out


def test_late_rules_are_tried_without_being_kept(results, tmp_path, capsys):
    file = tmp_path / "other.toml"
    file.write_text(
        "[default]\npercent_per_day = 50\n"
        "[exercises.07]\ndue = 2026-03-01T11:00:00Z\n"
        "[[extensions]]\nlearner = 'Ada'\ndays = 1\n"
    )
    assert cli.main(["override", str(results), "--late", str(file)]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "07_layer_norm: due 2026-03-01 11:00+00:00; 4 handed in or expected, 3 lose "
        "points (3 in all), 0 more with a note"
    )
    assert lines[4].startswith("08_rms_norm: no due date; 1 handed in")
    assert graded().modified == NOON
    with Records.open(results) as records:
        assert all(not one.penalty for one in records.settled())


def test_late_rules_say_who_loses_how_much(results, tmp_path, capsys):
    file = tmp_path / "other.toml"
    file.write_text(
        "[default]\npercent_per_day = 50\n[exercises.07]\ndue = 2026-03-01T11:00:00Z\n"
    )
    cli.main(["override", str(results), "--late", str(file)])
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("  ")]) == 4
    assert "  Ada (id-Ada): 2 points off, 2 of 4 left; handed in 1 h after" in lines[1]


def test_late_rules_that_mean_nobody_are_pointed_out(results, capsys):
    (results / "late.toml").write_text(
        "[exercises.09]\n[[extensions]]\nlearner = 'Doe Jane'\ndays = 1\n"
    )
    assert cli.main(["override", str(results), "--late"]) == DIFFERS
    said = capsys.readouterr().err
    assert "Did you mean 'Doe, Jane' or" in said
    assert "exercise '09'" in said


def test_late_rules_that_are_wrong_are_a_misuse(results, capsys):
    (results / "late.toml").write_text("[default]\nx = 1")
    assert cli.main(["override", str(results), "--late"]) == MISUSED
    assert "line 2" in capsys.readouterr().err
