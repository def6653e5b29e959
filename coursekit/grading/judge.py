"""Decide, from outcomes alone, what a learner's answer deserves.

Nothing here runs learner code: an outcome is plain data, and so is the verdict.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from coursekit.grading.cases import Cases
from coursekit.grading.compare import (
    Problem,
    form_problem,
    number,
    value_problem,
    wrong_entries,
)
from coursekit.grading.exceptions import explain
from coursekit.grading.reasons import NOT_WRITTEN, Reason
from coursekit.grading.recognise import diagnose, wrong_pairs
from coursekit.grading.source import Use
from coursekit.grading.task import Case, Criterion, Task
from coursekit.grading.verdict import (
    CriterionVerdict,
    Diagnosis,
    Picture,
    Status,
    Verdict,
)
from coursekit.probes.outcome import Observed, Outcome, Raised


@dataclass(frozen=True)
class Finding:
    """What is wrong with a value in a case; None stands for its numbers.

    ``raised`` if the call raised. The numbers are put into words for one finding of a
    criterion, and only counted for the others.
    """

    case: str
    value: str
    problem: Problem | None
    raised: bool = False

    @property
    def form(self) -> bool:
        """Whether the value is of another kind, shape or element type."""
        return self.problem is not None and self.problem.form


def judge(
    task: Task,
    cases: Mapping[str, Case],
    outcomes: Mapping[str, Outcome],
    *,
    uses: Sequence[Use] = (),
) -> Verdict:
    """Return the verdict on an answer.

    Parameters
    ----------
    task : Task
        What was to be written.
    cases : Cases, or a mapping of Case
        The inputs; a `Cases` (from `cases_for`) remembers the right answers.
    outcomes : mapping of Outcome
        What came back, for every case by name.
    uses : sequence of Use
        Calls the task does not allow, found in the answer's source.

    Raises
    ------
    ValueError
        If an outcome is missing.
    RuntimeError
        If the task's own reference raises.
    """
    missing = [name for name in cases if name not in outcomes]
    if missing:
        raise ValueError(
            f"judge: outcomes must hold every case of {task.name} = {list(cases)}; "
            f"got none for {missing}."
        )
    if uses:
        return _forbidden(task, uses)
    if all(_is_stub(outcomes[name]) for name in cases):
        return uniform(task, Status.TODO, Reason.NOT_ATTEMPTED, NOT_WRITTEN)
    known = cases if isinstance(cases, Cases) else Cases(task, cases)
    return _Judgement(known, outcomes).verdict()


def uniform(task: Task, status: Status, reason: Reason, message: str) -> Verdict:
    """Return a verdict in which every criterion ends alike; the first says why."""
    ends = [
        CriterionVerdict(c.sentence, c.points, status, reason, message * (at == 0))
        for at, c in enumerate(task.criteria)
    ]
    return Verdict(task.name, tuple(ends))


def _forbidden(task: Task, uses: Sequence[Use]) -> Verdict:
    """Give no points to an answer that calls what it should write itself."""
    calls = ", ".join(f"`{use.name}` in line {use.line}" for use in uses)
    message = (
        f"The answer uses {calls}. This task is to be written from scratch: use "
        "sums, means and arithmetic."
    )
    return uniform(task, Status.FAIL, Reason.FORBIDDEN_API, message)


def _is_stub(outcome: Outcome) -> bool:
    return isinstance(outcome, Raised) and outcome.type_name == "NotImplementedError"


class _Judgement:
    """One answer being judged: what was found so far, and what was said of it."""

    def __init__(self, cases: Cases, outcomes: Mapping[str, Outcome]) -> None:
        self.task, self.cases, self.outcomes = cases.task, cases, outcomes
        self.wrong = wrong_pairs(cases, outcomes)
        self.mistakes: tuple[Diagnosis, ...] = diagnose(cases, outcomes, self.wrong)
        self.said: dict[tuple, str] = {}
        self.blocked: dict[str, str] = {}
        self.law_told = False

    def verdict(self) -> Verdict:
        ends = []
        for criterion in self.task.criteria:
            ends.append(end := self.end(criterion))
            if end.status is not Status.PASS:
                self.blocked.setdefault(criterion.sentence, criterion.sentence)
        return Verdict(self.task.name, tuple(ends), self.mistakes, tuple(self.notes()))

    def end(self, criterion: Criterion) -> CriterionVerdict:
        """Judge one criterion."""
        findings = self.findings(criterion)
        if criterion.form_only:
            findings = [f for f in findings if f.raised or f.form]
        if not findings:
            return CriterionVerdict(
                criterion.sentence, criterion.points, Status.PASS, Reason.OK
            )
        findings.sort(key=lambda f: (not f.raised, not f.form))
        first = findings[0]
        if first.raised or first.form:
            return self.end_of_form(criterion, first, findings)
        if criterion.needs and criterion.needs.sentence in self.blocked:
            return self.end_of_waiting(criterion, criterion.needs)
        return self.end_of_value(criterion, first, findings)

    def findings(self, criterion: Criterion) -> list[Finding]:
        """Return what is wrong on the criterion's cases, in their order."""
        found = []
        for case in criterion.cases:
            outcome = self.outcomes[case]
            if isinstance(outcome, Raised):
                reason, text = explain(outcome, self.task)
                problem = Problem(reason, text, form=reason is not Reason.RAISED)
                found.append(Finding(case, "", problem, reason is Reason.RAISED))
                continue
            expected = self.cases.expected(case).values
            for value in (v for v in criterion.values if (case, v) in self.wrong):
                seen = outcome.values[value], expected[value], self.cases[case]
                found.append(Finding(case, value, form_problem(value, *seen)))
        return found

    def end_of_form(
        self, criterion: Criterion, first: Finding, findings: list[Finding]
    ) -> CriterionVerdict:
        """Say a form problem or an exception once; later criteria point back to it."""
        if first.raised:
            raised = self.outcomes[first.case]
            key, status = (raised.type_name, raised.line), Status.ERROR
        else:
            key, status = (first.value, first.problem.reason), Status.FAIL
        before = self.said.setdefault(key, criterion.sentence)
        reason, message = first.problem.reason, self.in_case(first.problem, findings)
        if before is not criterion.sentence:
            if first.raised:
                message = f"Case “{first.case}”: the same {key[0]} as above."
            else:
                status, reason = Status.SKIPPED, Reason.BLOCKED_BY
                message = f"Waits for “{before}”"
        return CriterionVerdict(
            criterion.sentence, criterion.points, status, reason, message
        )

    def end_of_waiting(
        self, criterion: Criterion, needed: Criterion
    ) -> CriterionVerdict:
        """Skip a criterion whose wrong numbers may come from an earlier one's."""
        first = self.blocked[criterion.sentence] = self.blocked[needed.sentence]
        return CriterionVerdict(
            criterion.sentence,
            criterion.points,
            Status.SKIPPED,
            Reason.BLOCKED_BY,
            f"Waits for “{first}”",
        )

    def end_of_value(
        self, criterion: Criterion, first: Finding, findings: list[Finding]
    ) -> CriterionVerdict:
        """Say where the numbers differ and, if no mistake is known, which law broke."""
        got = self.outcomes[first.case].values[first.value]
        expected = self.cases.expected(first.case).values[first.value]
        problem = value_problem(first.value, got, expected, self.cases[first.case])
        message, reason = self.in_case(problem, findings), problem.reason
        side_effect = first.value in criterion.reasons
        reason = criterion.reasons.get(first.value, reason)
        law = "" if self.mistakes else self.broken_law(first.case)
        advice = criterion.advice if side_effect or not self.mistakes else ""
        message = " ".join(filter(None, [message, law, advice]))
        return CriterionVerdict(
            criterion.sentence,
            criterion.points,
            Status.FAIL,
            reason,
            message,
            self.picture(first),
        )

    def in_case(self, problem: Problem, findings: list[Finding]) -> str:
        """Put the case before the problem, and how many more cases have one."""
        more = len({f.case for f in findings}) - 1
        others = f" ({more} more {'case' if more == 1 else 'cases'} like it.)"
        return f"Case “{findings[0].case}”: {problem.text}" + others * (more > 0)

    def broken_law(self, case: str) -> str:
        """Name the first invariant the answer breaks in ``case``; once per verdict."""
        outcome, expected = self.outcomes[case], self.cases.expected(case)
        if self.law_told or not isinstance(outcome, Observed):
            return ""
        for law in self.task.invariants:
            inputs = self.cases[case].inputs
            try:
                with np.errstate(all="ignore"):
                    ours = np.asarray(law.measure(inputs, expected.values))
                    theirs = np.asarray(law.measure(inputs, outcome.values))
            except Exception:  # what came back has a form that the law does not know
                continue
            if theirs.shape != ours.shape or theirs.dtype.kind not in "iuf":
                continue
            wrong = wrong_entries(theirs, ours, self.cases[case])
            if wrong.any():
                self.law_told = True
                at = tuple(np.argwhere(wrong)[0])
                a, b = ours[at].item(), theirs[at].item()
                place = f" at [{', '.join(map(str, map(int, at)))}]" if at else ""
                return (
                    f"{law.sentence}: expected {number(a, b)}, got {number(b, a)}"
                    f"{place}."
                )
        return ""

    def picture(self, finding: Finding) -> Picture | None:
        """Return the arrays for heat maps where there are some."""
        got = self.outcomes[finding.case].values[finding.value]
        expected = self.cases.expected(finding.case).values[finding.value]
        arrays = isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)
        if not arrays or expected.ndim == 0 or expected.size < 2:
            return None
        case = self.cases[finding.case]
        axes = tuple(case.axes.get(finding.value, "").split())
        if len(axes) != expected.ndim:
            axes = tuple(f"axis {at}" for at in range(expected.ndim))
        return Picture(
            finding.value, finding.case, expected, got, axes, case.rtol, case.atol
        )

    def notes(self) -> list[str]:
        """Return what costs nothing: the task's remarks, and what was printed."""
        notes = []
        for remark in self.task.remarks:
            with suppress(Exception):  # what came back may be of any form
                notes.append(remark(self.outcomes))
        for case in self.cases:
            if self.outcomes[case].printed.strip():
                printed = self.outcomes[case].printed.strip()
                notes.append(f"In case “{case}” your code printed: {printed}")
                break
        return [note for note in notes if note]
