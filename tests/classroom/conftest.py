"""Lessons and tasks of our own, so that these tests do not depend on the course."""

import json
from types import SimpleNamespace

import pytest

INSTRUCTOR = (
    "**For instructors.** *Why we teach this:* it is `short`. *Timing (15 min):* "
    "sections 1 and 2, 10 min, on the blackboard; 3, 3 min; questions, 2 min. Leave "
    'section 4 for home. *Questions you will get:* "Why?" (because). *Typical '
    "pitfalls:* learners divide by $\\sqrt L$; they stop early."
)
HEADER = (
    "# 00 · Start here\n\n**25 min alone · 15 min in a workshop**\n\n"
    "**You will** guess before you run.\n\n**You need** Python."
)


@pytest.fixture
def write_lesson(tmp_path):
    """Return a function that writes a lesson's notebook from its texts and tags."""

    def write(*cells, name="00_start_here"):
        made = [
            {
                "cell_type": "markdown",
                "id": f"cell-{at}",
                "metadata": {"tags": tags},
                "source": text.splitlines(keepends=True),
            }
            for at, (text, tags) in enumerate(cells)
        ]
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps({"cells": made, "metadata": {}}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def lesson_file(write_lesson):
    """Return the notebook of a lesson that says all it should."""
    return write_lesson(
        (HEADER, []),
        (INSTRUCTOR, ["instructor"]),
        ("## 1 · Name the axes", []),
        ("explore()", ["explorer"]),
        ("train()", ["long"]),
    )


@pytest.fixture
def task():
    """Return a function that makes what an agenda and a guide read of a task."""

    def make(name="double", exercise="00_start_here", minutes=10, importance=3):
        mistakes = [
            SimpleNamespace(name=f"mistake {n}", explanation=f"You wrote `{n}`.")
            for n in range(8)
        ]
        return SimpleNamespace(
            name=name,
            exercise=exercise,
            minutes=minutes,
            importance=importance,
            difficulty=2,
            points=4,
            signature=f"{name}(x)",
            summary="Double every entry.",
            mistakes=mistakes,
            hints=("What is x + x?", "Multiply.", "Fill in.\n    return ... * x"),
        )

    return make
