"""The cases of a task for one seed, with the right answer to each worked out once."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

import numpy as np

from coursekit.grading.compare import differs
from coursekit.grading.task import Case, Mistake, Task
from coursekit.probes.outcome import Observed, Outcome, Raised
from coursekit.probes.run import observe

COURSE = "coursekit"
#: One judged value: (case, value); the value is "raised" where the call raised.
Pair = tuple[str, str]


def key_for(learner: str, grading_seed: str) -> str:
    """Return ``H(course, learner, grading seed)``, the key to one learner's cases.

    Whoever has it can draw the same cases again, and learns nothing of anybody else's.

    Examples
    --------
    >>> key_for("ada", "autumn") == key_for("grace", "autumn")
    False
    """
    return _digest(COURSE, learner, grading_seed).hex()[:16]


def is_key(text: str) -> bool:
    """Tell whether a text looks as `key_for` makes them.

    Examples
    --------
    >>> is_key(key_for("ada", "autumn")), is_key("autumn")
    (True, False)
    """
    return re.fullmatch(r"[0-9a-f]{16}", text) is not None


def seed_for(task: str, key: str = "") -> int:
    """Return ``H(course, task, key)``, which draws a task's cases.

    The notebook's own checks have no key: there everybody gets the same cases.

    Examples
    --------
    >>> seed_for("axes_of") == seed_for("axes_of", key_for("ada", "autumn"))
    False
    """
    return int.from_bytes(_digest(COURSE, task, key)[:16], "big")


def _digest(*parts: str) -> bytes:
    """Return SHA-256 over some texts, each preceded by its length.

    So that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class Cases(Mapping[str, Case]):
    """A task's cases by name, which remember what the reference makes of each.

    The reference and the mistakes run through the task's own probe, each case at most
    once, and only when somebody asks.
    """

    def __init__(self, task: Task, cases: Mapping[str, Case]) -> None:
        self.task = task
        self._cases = dict(cases)
        self._expected: dict[str, Observed] = {}
        self._mistaken: dict[tuple[Mistake, str], Outcome] = {}
        self._wrong: dict[tuple[Mistake, Pair], bool] = {}

    def __getitem__(self, name: str) -> Case:
        return self._cases[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)

    @property
    def inputs(self) -> dict[str, Mapping]:
        """The inputs of every case by name: all that goes to the learner's side."""
        return {name: case.inputs for name, case in self._cases.items()}

    def expected(self, name: str) -> Observed:
        """Return what the reference gives for a case.

        Raises
        ------
        RuntimeError
            If the reference itself raises: the task is broken, not the answer.
        """
        if name not in self._expected:
            task, known = self.task, self[name].expected
            outcome = (
                observe(task.probe, task.reference, self[name].inputs)
                if known is None
                else Observed(known)
            )
            if not isinstance(outcome, Observed):
                raise RuntimeError(
                    f"the reference of {task.name} raised {outcome.type_name} in case "
                    f"{name!r}: {outcome.message}"
                )
            self._expected[name] = outcome
        return self._expected[name]

    def mistaken(self, mistake: Mistake, name: str) -> Outcome:
        """Return what a known mistake gives for a case."""
        key = (mistake, name)
        if key not in self._mistaken:
            inputs = self[name].inputs
            self._mistaken[key] = observe(self.task.probe, mistake.answer, inputs)
        return self._mistaken[key]

    @cached_property
    def judged(self) -> tuple[Pair, ...]:
        """Every (case, value) that some criterion of the task looks at, once."""
        pairs = {
            (case, value): None
            for criterion in self.task.criteria
            for case in criterion.cases
            for value in criterion.values
        }
        return tuple(pairs)

    def is_wrong(self, pair: Pair, outcome: Outcome) -> bool:
        """Tell whether an outcome of the pair's case is not right in its value."""
        case, value = pair
        if isinstance(outcome, Raised):
            return True
        expected = self.expected(case).values[value]
        return differs(outcome.values[value], expected, self[case])

    def mistaken_is_wrong(self, mistake: Mistake, pair: Pair) -> bool:
        """Tell whether a known mistake shows in a pair: it need not show in all."""
        key = (mistake, pair)
        if key not in self._wrong:
            self._wrong[key] = self.is_wrong(pair, self.mistaken(mistake, pair[0]))
        return self._wrong[key]


def draw_cases(task: Task, seed: int) -> Cases:
    """Draw the cases of ``task``: the same for the same seed, here and in bulk.

    Raises
    ------
    ValueError
        If ``seed`` is negative.
    """
    if seed < 0:
        raise ValueError(f"draw_cases: seed must be at least 0; got {seed}.")
    return Cases(task, task.draw(np.random.default_rng(np.random.SeedSequence(seed))))


#: The same, remembering the last ones: a notebook asks for the same cases again and
#: again. Bulk grading never does, and would only hold a class's inputs in memory.
cases_for = lru_cache(maxsize=64)(draw_cases)
