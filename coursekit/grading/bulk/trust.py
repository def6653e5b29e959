"""Look at what a worker sent back before anything is made of it.

It was written by a process that ran a learner's code. Its form is checked where it is
read; here it is held against what the task's own probe reports.
"""

from collections.abc import Mapping

import numpy as np

from coursekit.grading.cases import Cases
from coursekit.probes.outcome import Observed, Odd, Outcome, Raised
from coursekit.probes.plain import crosses

#: Characters of any text that comes back; what a probe and `observe` give is shorter.
LONGEST = 4000


def objection_to_outcomes(cases: Cases, outcomes: Mapping[str, Outcome]) -> str:
    """Say why outcomes cannot have come from the task's probe; '' where they can.

    Parameters
    ----------
    cases : Cases
        What was asked.
    outcomes : mapping of Outcome
        What came back.
    """
    if set(outcomes) != set(cases):
        return _said("results for other inputs than were given")
    for name, outcome in outcomes.items():
        if isinstance(outcome, Raised):
            if not _is_raised(outcome):
                return _said("an exception of no known form")
            continue
        if not isinstance(outcome, Observed) or not _is_text(outcome.printed):
            return _said("a result of no known form")
        if set(outcome.values) != set(cases.expected(name).values):
            return _said("other values than the check looks at")
        if not all(map(_is_plain, outcome.values.values())):
            return _said("values of no known kind")
    return ""


def _said(what: str) -> str:
    return (
        f"What came back from your code is no result of the check: {what}. An answer "
        "gives its result with `return`, and writes to no file, pipe or descriptor."
    )


def _is_text(value: object) -> bool:
    return type(value) is str and len(value) <= LONGEST


def _is_raised(raised: Raised) -> bool:
    texts = (raised.type_name, raised.message, raised.source_line, raised.printed)
    line = raised.line is None or type(raised.line) is int
    return line and all(map(_is_text, (*texts, *raised.bases)))


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is np.ndarray:
        return crosses(value.dtype)
    if kind is Odd:
        return _is_text(value.type_name)
    return kind in (bool, int, float) or _is_text(value)
