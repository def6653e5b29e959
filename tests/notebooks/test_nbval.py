"""Strict nbval compares what must not change, and only that."""

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


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Run a small lesson once and return its notebook as text."""
    notebook = new_notebook(cells=[new_code_cell(LESSON, id="lesson")])
    execute(notebook, tmp_path_factory.mktemp("lesson"), ROOT, "lesson")
    return nbformat.writes(notebook)


def nbval(path):
    """Run the course's own pytest options on one notebook."""
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(ROOT), "-p", "no:cacheprovider", str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True)


def outcome(stored, folder, old, new):
    """Change one stored output and return whether nbval still passes."""
    head, source = stored.rsplit('"source"', 1)
    assert len(re.findall(old, head)) > 0, f"{old} is not in an output"
    path = folder / "lesson.ipynb"
    path.write_text(re.sub(old, new, head) + '"source"' + source, encoding="utf-8")
    ran = nbval(path)
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return "passes" if ran.returncode == 0 else "fails"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exact 62", "exact 61"),
        ("computed 62", "computed 61"),
        ("below 2", "below 3"),
        ("Claim holds: Small", "Claim fails: Small"),
        ("A line up to 3", "A line up to 4"),
        ("You guessed 3", "You guessed 4"),
    ],
)
def test_changed_output_is_found(stored, tmp_path, old, new):
    assert outcome(stored, tmp_path, old, new) == "fails"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"measured 1\.34", "measured 1.2999e-05"),
        (r"measured 0\.25, 0\.5 and 1e-07", "measured 0.26, 5e-1 and 0.001"),
        (r"measured: 1\.25\. Your guess is 1\.75 too", "measured: 9. Yours is 6 too"),
        (r"measured 1\.75 to 2e-05", "measured 1.74 to 2"),
        ("base64,[A-Za-z0-9+/=]+", "base64,AAAA"),
    ],
)
def test_changed_digits_of_a_measurement_pass(stored, tmp_path, old, new):
    assert outcome(stored, tmp_path, old, new) == "passes"


def test_scripts_of_the_notebooks_are_not_collected_as_modules():
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "notebooks"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "sources" not in ran.stdout and "error" not in ran.stdout.lower()


def test_kernels_of_the_notebooks_have_a_home_that_is_not_the_learners(tmp_path):
    code = 'import os\nprint("coursekit-" in os.environ["COURSEKIT_HOME"])'
    notebook = new_notebook(cells=[new_code_cell(code, id="home", execution_count=1)])
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="True\n")
    ]
    path = tmp_path / "home.ipynb"
    nbformat.write(notebook, path)
    ran = nbval(path)
    assert ran.returncode == 0, ran.stdout
