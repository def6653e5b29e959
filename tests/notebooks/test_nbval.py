"""Strict nbval compares what must not change, and only that."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.authoring.execute import execute

ROOT = Path(__file__).parents[2]
LESSON = """\
from coursekit.lesson import claim, predict, show

def line(ax, top):
    ax.plot([0, top])
    return f"A line up to 3. Its top is measured {top} to 2e-05 here."

print("exact 62; measured 0.25, 0.5 and 1e-07 in three runs")
claim("Small.", 1.34, "<", 2, measured=True)
claim("Exact.", 62, "==", 62)
predict("How large?", 3).reveal(1.25, measured=True)
show(line, 1.75)
"""
HOME = 'import os\nprint("coursekit-" in os.environ["COURSEKIT_HOME"])'
#: what is changed in the stored outputs, and what nbval must say to it
CHANGES = [
    ("nothing", "nothing", "PASSED"),
    ("exact 62", "exact 61", "FAILED"),
    ("computed 62", "computed 61", "FAILED"),
    ("below 2", "below 3", "FAILED"),
    ("Claim holds: Small", "Claim fails: Small", "FAILED"),
    ("A line up to 3", "A line up to 4", "FAILED"),
    ("You guessed 3", "You guessed 4", "FAILED"),
    (r"measured 1\.34", "measured 1.2999e-05", "PASSED"),
    (r"measured 0\.25, 0\.5 and 1e-07", "measured 0.26, 5e-1 and 0.001", "PASSED"),
    (r"measured: 1\.25\. Your guess is 2", "measured: 9. Your guess is 6", "PASSED"),
    (r"measured 1\.75 to 2e-05", "measured 1.74 to 2", "PASSED"),
    ("base64,[A-Za-z0-9+/=]+", "base64,AAAA", "PASSED"),
]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Run the course's own pytest options on one notebook: one cell a change."""
    folder = tmp_path_factory.mktemp("lesson")
    notebook = new_notebook(cells=[new_code_cell(LESSON, id="lesson")])
    execute(notebook, folder, ROOT, "lesson")
    (lesson,) = notebook.cells
    notebook.cells = [with_change(lesson, old, new) for old, new, _ in CHANGES]
    home = new_code_cell(HOME, id="home", execution_count=1)
    home.outputs = [nbformat.v4.new_output("stream", name="stdout", text="True\n")]
    notebook.cells.append(home)
    path = folder / "lesson.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    options = ["-q", "-n0", "-rA", "-p", "conftest", "--rootdir", "."]
    options += ["-c", "pyproject.toml", str(path)]
    command = [sys.executable, "-m", "pytest", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = re.findall(r"^(PASSED|FAILED) .*::Cell (\d+)", ran.stdout, re.M)
    assert len(lines) == len(notebook.cells), ran.stdout + ran.stderr
    return {int(number): verdict for verdict, number in lines}


def with_change(cell, old, new):
    """Return the cell with ``old`` replaced by ``new`` wherever its outputs have it."""
    stored = json.dumps(cell.outputs)
    assert old == "nothing" or re.search(old, stored), f"{old} is in no output"
    return nbformat.from_dict({**cell, "outputs": json.loads(re.sub(old, new, stored))})


@pytest.mark.parametrize(
    ("number", "verdict"),
    [(number, verdict) for number, (_, _, verdict) in enumerate(CHANGES)],
    ids=[f"{old} becomes {new}" for old, new, _ in CHANGES],
)
def test_nbval_finds_a_changed_output_but_not_a_changed_measurement(
    verdicts, number, verdict
):
    assert verdicts[number] == verdict


def test_kernels_have_a_home_that_is_not_the_learners(verdicts):
    assert verdicts[len(CHANGES)] == "PASSED"


def test_scripts_of_the_notebooks_are_not_collected_as_modules():
    options = ["-q", "-n0", "--collect-only", "notebooks"]
    command = [sys.executable, "-m", "pytest", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "sources" not in ran.stdout
