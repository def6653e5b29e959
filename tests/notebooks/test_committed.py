"""Every notebook that is committed keeps the rules, and is what its source gives."""

from functools import cache
from pathlib import Path

import nbformat
import pytest

from coursekit.authoring import hygiene, prose
from coursekit.authoring.build import build_course
from coursekit.authoring.sources import read_cells, tags_of

ROOT = Path(__file__).parents[2]
NOTEBOOKS = [
    path
    for folder in ("notebooks", "exercises", "solutions")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
]
EXERCISES = [path for path in NOTEBOOKS if path.parent.name == "exercises"]
RULES = [
    (path, rule)
    for path in NOTEBOOKS
    for rule in (*hygiene.rules_for(path), *prose.RULES)
]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@cache
def committed(path):
    """Return a notebook of the right form, which many rules look at."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize(
    ("path", "rule"), RULES, ids=[f"{name_of(p)}-{r.__name__}" for p, r in RULES]
)
def test_notebook_keeps_the_rule(path, rule):
    assert list(rule(committed(path))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_links_lead_somewhere(path):
    assert list(prose.links(committed(path), path)) == []


@pytest.mark.parametrize("path", EXERCISES, ids=name_of)
def test_no_answer_survives_in_the_exercise(path):
    source = ROOT / "solutions" / "sources" / f"{path.stem}.py"
    cells = read_cells(source, source.name)
    answers = [cell.source for cell in cells if "answer" in tags_of(cell)]
    assert answers
    assert list(hygiene.answers_in(committed(path), answers)) == []


def test_every_notebook_and_the_map_in_the_readme_are_up_to_date():
    stale = build_course([], check=True, root=ROOT)
    assert stale == [], "run: coursekit build"
