"""``coursekit check``, as a shell sees it."""

import pytest
from bulk.class_of import filled, slips, worked

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


def test_check_asks_which_exercise_it_is_where_it_cannot_tell(tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(b'{"nbformat": 4, "metadata": {}, "cells": []}')
    assert main("check", path, *ANY) == base.MISUSED
    assert main("check", path, "--exercise", "7", *ANY) == base.DONE
    assert "CELL_MISSING" not in capsys.readouterr().err
