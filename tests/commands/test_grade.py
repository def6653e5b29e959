"""``coursekit grade`` and ``merge``, as a shell sees them."""

import os
import signal
import sys
import time

import pytest
from bulk.class_of import EXERCISES, ROOT, class_of, lay_out
from handed_in import zipped

from coursekit import cli
from coursekit.commands import base
from coursekit.commands.course import installed_course, starts
from coursekit.extras import how_to_install
from coursekit.grading import isolation
from coursekit.grading.bulk.course import catalogue
from coursekit.grading.card import card_text
from coursekit.grading.intake.exercises import Exercises
from coursekit.grading.intake.reading import read_notebook
from coursekit.grading.isolation import Availability, Level
from coursekit.grading.reasons import Reason
from coursekit.grading.records.dump import dump
from coursekit.grading.records.errors import RecordsError
from coursekit.grading.records.store import Records

NORM, START = "07_layer_norm", "00_start_here"
ANY = ["--require-isolation", "process"]


@pytest.fixture
def handed_in(tmp_path):
    """Return the folder of a small class."""
    return lay_out(tmp_path / "in", class_of(4, [NORM], seed=1))


def main(*arguments):
    return cli.main([str(argument) for argument in arguments])


def recorded(folder):
    with Records.open(folder) as records:
        return dump(records), records.graded(), records.setting("seed")


def test_a_class_is_graded_once_and_then_only_what_changed(handed_in, tmp_path, capsys):
    out = tmp_path / "out"
    run = ("grade", handed_in, "--out", out, "--workers", 2, *ANY)
    assert main(*run) == base.DONE
    first, graded, seed = recorded(out)
    said = capsys.readouterr().out
    assert "4 graded, 0 unchanged." in said and f"seed: {seed}" in said and seed
    assert {one.isolation for one in graded} <= set(base.LEVELS)
    assert main(*run) == base.DONE
    assert "0 graded, 4 unchanged." in capsys.readouterr().out
    assert recorded(out)[::2] == (first, seed)


def test_parts_of_a_class_are_merged_into_what_one_run_gives(handed_in, tmp_path):
    terms = ("--seed", "autumn 2026", "--workers", 1, *ANY)
    main("grade", handed_in, "--out", tmp_path / "whole", *terms)
    parts = [tmp_path / f"part{at}" for at in (1, 2)]
    for at, part in enumerate(parts, start=1):
        assert not main("grade", handed_in, "--out", part, "--shard", f"{at}/2", *terms)
    assert main("merge", *parts, "--out", tmp_path / "merged") == base.DONE
    assert recorded(tmp_path / "merged")[0] == recorded(tmp_path / "whole")[0]


def test_the_seed_in_a_record_replays_what_its_learner_was_graded_on(
    handed_in, tmp_path, capsys
):
    out = tmp_path / "out"
    main("grade", handed_in, "--out", out, "--workers", 1, *ANY)
    graded = next(g for g in recorded(out)[1] if 0 < g.score < g.out_of)
    cards = [card_text(task.verdict) for task in graded.tasks]
    file = next(p for p in handed_in.rglob("*.ipynb") if p.match(graded.origin))
    capsys.readouterr()
    main("check", file, "--seed", graded.seed, *ANY)
    replayed = capsys.readouterr().out
    assert all(card in replayed for card in cards)
    main("check", file, *ANY)
    assert not all(card in capsys.readouterr().out for card in cards)


def test_who_is_on_the_roster_and_handed_nothing_in_has_a_record(handed_in, tmp_path):
    roster = tmp_path / "class.csv"
    roster.write_text('name\n"Doe, Jane"\nMissing Person\n', "utf-8")
    out = tmp_path / "out"
    main("grade", handed_in, "--out", out, "--exercise", "7", "--roster", roster, *ANY)
    missing = [g for g in recorded(out)[1] if g.reason is Reason.NO_SUBMISSION]
    assert [(g.learner, g.exercise) for g in missing] == [("Missing Person", NORM)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--exercise", "77"], "there is no exercise '77'. Give a number"),
        (["--shard", "1/2"], "--shard needs --seed"),
        (["--shard", "3/2", "--seed", "x"], "such as 2/8"),
        (["--roster", "nowhere.csv"], "a file that you may read. Check its name."),
    ],
)
def test_what_is_used_wrongly_says_what_to_do(
    handed_in, tmp_path, capsys, arguments, said
):
    code = main("grade", handed_in, "--out", tmp_path / "out", *arguments, *ANY)
    assert code == base.MISUSED and said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_to_grade_is_used_wrongly(tmp_path, capsys):
    code = main("grade", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == base.MISUSED
    said = capsys.readouterr().err
    assert said.startswith("coursekit grade: ") and 'nowhere" cannot be read' in said
    assert "It must be a notebook" in said and "Check the name." in said


def test_a_folder_without_a_notebook_is_used_wrongly(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.txt").touch()
    code = main("grade", tmp_path / "empty", "--out", tmp_path / "out")
    assert code == base.MISUSED
    assert f"no notebook in '{tmp_path / 'empty'}'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def unreadable(tmp_path):
    """Return a folder of which nothing can be graded, which is quick."""
    for name in ("Ada", "Bob"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / f"{NORM}.ipynb").write_bytes(b"null")
    return tmp_path / "in"


def test_what_cannot_be_read_is_named_in_every_run_and_report(
    unreadable, tmp_path, capsys
):
    said = f"  Ada, {NORM} (Ada/{NORM}.ipynb): the file holds null"
    for _ in range(2):
        main("grade", unreadable, "--out", tmp_path / "out", "--workers", 1, *ANY)
        assert said in capsys.readouterr().out
    main("report", tmp_path / "out")
    assert said in capsys.readouterr().out


def test_a_record_without_a_file_is_named_and_left_out_only_when_that_is_asked(
    unreadable, tmp_path, capsys
):
    run = ("grade", unreadable, "--out", tmp_path / "out", "--workers", 1, *ANY)
    main(*run, "--seed", "s")
    (unreadable / "Ada" / f"{NORM}.ipynb").unlink()
    (unreadable / "Ada").rmdir()
    capsys.readouterr()
    main(*run, "--exercise", "7", "--seed", "s", "--shard", "1/1")
    said = capsys.readouterr().out
    assert (
        f"1 record has no file any more and will count all the same: Ada, {NORM}"
        in (said)
    )
    assert len(recorded(tmp_path / "out")[1]) == 2
    main(*run, "--forget-missing")
    assert "will not count: Ada" in capsys.readouterr().out
    assert [one.learner for one in recorded(tmp_path / "out")[1]] == ["Bob"]


def test_another_seed_is_said_because_all_is_graded_again(unreadable, tmp_path, capsys):
    run = ("grade", unreadable, "--out", tmp_path / "out", "--workers", 1, *ANY)
    for seed in ("autumn", "autumn", "spring"):
        assert "the seed" not in capsys.readouterr().err
        main(*run, "--seed", seed)
    said = capsys.readouterr().err
    assert "was 'autumn' and is now 'spring': all are graded again" in said


def test_a_part_of_a_class_is_not_missing_the_other_part(unreadable, tmp_path, capsys):
    run = ("grade", unreadable, "--out", tmp_path / "out", "--workers", 1, *ANY)
    for at in (1, 2, 1):
        main(*run, "--seed", "s", "--shard", f"{at}/2")
    main(*run, "--exercise", "0")
    assert "no file any more" not in capsys.readouterr().out


def test_a_flat_folder_says_where_the_names_come_from(tmp_path, capsys):
    (tmp_path / "flat").mkdir()
    for name in ("lovelace", NORM):
        (tmp_path / "flat" / f"{name}.ipynb").write_bytes(b"null")
    run = ("--out", tmp_path / "out", "--workers", 1, *ANY)
    main("grade", tmp_path / "flat", *run)
    said = capsys.readouterr().out
    assert "Learners named after their files: lovelace." in said
    assert "as a whole: flat. If they are called otherwise, put" in said


def test_names_that_differ_only_in_spaces_are_named_before_anything_is_graded(
    tmp_path, capsys
):
    names = ("Ada", "Ada ", "  ", "Bob")
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({f"{name}/{NORM}.ipynb": b"null" for name in names}))
    main("grade", path, "--out", tmp_path / "out", "--workers", 1, *ANY)
    said = capsys.readouterr().out
    assert 'told apart, or not be seen: "  ", "Ada", "Ada ". Each' in said


def test_without_walls_it_refuses_to_begin(handed_in, tmp_path, capsys, monkeypatch):
    lacking = [
        Availability(Level.NAMESPACES, False, "not permitted"),
        Availability(Level.LANDLOCK, False, "not there"),
        Availability(Level.PROCESS, True),
    ]
    monkeypatch.setattr(isolation, "probe_levels", lambda: lacking)
    run = ("grade", handed_in, "--out", tmp_path / "out")
    assert main(*run) == base.BROKEN
    said = capsys.readouterr().err
    assert "namespaces: not permitted" in said and "landlock: not there" in said
    assert not (tmp_path / "out").exists()
    assert main(*run, *ANY, "--workers", 1) == base.DONE
    assert {g.isolation for g in recorded(tmp_path / "out")[1]} == {"process"}


def test_a_folder_that_holds_something_else_is_left_alone(handed_in, tmp_path, capsys):
    code = main("grade", handed_in, "--out", handed_in / "Doe, Jane" / f"{NORM}.ipynb")
    assert code == base.MISUSED and "is a file" in capsys.readouterr().err


def test_a_cluster_needs_dask_or_somebody_who_answers(
    handed_in, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    where = ("--scheduler", "tcp://127.0.0.1:9")
    assert main("grade", handed_in, "--out", tmp_path / "out", *where) == base.BROKEN
    assert how_to_install("cluster") in capsys.readouterr().err


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """Return the folder of a class, and the command to grade it but for where to."""
    handed_in = lay_out(tmp_path_factory.mktemp("in"), class_of(16, [START], seed=2))
    return "grade", handed_in, "--seed", "s", "--workers", 2, *ANY, "--out"


@pytest.fixture(scope="module")
def whole(larger, tmp_path_factory):
    """Return all that a run records which nobody stops."""
    out = tmp_path_factory.mktemp("whole")
    assert main(*larger, out) == base.DONE
    return recorded(out)[0]


def forked(said, *arguments):
    """Run a command in a fork, in a session of its own, as a shell starts it."""
    if pid := os.fork():
        return pid
    code = 99
    try:
        os.setsid()
        sys.stdout = sys.stderr = said
        code = main(*arguments)
    finally:
        said.flush()
        os._exit(code)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no such signals")
@pytest.mark.parametrize("kind", [signal.SIGINT, getattr(signal, "SIGKILL", 9)])
def test_a_run_that_is_stopped_goes_on_where_it_was(larger, whole, tmp_path, kind):
    out = tmp_path / "out"
    with (tmp_path / "said").open("w") as said:
        pid = forked(said, *larger, out)
    while count(out) < 3:
        assert not os.waitpid(pid, os.WNOHANG)[0], "it ended too soon"
        time.sleep(0.05)
    os.killpg(pid, kind)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    kept, said = count(out), (tmp_path / "said").read_text()
    assert kept >= 3
    if kind is signal.SIGINT:
        assert code == base.INTERRUPTED
        assert "run the same command to go on" in said and "left" in said
    assert main(*larger, out) == base.DONE
    assert recorded(out)[0] == whole


def count(folder):
    try:
        return len(recorded(folder)[1])
    except RecordsError:  # not there, or just being made
        return 0


def test_the_course_knows_how_learners_got_every_task():
    for name, exercise in installed_course().items():
        assert {task.name for task in exercise.tasks} <= set(starts(name))
        assert exercise.edition and len(exercise.questions) == 3


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_as_it_is_handed_out_is_told_from_one_that_is_worked(name):
    exercises = Exercises(catalogue(installed_course()))
    for folder, begun in (("exercises", False), ("solutions", True)):
        notebook = read_notebook((ROOT / folder / f"{name}.ipynb").read_bytes())
        assert exercises.is_begun_in(notebook, name) is begun


@pytest.mark.parametrize("out", ["results", "."])
def test_results_among_the_submissions_are_nobody_s_work(handed_in, out, capsys):
    grade = ["grade", handed_in, "--out", handed_in / out, "--exercise", "07", *ANY]
    assert main(*grade) == base.DONE
    assert main("report", handed_in / out) == base.DONE
    assert main("export", handed_in / out, "--to", "gradescope") == base.DONE
    first = recorded(handed_in / out)[0]
    assert main(*grade) == base.DONE
    assert recorded(handed_in / out)[0] == first
    assert "4 submissions in" in capsys.readouterr().out
