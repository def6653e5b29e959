"""Count over a class: scores, checks met, mistakes, reasons and times."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.names import Person
from coursekit.grading.verdict import Status


@dataclass(frozen=True)
class CriterionTally:
    """How many of ``of`` answers met one criterion."""

    sentence: str
    out_of: int
    passed: int
    of: int


@dataclass(frozen=True)
class MistakeTally:
    """How many of ``of`` answers made one mistake, and what it is."""

    task: str
    name: str
    explanation: str
    made: int
    of: int


@dataclass(frozen=True)
class TaskTally:
    """One task over the class; ``answers`` are those that were judged.

    ``seconds`` are the wall times of running each, from the shortest to the longest.
    """

    name: str
    out_of: int
    answers: int
    criteria: tuple[CriterionTally, ...]
    mistakes: tuple[MistakeTally, ...]
    reasons: tuple[tuple[Reason, int], ...]
    seconds: tuple[float, ...]

    @property
    def median_seconds(self) -> float:
        """The median wall time, 0 where nothing ran."""
        return median(self.seconds) if self.seconds else 0.0


@dataclass(frozen=True)
class ExerciseTally:
    """One exercise over the class.

    ``totals`` are the points of everybody: what is missing or cannot be read counts 0,
    as in every gradebook. ``unread`` says who that is, by reason. Only where the grader
    failed is there no score; ``unjudged`` are those.
    """

    name: str
    records: int
    totals: tuple[float, ...]
    out_of: int
    unread: tuple[tuple[Reason, tuple[Person, ...]], ...]
    unjudged: tuple[Person, ...]
    tasks: tuple[TaskTally, ...]

    @property
    def mistakes(self) -> list[MistakeTally]:
        """All mistakes, the most frequent first, then in the order of the tasks."""
        found = [one for task in self.tasks for one in task.mistakes]
        return sorted(found, key=lambda one: -one.made)


def tally(all_settled: Iterable[Settled]) -> list[ExerciseTally]:
    """Return the counts of every exercise, in the order of their names."""
    by_exercise: dict[str, list[Settled]] = {}
    for one in all_settled:
        by_exercise.setdefault(one.graded.exercise, []).append(one)
    return [_exercise(name, by_exercise[name]) for name in sorted(by_exercise) if name]


def _exercise(name: str, records: Sequence[Settled]) -> ExerciseTally:
    read = [one for one in records if one.graded.reason is Reason.OK]
    by_task: dict[str, list[GradedTask]] = {}
    for one in read:
        for task in one.graded.tasks:
            by_task.setdefault(task.name, []).append(task)
    totals = [one.total for one in records if one.total is not None]
    return ExerciseTally(
        name,
        len(records),
        tuple(sorted(totals)),
        max((one.out_of for one in records), default=0),
        _unread(records),
        tuple(one.graded.who for one in records if one.total is None),
        tuple(_task(task, found) for task, found in by_task.items()),
    )


def _unread(
    records: Sequence[Settled],
) -> tuple[tuple[Reason, tuple[Person, ...]], ...]:
    """Return who counts 0 because nothing was there to be read, most first."""
    people: dict[Reason, list[Person]] = {}
    for one in records:
        if one.graded.unread:
            people.setdefault(one.graded.reason, []).append(one.graded.who)
    by_number = sorted(people.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple((reason, tuple(sorted(held))) for reason, held in by_number)


def _task(name: str, found: Sequence[GradedTask]) -> TaskTally:
    judged = [task for task in found if task.judged]
    return TaskTally(
        name,
        max((task.verdict.out_of for task in found), default=0),
        len(judged),
        tuple(_criteria(judged)),
        tuple(_mistakes(name, judged)),
        _counted(Counter(t.reason for t in judged if t.reason is not Reason.OK)),
        tuple(sorted(task.wall_seconds for task in judged)),
    )


def _criteria(judged: Sequence[GradedTask]) -> Iterator[CriterionTally]:
    """Yield the criteria by their sentences: editions of the checks may be mixed."""
    passed: dict[tuple[str, int], list[bool]] = {}
    for task in judged:
        for end in task.verdict.criteria:
            ends = passed.setdefault((end.sentence, end.out_of), [])
            ends.append(end.status is Status.PASS)
    for (sentence, out_of), ends in passed.items():
        yield CriterionTally(sentence, out_of, sum(ends), len(ends))


def _mistakes(name: str, judged: Sequence[GradedTask]) -> Iterator[MistakeTally]:
    made: Counter[str] = Counter()
    explained: dict[str, str] = {}
    for task in judged:
        for mistake in task.verdict.mistakes:
            made[mistake.name] += 1
            explained.setdefault(mistake.name, mistake.explanation)
    for mistake, times in sorted(made.items(), key=lambda one: (-one[1], one[0])):
        yield MistakeTally(name, mistake, explained[mistake], times, len(judged))


def _counted(counter: Counter[Reason]) -> tuple[tuple[Reason, int], ...]:
    return tuple(sorted(counter.items(), key=lambda one: (-one[1], one[0])))
