"""What judging an answer comes to: plain data that cards, records and reports read."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from coursekit.grading.reasons import Reason


class Status(StrEnum):
    """How a criterion, or a whole task, ended."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    TODO = "todo"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Picture:
    """Expected and got side by side, for heat maps; both of the same shape.

    An entry is wrong when it leaves ``atol + rtol * abs(expected)``, as in its case.
    """

    value: str
    case: str
    expected: np.ndarray
    got: np.ndarray
    axes: tuple[str, ...]
    rtol: float = 1e-6
    atol: float = 1e-9


@dataclass(frozen=True)
class CriterionVerdict:
    """One criterion's end: what happened, what was expected, what to do."""

    sentence: str
    out_of: int
    status: Status
    reason: Reason
    message: str = ""
    picture: Picture | None = None

    @property
    def score(self) -> int:
        """Points: all of them or none."""
        return self.out_of if self.status is Status.PASS else 0


@dataclass(frozen=True)
class Diagnosis:
    """A recognised mistake: its name, why it is one, and the number that shows it."""

    name: str
    explanation: str
    evidence: str = ""


@dataclass(frozen=True)
class Verdict:
    """The criteria of one task in order, and the mistakes that explain them."""

    task: str
    criteria: tuple[CriterionVerdict, ...]
    mistakes: tuple[Diagnosis, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """Points reached."""
        return sum(criterion.score for criterion in self.criteria)

    @property
    def out_of(self) -> int:
        """Points there are."""
        return sum(criterion.out_of for criterion in self.criteria)

    @property
    def status(self) -> Status:
        """The whole task: the first status that is not a pass decides."""
        ends = [criterion.status for criterion in self.criteria]
        return next((end for end in ends if end is not Status.PASS), Status.PASS)
