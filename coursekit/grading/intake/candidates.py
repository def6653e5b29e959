"""Tell which exercise a learner's notebooks are for, and which of several counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coursekit.grading.intake.entries import (
    has_ending,
    is_archive,
    is_notebook,
    shown,
    stem_of,
)
from coursekit.grading.intake.exercises import Exercises
from coursekit.grading.intake.layouts import Placed
from coursekit.grading.intake.reading import Refused, read_notebook
from coursekit.grading.reasons import Reason

#: How many files a note names before it only counts the others.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Candidate:
    """A notebook and its exercise, or why it is not to be graded."""

    placed: Placed
    exercise: str = ""
    copy: int = 0
    reason: Reason = Reason.OK
    message: str = ""
    notes: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Where the file lies."""
        return self.placed.entry.origin

    def rank(self) -> tuple[int, float, float, int, str]:
        """Return what grows from an older to a newer file; names decide last."""
        placed = self.placed
        when = (placed.order, placed.modified, placed.entry.modified)
        return (*when, self.copy, self.origin)


def candidate(placed: Placed, exercises: Exercises) -> Candidate | None:
    """Return what a file may be graded as, None where it is no notebook at all.

    The file's name tells the exercise, else what is in it, else the folders around it.
    What is refused but has the name of a notebook, an archive or a folder is a
    candidate too, so that it gets a record.
    """
    entry, name = placed.entry, placed.name
    refused = entry.reason is not Reason.OK
    odd = (
        is_archive(name)
        or not has_ending(name)
        or len(entry.parts) == 1
        or entry.reason is Reason.GRADER_ERROR
    )
    if entry.is_folder or not (is_notebook(name) or (refused and odd)):
        return None
    named = exercises.named(stem_of(name))
    about = (exercises.named(folder).exercise for folder in reversed(placed.around))
    around = next((one for one in about if one), "")
    found = Candidate(placed, named.exercise or around, named.copy)
    if refused:
        return replace(found, reason=entry.reason, message=entry.message)
    if named.exercise:
        return found
    return _by_its_cells(found, exercises)


def _by_its_cells(found: Candidate, exercises: Exercises) -> Candidate:
    """Return a candidate with the exercise that its cells tell, where they do."""
    try:
        notebook = read_notebook(found.placed.entry.read())
    except Refused as refused:
        if found.exercise:
            return found
        return replace(found, reason=refused.reason, message=str(refused))
    held = exercises.held_by(notebook)
    if len(held) == 1:
        note = (
            f"The exercise was recognised by the cells, not by {shown(found.origin)}."
        )
        return replace(found, exercise=held[0], notes=(note,))
    if found.exercise:
        return found
    what = f"as much of {held[0]} as of {held[1]}" if held else "none of the exercises"
    if notebook.is_lesson:
        message = "it is a lesson. Hand in the notebook from the folder exercises."
        return replace(found, reason=Reason.AMBIGUOUS_SUBMISSION, message=message)
    return replace(
        found,
        reason=Reason.AMBIGUOUS_SUBMISSION,
        message=f"its name tells of no exercise, and its cells hold {what}. Name the "
        "file as the exercise is named, and hand it in again.",
    )


def latest(those: Sequence[Candidate], exercises: Exercises) -> Candidate:
    """Return which of a learner's notebooks for one exercise counts.

    The latest that can be graded does, among those that hold most. What holds nothing
    of the exercise yields to what does: a lesson has the same name, and lies beside it.
    The exercise as it is handed out yields to one that somebody has written in: new
    versions are laid beside what a learner wrote, and are the newer files.

    Parameters
    ----------
    those : sequence of Candidate
        At least one, all for the same exercise.
    exercises : Exercises
        To look into them, where there are several.
    """
    ranked = sorted(those, key=Candidate.rank)
    good = [one for one in ranked if one.reason is Reason.OK]
    held = [_held(one, exercises) for one in good] if len(good) > 1 else [0] * len(good)
    best = [one for one, much in zip(good, held, strict=True) if much == max(held)]
    chosen = (best or ranked)[-1]
    others = [one.origin for one in ranked if one is not chosen]
    if not others:
        return chosen
    left = ", ".join(shown(origin) for origin in others[:_MOST_NAMED])
    more = len(others) - _MOST_NAMED
    left += f" and {more} more" if more > 0 else ""
    kind = "that can be graded" if good else "that cannot be graded"
    if max(held, default=0) > _STUBS and len(best) < len(good):
        kind = "with anything beyond the untouched exercise"
    note = (
        f"There are {len(ranked)} files for this exercise; {shown(chosen.origin)} "
        f"counts, {_decided(best or ranked)} {kind}. Left out: {left}."
    )
    return replace(chosen, notes=(*chosen.notes, note))


def _decided(best: Sequence[Candidate]) -> str:
    """Say what made the last of these the one that counts."""
    if len(best) == 1:
        return "the only one"
    if best[-1].rank()[:3] == best[-2].rank()[:3]:
        return "the last by name of those with the same date"
    return "the latest of those"


#: How much of its exercise a notebook holds. A lesson may define what is to be written.
_NOTHING, _STUBS, _LESSON, _WRITTEN = range(4)


def _held(one: Candidate, exercises: Exercises) -> int:
    """Return how much of its exercise a notebook holds; nothing if it is none."""
    try:
        notebook = read_notebook(one.placed.entry.read())
    except Refused:
        return _NOTHING
    if exercises.is_begun_in(notebook, one.exercise):
        return _LESSON if notebook.is_lesson else _WRITTEN
    return _STUBS if exercises.is_held_by(notebook, one.exercise) else _NOTHING
