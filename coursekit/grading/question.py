"""Short answers: a number, a choice or a shape, and what each wrong one tells.

A question is judged like a task, by one criterion, so that cards, records and reports
need not know the difference.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import CriterionVerdict, Diagnosis, Status, Verdict
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain

#: What an answer can be: a number, one of the choices, or a shape.
Short = float | str | tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Question:
    """One short question and its answer.

    ``wrong`` maps the answers that are likely and wrong to a sentence that says why;
    for a choice it holds every distractor. A number is right within ``atol + rtol *
    abs(expected)``; say beside the question where that room comes from. ``why`` is said
    with the right answer, ``hint`` before it.
    """

    name: str
    exercise: str
    asks: str
    expected: Short
    wrong: Mapping[Short, str]
    why: str
    hint: str
    rtol: float = 0.0
    atol: float = 0.0
    points: int = 1
    minutes: int = 2
    choices: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put the choices in an order that gives nothing away: that of the alphabet."""
        texts = [self.expected, *self.wrong] if isinstance(self.expected, str) else []
        object.__setattr__(self, "choices", tuple(sorted(texts, key=str.casefold)))

    @property
    def hints(self) -> tuple[str, ...]:
        """The one hint, in the form that tasks have theirs."""
        return (self.hint,)

    @property
    def wants(self) -> str:
        """What kind of answer is asked for, in words."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        if isinstance(self.expected, tuple):
            return "a shape, such as (2, 3)"
        return "a number"

    def same(self, given: Short, other: Short) -> bool:
        """Tell whether two answers are the same, a number within the room it has."""
        if isinstance(other, str) or isinstance(given, str | tuple):
            return given == other
        if isinstance(other, tuple):
            return False
        return abs(given - other) <= self.atol + self.rtol * abs(other)


def judge_short(question: Question, given: Any) -> Verdict:
    """Return the verdict on a short answer; ``...`` is not an answer yet.

    Parameters
    ----------
    question : Question
        What was asked.
    given : object
        What the learner put: numbers of NumPy and torch count as numbers, lists and
        arrays of whole numbers as shapes, and a choice may be written in any case.
    """
    if given is ...:
        return _verdict(
            question,
            Status.TODO,
            Reason.NOT_ATTEMPTED,
            f"Not answered yet: put {question.wants} in the place of the three dots.",
        )
    short = read_short(given)
    if question.choices and isinstance(short, str):
        known = {choice.casefold(): choice for choice in question.choices}
        short = known.get(short.strip().casefold(), short)
    if problem := _form(question, short, given):
        return _verdict(question, Status.FAIL, *problem)
    if question.same(short, question.expected):
        return _verdict(question, Status.PASS, Reason.OK, question.why)
    for wrong, sentence in question.wrong.items():
        if question.same(short, wrong):
            return _verdict(
                question,
                Status.FAIL,
                Reason.WRONG_VALUE,
                f"{_told(short)} is not right.",
                Diagnosis(_told(wrong), sentence),
            )
    message = f"{_told(short)} is not right. {question.hint}"
    return _verdict(question, Status.FAIL, Reason.WRONG_VALUE, message)


def read_short(given: Any) -> Short | Odd:
    """Return an answer as a number, a text or a shape, or `Odd` if it is none."""
    if isinstance(given, tuple | list):
        whole = [plain(item) for item in given]
        lengths = [_whole(item) for item in whole]
        return tuple(lengths) if None not in lengths else Odd(name_of(given))
    value = plain(given)
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            value = value.item()
        elif value.ndim == 1 and value.dtype.kind in "iu":
            return tuple(value.tolist())
        else:
            return Odd(f"array of shape {value.shape}")
    if isinstance(value, bool | complex):
        return Odd(name_of(value))
    return value


def _whole(value: Any) -> int | None:
    """Return a whole number of Python's or NumPy's as an int."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return value if type(value) is int else None


def _form(question: Question, short: Any, given: Any) -> tuple[Reason, str] | None:
    """Say what is wrong with the kind of an answer, or return None."""
    expected = question.expected
    if isinstance(expected, tuple):
        if not isinstance(short, tuple):
            return Reason.WRONG_TYPE, _not(question, short, given)
        return None
    if isinstance(expected, str):
        if not isinstance(short, str):
            return Reason.WRONG_TYPE, _not(question, short, given)
        if short not in question.choices:
            near = difflib.get_close_matches(short, question.choices, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            return Reason.WRONG_VALUE, _not(question, short, given) + hint
        return None
    if not isinstance(short, int | float):
        return Reason.WRONG_TYPE, _not(question, short, given)
    if not math.isfinite(short):
        return Reason.NON_FINITE, _not(question, short, given)
    return None


def _not(question: Question, short: Any, given: Any) -> str:
    told = f"something of type {name_of(given)}"
    if not isinstance(short, Odd):
        told = _told(short)
    elif given is None:
        told = "None"
    return f"The answer should be {question.wants}; yours is {told}."


def _told(short: Short) -> str:
    """Return an answer as it is written in a sentence."""
    if isinstance(short, str):
        return f'"{short}"'
    return f"{short:.6g}" if isinstance(short, float) else str(short)


def _verdict(
    question: Question,
    status: Status,
    reason: Reason,
    message: str,
    *mistakes: Diagnosis,
) -> Verdict:
    end = CriterionVerdict(question.asks, question.points, status, reason, message)
    return Verdict(question.name, (end,), mistakes)
