"""What a learner meets when they answer a short question."""

import pytest

from coursekit.grading.question import Question
from coursekit.study import feedback
from coursekit.study.store import store

RANK = Question(
    name="07-rank",
    exercise="07_layer_norm",
    asks="What is the rank?",
    expected=62,
    wrong={64: "Nothing would be lost. Two directions are."},
    why="Two directions are lost.",
    hint="Which directions disappear?",
)


@pytest.fixture
def questions():
    return {RANK.name: RANK}


def test_a_right_answer_passes_says_why_and_is_recorded():
    said = str(feedback.answer("07-rank", 62))
    assert said.startswith("07-rank: 1 of 1 points, pass")
    assert "Two directions are lost." in said
    assert store().standing("07-rank").done


def test_three_dots_are_todo_and_no_attempt():
    assert "todo" in str(feedback.answer("07-rank", ...))
    assert store().standing("07-rank").attempts == 0


def test_a_wrong_answer_names_its_mistake():
    assert "Recognised: 64" in str(feedback.answer("07-rank", 64))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("07-ranks", 'Did you mean "07-rank"?'),
        ("zzz", "Exercise 07_layer_norm: 07-rank."),
        (7, "needs the name of a question"),
        ("", "needs the name of a question"),
    ],
)
def test_an_unknown_name_is_told_the_known_ones(name, says):
    assert says in str(feedback.answer(name, 3))


def test_hint_and_solution_take_the_name_in_quotes():
    said = str(feedback.hint("07-rank"))
    assert "hint 1 of 1" in said and 'solution("07-rank")' in said
    assert 'answer("07-rank", ...)' in str(feedback.solution("07-rank"))


def test_progress_counts_questions_too():
    assert str(feedback.progress()).startswith("Progress: 0 of 3 done, 0 of 9 points")
