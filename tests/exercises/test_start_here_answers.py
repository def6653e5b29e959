"""Exercise 00: forms that are understood; wrong answers in no catalogue are placed."""

import numpy as np
import pytest
from right_answers.numerical_gradient import by_unit_steps, put_back, with_a_class
from right_answers.relative_error import by_a_mask, by_divide

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

GRADIENT = all_tasks()["numerical_gradient"]
ERROR = all_tasks()["relative_error"]
SEEDS = range(20)


def names(task, answer, seed=1):
    return {found.name for found in judge_answer(task, answer, seed).mistakes}


def from_a_lecture(f, x, df, h=None):
    """Change x in place and put it back, as much published code does."""
    h = h or 1e-5
    grad = np.zeros_like(x)
    for ix in np.ndindex(x.shape):
        old = x[ix]
        x[ix] = old + h
        above = f(x).copy()
        x[ix] = old - h
        below = f(x).copy()
        x[ix] = old
        grad[ix] = np.sum((above - below) * df) / (2 * h)
    return grad


def two_loops(f, x, df, h=None):
    """Change x in place by arithmetic, for two axes only, and slip in the divisor."""
    h = h or 1e-5
    grad = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += h
            above = f(x)
            x[i, j] -= 2 * h
            below = f(x)
            x[i, j] += h
            grad[i, j] = np.sum(df * (above - below)) / 2 * h
    return grad


def formula_as_it_stands(f, x, df, h=None):
    h = 6e-6 if h is None else h
    return df * (f(x + h) - f(x - h)) / (2 * h)


def a_working_copy(f, x, df, h=None):
    """Leave x alone, but not the copy that is changed entry by entry."""
    z = np.array(x, dtype=float)
    grad = np.zeros(z.shape)
    for i in np.ndindex(z.shape):
        step = 6e-6 * max(1, abs(z[i])) if h is None else h
        z[i] += step
        above = f(z)
        z[i] -= 2 * step
        grad[i] = np.sum(df * (above - f(z))) / (2 * step)
    return grad


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (
            from_a_lecture,
            {"a default step that does not grow with x", "the dtype of x kept"},
        ),
        (two_loops, {"a bracket missing around 2 * h"}),
        (formula_as_it_stands, {"all entries moved at once"}),
        (a_working_copy, {"entries not moved back"}),
    ],
)
def test_answers_as_people_write_them_are_recognised(answer, named):
    for seed in SEEDS:
        assert names(GRADIENT, answer, seed) == named


def test_two_slips_at_the_edges_are_both_named():
    def answer(f, x, df, h=None):
        gradient = by_unit_steps(f, x, df, 1e-13 if h is None else h)
        if x.dtype == np.float64:
            x.flat[0] = np.nextafter(x.flat[0], np.inf)
        return gradient

    for seed in SEEDS:
        assert names(GRADIENT, answer, seed) == {
            "a default step that is too small",
            "x moved back by arithmetic",
        }


def test_a_floor_and_two_shapes_are_both_named():
    def answer(a, b):
        return np.max(np.abs(a - b) / np.maximum(1e-12, np.maximum(abs(a), abs(b))))

    for seed in SEEDS:
        assert names(ERROR, answer, seed) == {
            "a floor under the divisor",
            "two shapes compared",
        }


@pytest.mark.parametrize("step", [1e-6, 1e-5, 1e-4])
def test_a_default_step_of_about_the_right_size_is_right(step):
    def answer(f, x, df, h=None):
        gradient = np.empty(x.shape)
        for i in np.ndindex(x.shape):
            e = np.zeros(x.shape)
            e[i] = step * max(1, abs(x[i])) if h is None else h
            gradient[i] = np.sum(df * (f(x + e) - f(x - e))) / (2 * e[i])
        return gradient

    for seed in SEEDS:
        verdict = judge_answer(GRADIENT, answer, seed)
        assert verdict.status is Status.PASS, verdict


@pytest.mark.parametrize("step", [1e-15, 1e-12, 1e-10, 1e-8])
def test_a_default_step_that_is_too_small_is_named(step):
    def answer(f, x, df, h=None):
        return by_unit_steps(f, x, df, step if h is None else h)

    for seed in SEEDS:
        assert names(GRADIENT, answer, seed) == {"a default step that is too small"}


@pytest.mark.parametrize("step", [1e-3, 0.01, 0.1])
def test_a_default_step_that_is_too_large_is_named(step):
    def answer(f, x, df, h=None):
        return by_unit_steps(f, x, df, step if h is None else h)

    for seed in SEEDS:
        assert names(GRADIENT, answer, seed) == {"a default step that is too large"}


def a_third(f, x, df, h=None):
    return by_unit_steps(f, x, df, h) / 3


def another_first_entry(f, x, df, h=None):
    gradient = with_a_class(f, x, df, h)
    gradient.flat[0] += 1e-3
    return gradient


@pytest.mark.parametrize("answer", [a_third, another_first_entry])
def test_an_unknown_mistake_gets_a_law_and_a_place(answer):
    for seed in SEEDS:
        verdict = judge_answer(GRADIENT, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert verdict.criteria[1].reason is Reason.WRONG_VALUE
        assert "A central difference has no error on a quadratic" in message
        assert "[0, 0]" in message


def test_an_unknown_ruler_is_placed():
    def answer(a, b):
        return by_divide(a, b) ** 0.5

    verdict = judge_answer(ERROR, answer)
    assert not verdict.mistakes
    assert "`error` is wrong: expected 0.4" in verdict.criteria[1].message


def test_the_entry_left_elsewhere_is_shown():
    mistake = next(m for m in GRADIENT.mistakes if m.name == "entries not moved back")
    (found,) = judge_answer(GRADIENT, mistake.answer).mistakes
    assert found.evidence.startswith("after the call x[")
    assert " is off by -0." in found.evidence


def test_f_called_with_something_smaller_is_said_in_words():
    def answer(f, x, df, h=None):
        return np.array([f(value) for value in x])

    first = judge_answer(GRADIENT, answer).criteria[0]
    assert first.reason is Reason.WRONG_TYPE
    assert "f was called with an array of shape (3,); it takes" in first.message


def test_a_function_without_return_is_told_so():
    for task, named in ((GRADIENT, "return gradient"), (ERROR, "return worst")):
        first = judge_answer(task, lambda *arguments: None).criteria[0]
        assert first.reason is Reason.WRONG_TYPE
        assert named in first.message


def test_a_gradient_cast_back_to_float32_has_lost_digits():
    def answer(f, x, df, h=None):
        return put_back(f, x, df, h).astype(x.dtype if x.dtype.kind == "f" else float)

    verdict = judge_answer(GRADIENT, answer)
    assert [end.status for end in verdict.criteria].count(Status.FAIL) == 1
    assert "look for a float32" in verdict.criteria[4].message


def test_an_assertion_refuses_two_shapes_as_well_as_a_raise():
    assert judge_answer(ERROR, by_a_mask).status is Status.PASS


@pytest.mark.parametrize("task", [GRADIENT, ERROR], ids=lambda task: task.name)
def test_the_course_reference_itself_is_no_answer(task):
    verdict = judge_answer(task, task.reference)
    assert verdict.score == 0
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API


def test_the_worked_examples_of_the_prompts_hold():
    x, df = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 10.0])
    gradient = by_unit_steps(lambda x: x * x, x, df, 1.0)
    assert gradient.tolist() == [2.0, 4.0, 60.0]
    assert round(by_divide([1, 100], [1, 101]), 4) == 0.0099
    assert by_divide(2, -2) == 2.0 and by_divide(0, 1e-17) == 1.0
