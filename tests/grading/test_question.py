"""Short answers: right in any form, wrong with the sentence that belongs to it."""

import numpy as np
import pytest

from coursekit.grading.question import Question, judge_short
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

ABOUT = {
    "exercise": "07_layer_norm",
    "why": "The mean and the scale are lost.",
    "hint": "Count the directions that disappear.",
}
NUMBER = Question(
    name="07-rank",
    asks="What is the rank?",
    expected=62,
    wrong={64: "Nothing would be lost. Two directions are."},
    rtol=1e-3,
    **ABOUT,
)
CHOICE = Question(
    name="07-mode",
    asks="What changes in evaluation?",
    expected="nothing",
    wrong={"the mean": "That is batch norm.", "gamma": "Gamma always applies."},
    **ABOUT,
)
SHAPE = Question(
    name="07-shape",
    asks="What shape do the means have?",
    expected=(2, 3, 1),
    wrong={(2, 3): "Without the last axis it does not line up."},
    **ABOUT,
)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (NUMBER, 62),
        (NUMBER, 62.05),
        (NUMBER, np.float32(62)),
        (NUMBER, np.array(62)),
        (CHOICE, "nothing"),
        (CHOICE, " Nothing "),
        (SHAPE, (2, 3, 1)),
        (SHAPE, [2, 3, 1]),
        (SHAPE, np.array([2, 3, 1])),
        (SHAPE, (np.int64(2), 3, 1)),
    ],
)
def test_a_right_answer_passes_in_any_form_and_says_why(question, given):
    verdict = judge_short(question, given)
    assert verdict.status is Status.PASS
    assert verdict.score == verdict.out_of == 1
    assert verdict.criteria[0].message == question.why


@pytest.mark.parametrize(
    ("question", "given", "says"),
    [
        (NUMBER, 64, "Two directions are"),
        (NUMBER, 64.0, "Two directions are"),
        (CHOICE, "The mean", "That is batch norm"),
        (SHAPE, (2, 3), "does not line up"),
    ],
)
def test_a_likely_wrong_answer_is_told_why(question, given, says):
    verdict = judge_short(question, given)
    assert verdict.status is Status.FAIL and verdict.score == 0
    assert says in verdict.mistakes[0].explanation
    assert verdict.criteria[0].reason is Reason.WRONG_VALUE


def test_another_wrong_answer_gets_the_hint():
    verdict = judge_short(NUMBER, 3)
    assert not verdict.mistakes
    assert verdict.criteria[0].message == f"3 is not right. {NUMBER.hint}"


def test_three_dots_are_no_answer_yet():
    verdict = judge_short(CHOICE, ...)
    assert verdict.status is Status.TODO
    assert verdict.criteria[0].reason is Reason.NOT_ATTEMPTED
    assert 'one of "gamma", "nothing", "the mean"' in verdict.criteria[0].message


@pytest.mark.parametrize(
    ("question", "given", "reason", "says"),
    [
        (NUMBER, "62", Reason.WRONG_TYPE, 'should be a number; yours is "62"'),
        (NUMBER, None, Reason.WRONG_TYPE, "yours is None"),
        (NUMBER, float("nan"), Reason.NON_FINITE, "yours is nan"),
        (NUMBER, True, Reason.WRONG_TYPE, "something of type bool"),
        (NUMBER, (62,), Reason.WRONG_TYPE, "should be a number; yours is (62,)"),
        (CHOICE, 3, Reason.WRONG_TYPE, "should be one of"),
        (CHOICE, "nothin", Reason.WRONG_VALUE, 'Did you mean "nothing"?'),
        (SHAPE, 6, Reason.WRONG_TYPE, "should be a shape, such as (2, 3); yours is 6"),
        (SHAPE, (2.5, 3), Reason.WRONG_TYPE, "something of type tuple"),
        (SHAPE, np.zeros((2, 2)), Reason.WRONG_TYPE, "something of type ndarray"),
    ],
)
def test_an_answer_of_another_kind_is_told_what_is_wanted(
    question, given, reason, says
):
    end = judge_short(question, given).criteria[0]
    assert end.status is Status.FAIL
    assert end.reason is reason
    assert says in end.message


class Liar(float):
    """A number that says it equals everything."""

    __hash__ = float.__hash__

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


def test_an_object_that_lies_about_being_equal_is_no_number():
    end = judge_short(NUMBER, Liar(3)).criteria[0]
    assert end.reason is Reason.WRONG_TYPE


def test_the_order_of_the_choices_gives_nothing_away():
    assert CHOICE.choices == ("gamma", "nothing", "the mean")
    assert NUMBER.choices == SHAPE.choices == ()
