"""Hold late rules against the records: what they do, and whom they cannot mean."""

from collections.abc import Iterator, Sequence

from coursekit.grading.display import printable
from coursekit.grading.records.decisions import near
from coursekit.grading.records.errors import shown
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.settled import Settled
from coursekit.numbered import is_meant


def effects(rules: LateRules, settled: Sequence[Settled]) -> Iterator[str]:
    """Yield for each exercise when it is due, and below it who loses how much."""
    for exercise in sorted({one.graded.exercise for one in settled}):
        here = [one for one in settled if one.graded.exercise == exercise]
        due = rules.rule(exercise).due
        when = f"due {due.isoformat(' ', 'minutes')}" if due else "no due date"
        late = [one for one in here if one.penalty]
        noted = sum(bool(one.late_note) for one in here) - len(late)
        points = sum(one.penalty for one in late)
        name = printable(exercise, 200, 1) or "unknown exercise"
        yield (
            f"{name}: {when}; {len(here)} handed in or expected, {len(late)} lose "
            f"points ({points:g} in all), {noted} more with a note"
        )
        yield from map(_loss, late)


def _loss(one: Settled) -> str:
    graded = one.graded
    who = f"{graded.learner} ({graded.learner_id})"
    if graded.learner_id in ("", graded.learner):
        who = graded.learner
    return (
        f"  {printable(who, 200, 1)}: {one.penalty:g} points off, {one.total:g} of "
        f"{one.out_of} left; {printable(one.late_note, 300, 1)}"
    )


def doubts(rules: LateRules, settled: Sequence[Settled]) -> Iterator[str]:
    """Yield what the rules name and the records do not have."""
    exercises = {one.graded.exercise for one in settled}
    learners = {one.graded.learner for one in settled}
    ids = {one.graded.learner_id for one in settled}
    named = [*rules.exercises, *(one.exercise for one in rules.extensions)]
    for name in dict.fromkeys(filter(None, named)):
        if not any(is_meant(name, exercise) for exercise in exercises):
            yield f"no record is of exercise {shown(name)}. {near(name, exercises)}"
    for name in dict.fromkeys(one.learner for one in rules.extensions):
        if name not in learners | ids:
            yield f"no record is of learner {shown(name)}. {near(name, learners | ids)}"
