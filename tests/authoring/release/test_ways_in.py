"""Buttons lead to the notebook they stand in; the cell for Colab does nothing here."""

import copy

import pytest

from coursekit.authoring.release.ways_in import read_repository, with_buttons
from coursekit.authoring.sources import BuildError
from coursekit.grading.intake.answers import answer_to
from coursekit.grading.intake.beside import beside
from coursekit.grading.intake.reading import Cell, Notebook

PATH = "exercises/07_layer_norm.ipynb"
STUB = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": ["x"]}
PLAIN = {"cells": [STUB], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def first_two(text):
    made = with_buttons(PLAIN, PATH, read_repository(text))
    return ["".join(cell["source"]) for cell in made["cells"][:2]]


@pytest.mark.parametrize(
    "text",
    [
        "someone/norms",
        "https://github.com/someone/norms",
        "https://github.com/someone/norms.git",
        "someone/norms@main",
    ],
)
def test_a_repository_is_named_in_the_ways_people_write_it(text):
    assert read_repository(text).pip == "git+https://github.com/someone/norms@main"


@pytest.mark.parametrize("text", ["norms", "https://gitlab.com/a/b", "a/b/c", "", "/"])
def test_what_is_no_repository_on_github_is_refused(text):
    with pytest.raises(BuildError, match="OWNER/NAME"):
        read_repository(text)


def test_buttons_lead_to_this_notebook_on_this_branch():
    buttons, _ = first_two("someone/norms@week/1")
    assert f"/github/someone/norms/blob/week/1/{PATH})" in buttons
    assert f"/v2/gh/someone/norms/week%2F1?urlpath=lab/tree/{PATH})" in buttons


def test_the_notebook_itself_is_left_as_it_is():
    before = copy.deepcopy(PLAIN)
    made = with_buttons(PLAIN, PATH, read_repository("someone/norms"))
    assert before == PLAIN
    assert made["cells"][2:] == PLAIN["cells"]


def test_the_cell_for_colab_installs_nothing_elsewhere():
    from IPython.core.inputtransformer2 import TransformerManager

    _, install = first_two("someone/norms")
    python = TransformerManager().transform_cell(install)
    exec(compile(python, "cell", "exec"), {})  # would fail: there is no get_ipython
    assert "run_line_magic('pip'" in python
    assert "--no-deps git+https://github.com/someone/norms@main" in python


def test_grading_reads_a_notebook_that_has_the_cell():
    _, install = first_two("someone/norms")
    answer = Cell("code", "def double(x):\n    return 2 * x")
    handed_in = Notebook((Cell("code", install), answer))
    assert answer_to("double", handed_in).source == answer.source
    assert not any("pip" in text for text in beside(handed_in, ["double"]))
