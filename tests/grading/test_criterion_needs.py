"""A criterion that needs another waits for it instead of failing after it."""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.grading.attempt import judge_answer
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Mistake, Task
from coursekit.grading.verdict import Status

FORM = Criterion("Three numbers.", ["one"], ["a", "b", "c"], points=1, form_only=True)
FIRST = Criterion("`a` is right.", ["one"], ["a"], points=1)
SECOND = Criterion("`b` is right.", ["one"], ["b"], points=1, needs=FIRST)
THIRD = Criterion("`c` is right.", ["one"], ["c"], points=1, needs=SECOND)
TASK = Task(
    name="chain",
    exercise="00_none",
    signature="chain(x)",
    summary="Add 1, three times.",
    draw=lambda rng: {"one": Case({"x": rng.normal(size=2)}, rtol=1e-9, atol=1e-9)},
    probe=lambda answer, inputs: dict(zip("abc", answer(inputs["x"]), strict=True)),
    reference=lambda x: (x + 1, x + 2, x + 3),
    criteria=[FORM, FIRST, SECOND, THIRD],
    mistakes=[],
    hints=("", "", ""),
    minutes=1,
    difficulty=1,
    importance=1,
)
PASS, FAIL, SKIPPED = Status.PASS, Status.FAIL, Status.SKIPPED


@pytest.mark.parametrize(
    ("off", "statuses"),
    [
        ((0, 0, 0), [PASS, PASS, PASS, PASS]),
        ((1, 1, 1), [PASS, FAIL, SKIPPED, SKIPPED]),
        ((0, 1, 1), [PASS, PASS, FAIL, SKIPPED]),
        ((0, 0, 1), [PASS, PASS, PASS, FAIL]),
    ],
)
def test_only_the_first_wrong_value_fails_and_the_rest_wait(off, statuses):
    def answer(x):
        return tuple(x + at + 1 + extra for at, extra in enumerate(off))

    verdict = judge_answer(TASK, answer, look_at_source=False)
    assert [end.status for end in verdict.criteria] == statuses


def test_all_that_wait_name_the_one_that_failed():
    verdict = judge_answer(TASK, lambda x: (x, x, x), look_at_source=False)
    for end in verdict.criteria[2:]:
        assert end.reason is Reason.BLOCKED_BY
        assert end.message == "Waits for “`a` is right.”"
        assert end.score == 0


def test_a_right_value_passes_although_what_it_needs_is_wrong():
    verdict = judge_answer(TASK, lambda x: (x, x, x + 3), look_at_source=False)
    ends = [end.status for end in verdict.criteria]
    assert ends == [PASS, FAIL, SKIPPED, PASS]


def test_a_wrong_shape_is_said_where_it_is():
    def answer(x):
        return x, np.append(x, 1.0), x + 3

    first, _, third, _ = judge_answer(TASK, answer, look_at_source=False).criteria
    assert first.reason is Reason.WRONG_SHAPE and "`b`" in first.message
    assert third.message == f"Waits for “{FORM.sentence}”"


def chained(*rules):
    """Return an answer in which each value is made from the one before it."""

    def answer(x):
        values = [x]
        for rule in rules:
            values.append(rule(values[-1]))
        return tuple(values[1:])

    return answer


def one(x):
    return x + 1


def two(x):
    return x + 2


def times(x):
    return 3 * x


def with_mistakes(**answers):
    known = [Mistake(name, "You did.", answer) for name, answer in answers.items()]
    return replace(TASK, mistakes=known)


KNOWN = with_mistakes(
    first=chained(two, one, one),
    second=chained(one, two, one),
    last=lambda x: (x + 1, x + 2, 7 * x),
)


def named(answer):
    verdict = judge_answer(KNOWN, answer, look_at_source=False)
    return [found.name for found in verdict.mistakes]


def test_a_mistake_is_not_named_where_the_answer_goes_wrong_only_later():
    # off by one from `b` on, as after the first mistake; but `a` is right
    alike = chained(one, two, times)
    assert named(alike) == ["second"]
    task = with_mistakes(first=chained(two, one, one))
    assert not judge_answer(task, alike, look_at_source=False).mistakes


def test_a_mistake_is_not_named_behind_a_wrong_value_nobody_explains():
    answer = chained(one, times, one)
    assert named(lambda x: (*answer(x)[:2], 7 * x)) == []


def test_a_mistake_is_named_although_an_unknown_one_follows():
    assert named(chained(two, one, times)) == ["first"]


def test_a_mistake_is_named_although_what_follows_is_made_in_another_way():
    answer = chained(two, one, one)
    assert named(lambda x: (*answer(x)[:2], 7 * x)) == ["first", "last"]
