"""What a task is: cases, a probe, criteria and the mistakes it knows by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.grading.reasons import Reason
from coursekit.probes.outcome import Outcome, Value

Inputs = Mapping[str, Value]
Answer = Callable[..., Any]
Evidence = Callable[[Inputs, Mapping[str, Value], Mapping[str, Value]], str]


@dataclass(frozen=True)
class Case:
    """The inputs of one call, and how exact an answer to it can be asked to be.

    ``rtol`` and ``atol`` follow from the arithmetic at the case's scale; say how
    beside the case. ``axes`` names the axes of each observed array ("B T d").
    ``expected`` gives the right values where they are known without the reference,
    which is then not run (a test still holds the reference to them).
    """

    inputs: Inputs
    rtol: float
    atol: float
    axes: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, Value] | None = None


@dataclass(frozen=True)
class Criterion:
    """One sentence the learner reads, and the cases and values it is judged on.

    It passes when every value of every case named is right. ``form_only`` compares
    kind, shape and dtype and no number; ``reasons`` gives the code of a wrong value
    where it is not WRONG_VALUE (MUTATED_INPUT, NON_DETERMINISTIC); ``advice`` says what
    to do when it fails and no mistake is recognised.

    ``needs`` is an earlier criterion whose values this one's are computed from. While
    that one has not passed, wrong numbers here may be its consequence: the criterion is
    skipped and waits. Right numbers pass all the same.
    """

    sentence: str
    cases: Sequence[str]
    values: Sequence[str]
    points: int
    form_only: bool = False
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    advice: str = ""
    needs: "Criterion | None" = None


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that can be run, and what to tell whoever wrote it.

    ``evidence`` turns (inputs, got, expected) of the first case where they differ
    into the number that shows the mistake ("your std is 0.894 = sqrt(4/5)").

    A mistake is recognised by its values. Where those are rounding noise, or where
    many ways of writing it end differently, give ``shows``: it gets the pairs (case,
    value) that are wrong, (case, "raised") for a call that raised, and says whether
    they are this mistake's marks.
    """

    name: str
    explanation: str
    answer: Answer
    evidence: Evidence | None = None
    shows: Callable[[frozenset[tuple[str, str]]], bool] | None = None


@dataclass(frozen=True)
class Invariant:
    """A law every right answer obeys, told when no mistake is recognised.

    ``measure`` takes (inputs, values) and returns what should equal ``expected`` of
    the reference's own values; the message gives both.
    """

    sentence: str
    measure: Callable[[Inputs, Mapping[str, Value]], np.ndarray]
    axes: str = ""


@dataclass(frozen=True, eq=False)
class Task:
    """One thing to write; ``probe`` is all that runs beside the learner's code."""

    name: str
    exercise: str
    signature: str
    summary: str
    draw: Callable[[np.random.Generator], Mapping[str, Case]]
    probe: Callable[[Answer, Inputs], Mapping[str, Any]]
    reference: Answer
    criteria: Sequence[Criterion]
    mistakes: Sequence[Mistake]
    hints: tuple[str, str, str]
    minutes: int
    difficulty: int
    importance: int
    invariants: Sequence[Invariant] = ()
    #: what is worth saying but costs nothing: outcomes by case -> a sentence, or ""
    remarks: Sequence[Callable[[Mapping[str, Outcome]], str]] = ()
    #: dotted names the answer may not use ("torch.nn.LayerNorm", "coursekit.reference")
    forbidden: Sequence[str] = ()
    #: the answer runs where torch can be imported; numpy tasks run where it cannot
    torch: bool = False

    @property
    def points(self) -> int:
        """Points of the whole task: the sum over its criteria."""
        return sum(criterion.points for criterion in self.criteria)
