"""What one kernel of a session has measured another may take, if it is told to."""

import ast
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from same_results import FOLDER, REUSE, kept

from coursekit.authoring.execute import execute

ROOT = Path(__file__).parents[1]
MEASURE = """\
from coursekit.experiments import one_pass_variance as experiment
experiment.run(experiment.Config())
print({name for name in dir() if name[0] != "_"})
"""
#: what IPython gives every notebook
GIVEN = {"In", "Out", "exit", "get_ipython", "open", "quit"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.delenv(REUSE, raising=False)
    return tmp_path


@pytest.fixture
def measured():
    """Return what was measured, in order, and an experiment that measures."""
    asked = []

    def run(config):
        asked.append(config)
        return [config, len(asked)]

    return asked, kept(run)


def test_a_kernel_measures_although_the_result_is_kept(folder, measured):
    asked, run = measured
    assert [run("a"), run("a")] == [["a", 1], ["a", 2]]
    assert asked == ["a", "a"]


def test_a_kernel_that_is_told_to_takes_what_the_last_one_measured(
    folder, measured, monkeypatch
):
    asked, run = measured
    run("a"), run("a")
    monkeypatch.setenv(REUSE, "1")
    assert run("a") == ["a", 2]
    assert asked == ["a", "a"]


def test_another_configuration_is_measured(folder, measured, monkeypatch):
    asked, run = measured
    monkeypatch.setenv(REUSE, "1")
    run("a"), run("b")
    assert asked == ["a", "b"]


def test_a_kernel_of_the_tests_keeps_results_and_has_no_name_of_ours(folder):
    notebook = new_notebook(cells=[new_code_cell(MEASURE, id="measure")])
    execute(notebook, folder / "lessons", ROOT, "measure")
    names = ast.literal_eval(notebook.cells[0].outputs[0].text)
    assert names == GIVEN | {"experiment"}
    assert len([path for path in folder.iterdir() if path.is_file()]) == 1
