"""Find the known mistakes that explain what a learner's answer gave."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np

from coursekit.grading.cases import Cases, Pair
from coursekit.grading.compare import alike
from coursekit.grading.task import Mistake, Task
from coursekit.grading.verdict import Diagnosis
from coursekit.probes.outcome import Observed, Outcome, Raised


def wrong_pairs(cases: Cases, outcomes: Mapping[str, Outcome]) -> frozenset[Pair]:
    """Return the pairs that are not right; (case, "raised") where the call raised."""
    return frozenset(
        (case, "raised" if isinstance(outcomes[case], Raised) else value)
        for case, value in cases.judged
        if cases.is_wrong((case, value), outcomes[case])
    )


def recognise(
    cases: Cases,
    outcomes: Mapping[str, Outcome],
    wrong: frozenset[Pair] | None = None,
) -> dict[Mistake, frozenset[Pair]]:
    """Return the mistakes that explain the wrong pairs, and the pairs each explains.

    ``wrong`` is what `wrong_pairs` gives, where that is known already.

    A mistake is shown when the answer gives its values wherever it gives wrong ones.
    Of two that are shown, one whose wrong pairs are all among the other's is dropped:
    the other explains more. So two independent mistakes are both named, and mistakes
    that cannot be told apart are all named. When none is shown, it is enough to equal
    a mistake in all it does to one value (`y`, but not what is cached), or wherever the
    answer returned; and then the mistakes that are known by their marks
    (`Mistake.shows`) are asked, for what is not explained.

    Where criteria need each other, later values are made from earlier ones: two
    mistakes in a row mix, and one factor too many looks alike wherever it entered. So
    there a mistake is known by one value only if that is where it begins, what whole
    mistakes leave unexplained is looked at as well, and nothing is named that begins
    behind a wrong value nobody explains.
    """
    wrong = wrong_pairs(cases, outcomes) if wrong is None else wrong
    if not wrong:
        return {}
    whole = _largest(cases, outcomes, whole=True)
    explained = frozenset[Pair]().union(*whole.values())
    chain = _chain(cases.task)
    if not whole or (chain and wrong - explained):
        partly = _largest(cases, outcomes, whole=False, chain=chain)
        whole |= {m: marks for m, marks in partly.items() if marks - explained}
    open_at = _place(chain, wrong.difference(*whole.values()), nowhere=len(chain))
    told = [m for m, marks in whole.items() if _place(chain, marks) <= open_at]
    if told:
        return {m: whole[m] for m in cases.task.mistakes if m in told}
    returned = {n: seen for n, seen in outcomes.items() if isinstance(seen, Observed)}
    best = {} if chain else _largest(cases, returned, whole=True)
    if best:
        wrong = frozenset(pair for pair in wrong if pair[0] not in returned)
    marked = (m for m in cases.task.mistakes if wrong and m.shows and m.shows(wrong))
    return best | dict.fromkeys(marked, wrong)


def _place(chain: Sequence[str], pairs: frozenset[Pair], nowhere: int = 0) -> int:
    """Return where in the chain the first of the pairs stands, if one does."""
    return min((chain.index(v) for _, v in pairs if v in chain), default=nowhere)


def _largest(
    cases: Cases,
    outcomes: Mapping[str, Outcome],
    *,
    whole: bool,
    chain: Sequence[str] = (),
) -> dict[Mistake, frozenset[Pair]]:
    """Return the mistakes that are shown and whose pairs are not all another's."""
    shown = {
        m: _marks(cases, m, outcomes, whole=whole, chain=chain)
        for m in cases.task.mistakes
        if m.shows is None
    }
    return {
        mistake: marks
        for mistake, marks in shown.items()
        if marks and not any(marks < other for other in shown.values())
    }


def _chain(task: Task) -> list[str]:
    """Return the values of the criteria that need another or are needed, in order."""
    needed = [c.needs.sentence for c in task.criteria if c.needs]
    linked = [c for c in task.criteria if c.needs or c.sentence in needed]
    return [value for criterion in linked for value in criterion.values]


def diagnose(
    cases: Cases, outcomes: Mapping[str, Outcome], wrong: frozenset[Pair]
) -> tuple[Diagnosis, ...]:
    """Return the recognised mistakes with the numbers that show them."""
    return tuple(
        Diagnosis(m.name, m.explanation, _evidence(cases, m, outcomes, marks))
        for m, marks in recognise(cases, outcomes, wrong).items()
    )


def _marks(
    cases: Cases,
    mistake: Mistake,
    outcomes: Mapping[str, Outcome],
    *,
    whole: bool,
    chain: Sequence[str] = (),
) -> frozenset[Pair]:
    """Return the pairs where the mistake is wrong and the answer equals it.

    With ``whole`` there are none as soon as the two differ; without, only the values
    count that are equal in every case, and among those of ``chain`` the first that is
    wrong has to be. None either when nothing but NaN is equal.
    """
    marks: set[Pair] = set()
    telling, unlike = set(), set()
    for case, value in cases.judged:
        if case not in outcomes or not cases.mistaken_is_wrong(mistake, (case, value)):
            continue
        mistaken, outcome = cases.mistaken(mistake, case), outcomes[case]
        if isinstance(mistaken, Observed):
            same = isinstance(outcome, Observed) and alike(
                outcome.values[value], mistaken.values[value], cases[case]
            )
            tells = same and _finite(mistaken.values[value])
        else:
            value = "raised"
            same = _raised_alike(outcome, mistaken)
            tells = mistaken.type_name == "Complaint"
        if not same and whole:
            return frozenset()
        (marks if same else unlike).add((case, value))
        if tells:
            telling.add((case, value))
    broken = {value for _, value in unlike}
    touched = {value for _, value in marks | unlike}
    if next((value for value in chain if value in touched), None) in broken:
        return frozenset()
    kept = frozenset(pair for pair in marks if pair[1] not in broken)
    return kept if kept & telling else frozenset()


def _raised_alike(outcome: Outcome, mistaken: Raised) -> bool:
    """Both raised; our own complaints must say the same."""
    if not isinstance(outcome, Raised):
        return False
    if "Complaint" in (outcome.type_name, mistaken.type_name):
        return outcome.message == mistaken.message
    return True


def _finite(value: object) -> bool:
    """Whether a value can tell answers apart: `alike` takes NaN for equal to NaN."""
    numbers = isinstance(value, np.ndarray | int | float)
    return not numbers or bool(np.isfinite(value).all())


def _evidence(
    cases: Cases,
    mistake: Mistake,
    outcomes: Mapping[str, Outcome],
    marks: frozenset[Pair],
) -> str:
    """Return the mistake's number for the first case that shows it."""
    shows_it = {case for case, _ in marks}
    for case in cases:
        outcome = outcomes[case]
        if mistake.evidence and case in shows_it and isinstance(outcome, Observed):
            expected = cases.expected(case).values
            told = ""
            with suppress(Exception):  # what came back may be of any form
                told = mistake.evidence(cases[case].inputs, outcome.values, expected)
            if told:  # not every case that is wrong need show the number
                return told
    return ""
