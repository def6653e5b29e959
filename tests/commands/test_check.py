"""``coursekit check``, as a shell sees it."""

import pytest
from bulk.class_of import filled, slips, worked
from handed_in import zipped

from coursekit import cli
from coursekit.commands import base

NORM = "07_layer_norm"
ANY = ["--require-isolation", "process"]


def main(*arguments):
    return cli.main([str(argument) for argument in arguments])


def test_check_prints_the_cards_and_is_content_with_any_score(tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    wrong = slips(worked(NORM)["axes_of"])[0]
    path.write_bytes(filled(NORM, {**worked(NORM), "axes_of": wrong}))
    assert main("check", path, *ANY) == base.DONE
    said = capsys.readouterr().out
    assert "layer_norm_forward: 10 of 10 points, pass" in said
    assert "axes_of: " in said and "of 27 points" in said.splitlines()[-1]


def test_check_says_what_is_wrong_with_a_file(tmp_path, capsys):
    path = tmp_path / f"{NORM}.ipynb"
    path.write_bytes(b"null")
    assert main("check", path, *ANY) == base.DONE
    assert "NOTEBOOK_UNREADABLE: the file holds null" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seed", "doubted"), [("1f0c9a52d4b3e687", False), ("1f0c9a52d4b3e68", True)]
)
def test_a_seed_that_is_on_no_feedback_is_said_to_be_none(
    tmp_path, capsys, seed, doubted
):
    path = tmp_path / f"{NORM}.ipynb"
    path.write_bytes(b"null")
    assert main("check", path, "--seed", seed, *ANY) == base.DONE
    assert ("Copy the seed" in capsys.readouterr().err) == doubted


@pytest.mark.parametrize("name", ["", "nothing.ipynb", "a.txt"])
def test_check_takes_one_notebook(tmp_path, capsys, name):
    (tmp_path / "a.txt").touch()
    assert main("check", tmp_path / name, *ANY) == base.MISUSED
    assert "notebook" in capsys.readouterr().err


def test_check_of_an_archive_with_several_notebooks_asks_for_one(tmp_path, capsys):
    path = tmp_path / "mine.zip"
    names = (NORM, "05_batch_norm", "notes")
    path.write_bytes(zipped({f"{name}.ipynb": b"null" for name in names}))
    assert main("check", path, *ANY) == base.MISUSED
    said = capsys.readouterr().err
    assert f"holds 3 notebooks: 05_batch_norm.ipynb, {NORM}.ipynb, notes" in said
    assert main("check", path, "--exercise", "7", *ANY) == base.DONE
    assert f"{NORM}: 0 of" in capsys.readouterr().out


def test_check_of_an_archive_without_a_notebook_says_so(tmp_path, capsys):
    (tmp_path / "mine.zip").write_bytes(zipped({}))
    assert main("check", tmp_path / "mine.zip", *ANY) == base.MISUSED
    assert "holds 0 notebooks. Check takes one" in capsys.readouterr().err


def test_check_asks_which_exercise_it_is_where_it_cannot_tell(tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(b'{"nbformat": 4, "metadata": {}, "cells": []}')
    assert main("check", path, *ANY) == base.MISUSED
    assert main("check", path, "--exercise", "7", *ANY) == base.DONE
    assert "CELL_MISSING" not in capsys.readouterr().err
