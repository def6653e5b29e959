"""Find the known mistakes that explain what a learner's answer gave."""

from collections.abc import Mapping

import numpy as np

from coursekit.grading.cases import Cases
from coursekit.grading.compare import alike, find_problem
from coursekit.grading.task import Mistake
from coursekit.grading.verdict import Diagnosis
from coursekit.probes.outcome import Observed, Outcome, Raised

#: One judged value: (case, value).
Pair = tuple[str, str]


def judged_pairs(cases: Cases) -> list[Pair]:
    """Return every (case, value) some criterion of the task looks at, once."""
    pairs = {
        (case, value): None
        for criterion in cases.task.criteria
        for case in criterion.cases
        for value in criterion.values
    }
    return list(pairs)


def wrong_pairs(cases: Cases, outcomes: Mapping[str, Outcome]) -> frozenset[Pair]:
    """Return the pairs that are not right; (case, "raised") where the call raised."""
    wrong = set()
    for case, value in judged_pairs(cases):
        outcome = outcomes[case]
        if isinstance(outcome, Raised):
            wrong.add((case, "raised"))
        elif _differs(cases, case, value, outcome):
            wrong.add((case, value))
    return frozenset(wrong)


def recognise(cases: Cases, outcomes: Mapping[str, Outcome]) -> list[Mistake]:
    """Return the mistakes that explain the wrong pairs, best explanation first.

    A mistake is shown when the answer gives its values wherever it gives wrong ones.
    Of two that are shown, one whose wrong pairs are all among the other's is dropped:
    the other explains more. So two independent mistakes are both named, and mistakes
    that cannot be told apart are all named. Those recognised by their marks
    (`Mistake.shows`) are asked when no values match.
    """
    wrong = wrong_pairs(cases, outcomes)
    if not wrong:
        return []
    shown: dict[Mistake, frozenset[Pair]] = {}
    for mistake in cases.task.mistakes:
        if mistake.shows is None:
            marks = _marks(cases, mistake, outcomes)
            if marks:
                shown[mistake] = marks
    if shown:
        return [
            m for m in shown if not any(shown[m] < other for other in shown.values())
        ]
    return [m for m in cases.task.mistakes if m.shows is not None and m.shows(wrong)]


def diagnose(cases: Cases, outcomes: Mapping[str, Outcome]) -> tuple[Diagnosis, ...]:
    """Return the recognised mistakes with the numbers that show them."""
    return tuple(
        Diagnosis(
            mistake.name, mistake.explanation, _evidence(cases, mistake, outcomes)
        )
        for mistake in recognise(cases, outcomes)
    )


def _marks(
    cases: Cases, mistake: Mistake, outcomes: Mapping[str, Outcome]
) -> frozenset[Pair]:
    """Return the pairs where the mistake is wrong, if the answer equals it on all.

    Empty at the first pair where the two differ, and when nothing but NaN is equal.
    """
    marks, telling = set(), False
    for case, value in judged_pairs(cases):
        mistaken, outcome = cases.mistaken(mistake, case), outcomes[case]
        if isinstance(mistaken, Raised):
            if not _raised_alike(outcome, mistaken):
                return frozenset()
            marks.add((case, "raised"))
            telling = True
        elif _differs(cases, case, value, mistaken):
            same = isinstance(outcome, Observed) and alike(
                outcome.values[value], mistaken.values[value], cases[case]
            )
            if not same:
                return frozenset()
            marks.add((case, value))
            telling = telling or _finite(mistaken.values[value])
    return frozenset(marks) if telling else frozenset()


def _differs(cases: Cases, case: str, value: str, outcome: Observed) -> bool:
    expected = cases.expected(case).values[value]
    return find_problem(value, outcome.values[value], expected, cases[case]) is not None


def _raised_alike(outcome: Outcome, mistaken: Raised) -> bool:
    return (
        isinstance(outcome, Raised)
        and outcome.type_name == mistaken.type_name
        and outcome.message == mistaken.message
    )


def _finite(value: object) -> bool:
    """Whether a value can tell answers apart: `alike` takes NaN for equal to NaN."""
    numbers = isinstance(value, np.ndarray | int | float)
    return not numbers or bool(np.isfinite(value).all())


def _evidence(cases: Cases, mistake: Mistake, outcomes: Mapping[str, Outcome]) -> str:
    """Return the mistake's number for the first case that shows it."""
    if mistake.evidence is None:
        return ""
    for case, value in judged_pairs(cases):
        outcome = outcomes[case]
        if isinstance(outcome, Observed) and _differs(cases, case, value, outcome):
            expected = cases.expected(case).values
            return mistake.evidence(cases[case].inputs, outcome.values, expected)
    return ""
