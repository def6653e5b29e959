"""Which records are exported, and what their folders are called."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason
from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.names import safe_name
from coursekit.numbered import is_meant


def choose(
    settled: Iterable[Settled], *, exercise: str = "", learner: str = ""
) -> list[Settled]:
    """Return the records of one exercise, of one learner, or all of them.

    Parameters
    ----------
    settled : iterable of Settled
        The records.
    exercise : str, default=""
        An exercise's name or its number ("07"); '' for all.
    learner : str, default=""
        A learner's name or id; '' for all.

    Raises
    ------
    ValueError
        If nothing is left.
    """
    everything = list(settled)
    left = [
        one
        for one in everything
        if not exercise or is_meant(exercise, one.graded.exercise)
    ]
    if exercise and not left:
        known = sorted({one.graded.exercise for one in everything} - {""})
        raise ValueError(
            f"choose: exercise must be one that was graded = {', '.join(known)}; got "
            f"{exercise!r}."
        )
    if learner:
        left = [
            one
            for one in left
            if learner in (one.graded.learner, one.graded.learner_id)
        ]
    if not left:
        sought = f"a learner {learner!r}" if learner else "none at all"
        raise ValueError(
            "choose: the results must hold records to export = learners by name or id; "
            f"got {sought}."
        )
    return left


def one_each(settled: Iterable[Settled]) -> tuple[list[Settled], list[str]]:
    """Return one record a learner and exercise, and a line on each left out.

    A platform has one cell for both. A notebook that could be graded comes before one
    that could not, a later one before an earlier one; a notebook of no known exercise
    has no cell.
    """
    kept, notes = [], []
    by_cell = sorted(settled, key=_cell)
    for cell, several in groupby(by_cell, key=_cell):
        *others, best = sorted(several, key=_worth)
        if cell[2]:
            kept.append(best)
        else:
            others.append(best)
        notes += [
            f"left out: {who(one)}, {printable(one.graded.origin) or 'no file'}: "
            + (
                "another notebook of this learner for this exercise counts"
                if one.graded.exercise
                else "it belongs to no exercise"
            )
            for one in others
        ]
    return kept, notes


def by_learner(settled: Iterable[Settled]) -> list[list[Settled]]:
    """Return the records of each learner, in the order of their exercises."""
    ordered = sorted(settled, key=_cell)
    return [
        list(several) for _, several in groupby(ordered, key=lambda s: _cell(s)[:2])
    ]


def who(settled: Settled) -> str:
    """Return a learner as messages name them.

    The name is as it is on the platform; the id follows where it says more.
    """
    graded = settled.graded
    name = printable(graded.learner, 80, 1) or "(no name)"
    if graded.learner_id in ("", graded.learner):
        return name
    return f"{name} ({printable(graded.learner_id, 80, 1)})"


def folder_of(settled: Settled) -> str:
    """Return the name of a learner's folder, the same as that of their feedback."""
    return safe_name((settled.graded.learner, settled.graded.learner_id))


def maximum(settled: Sequence[Settled]) -> int:
    """Return the points of an exercise, which every record of it should agree on.

    Raises
    ------
    ValueError
        If they do not: then some were graded by another edition of the exercise.
    """
    found = sorted({one.out_of for one in settled})
    if len(found) > 1:
        raise ValueError(
            f"maximum: the records of {settled[0].graded.exercise} must be out of the "
            f"same points = graded by one edition; got {found}. Grade them again."
        )
    return found[0]


def _cell(settled: Settled) -> tuple[str, str, str]:
    graded = settled.graded
    return graded.learner, graded.learner_id, graded.exercise


def _worth(settled: Settled) -> tuple[bool, float, str]:
    graded = settled.graded
    return graded.reason is Reason.OK, graded.modified, graded.origin
