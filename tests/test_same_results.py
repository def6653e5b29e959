"""What one kernel of a session has measured another does not measure again."""

import ast
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from same_results import FOLDER, kept

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
    return tmp_path


@pytest.fixture
def measured():
    """Return what was measured, in order, and an experiment that measures."""
    asked = []

    def run(config):
        asked.append(config)
        return [config, len(asked)]

    return asked, kept(run)


def test_what_was_measured_is_not_measured_again(folder, measured):
    asked, run = measured
    assert [run("a"), run("a")] == [["a", 1], ["a", 1]]
    assert asked == ["a"]


def test_another_configuration_is_measured(folder, measured):
    asked, run = measured
    run("a"), run("b")
    assert asked == ["a", "b"]


def test_another_session_measures(measured, tmp_path, monkeypatch):
    asked, run = measured
    for session in ("one", "two"):
        (tmp_path / session).mkdir()
        monkeypatch.setenv(FOLDER, str(tmp_path / session))
        run("a")
    assert asked == ["a", "a"]


def test_a_kernel_of_the_tests_keeps_results_and_has_no_name_of_ours(folder):
    notebook = new_notebook(cells=[new_code_cell(MEASURE, id="measure")])
    execute(notebook, folder / "lessons", ROOT, "measure")
    names = ast.literal_eval(notebook.cells[0].outputs[0].text)
    assert names == GIVEN | {"experiment"}
    assert len([path for path in folder.iterdir() if path.is_file()]) == 1
