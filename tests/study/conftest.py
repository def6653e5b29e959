"""A task of our own, so that these tests do not depend on the course's content."""

import pytest

from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Mistake, Task
from coursekit.study import feedback


def draw(rng):
    case = Case({"x": rng.normal(size=(2, 3))}, 1e-9, 1e-9, {"y": "B d"})
    return {"plain": case}


def probe(answer, inputs):
    x = inputs["x"]
    return {"y": answer(x), "x afterwards": x}


def double(x):
    return 2 * x


def square(x):
    return x**2


DOUBLE = Task(
    name="double",
    exercise="07_layer_norm",
    signature="double(x)",
    summary="Double every entry.",
    draw=draw,
    probe=probe,
    reference=double,
    criteria=[
        Criterion("The shape is kept.", ["plain"], ["y"], 1, form_only=True),
        Criterion("Every entry is doubled.", ["plain"], ["y"], 2),
        Criterion(
            "The input is left as it was.",
            ["plain"],
            ["x afterwards"],
            1,
            reasons={"x afterwards": Reason.MUTATED_INPUT},
        ),
    ],
    mistakes=[Mistake("squared", "You squared instead of doubling.", square)],
    hints=("What is x plus x?", "Multiply.", "Fill in:\ndef double(x):\n    ..."),
    minutes=5,
    difficulty=1,
    importance=3,
    forbidden=("numpy.multiply",),
)
HALVE = Task(**{**vars(DOUBLE), "name": "halve", "reference": lambda x: x / 2})


@pytest.fixture
def questions():
    """Return the short questions of the course: none, unless a module says so."""
    return {}


@pytest.fixture(autouse=True)
def tasks(monkeypatch, questions):
    """Let the course consist of two tasks."""
    ours = {"double": DOUBLE, "halve": HALVE}
    monkeypatch.setattr(feedback, "all_tasks", lambda: ours)
    monkeypatch.setattr(feedback, "all_questions", lambda: questions)
    return ours


@pytest.fixture
def right():
    """Return the right answer to the task."""
    return double


@pytest.fixture
def named():
    """Return a function that gives another one the task's name."""

    def rename(answer, name="double"):
        answer.__name__ = name
        return answer

    return rename
