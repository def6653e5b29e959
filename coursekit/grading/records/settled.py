"""What a learner gets in the end: the verdict, what a human changed, what came late."""

from collections.abc import Mapping
from dataclasses import dataclass

from coursekit.grading.records.graded import Graded


@dataclass(frozen=True)
class Override:
    """A human's decision on one task, kept beside the verdict and never in its place.

    Attributes
    ----------
    learner, learner_id, exercise, task : str
        Whose task it is, as the record has them.
    points : float
        What the task counts from now on.
    author, reason : str
        Who decided, and why: both are shown to whoever asks.
    at : str
        When, in ISO 8601 and UTC, such as "2026-03-01T09:30:00.000000Z".
    below : str
        What the verdict was at that time, in words; a regrade may change it.
    """

    learner: str
    learner_id: str
    exercise: str
    task: str
    points: float
    author: str
    reason: str
    at: str
    below: str = ""


@dataclass(frozen=True)
class Settled:
    """One record with the newest override of each task and the late rule applied.

    Attributes
    ----------
    graded : Graded
        The record itself; what is settled here is never written into it.
    scores : mapping of str to float or None
        For each task its points after overrides; None where the grader failed and
        nobody has overridden it.
    overrides : tuple of Override
        Those that apply, in the order of the tasks.
    late_note : str
        What the late rule says about this submission; '' where it says nothing.
    penalty : float
        Points that the late rule takes off, never negative, no more than there are.
    total : float or None
        Points after everything; None where any task has none.
    out_of : int
        Points there are.
    notes : tuple of str
        What a human should look at again, such as a verdict that has changed below an
        override.
    """

    graded: Graded
    scores: Mapping[str, float | None]
    overrides: tuple[Override, ...]
    late_note: str
    penalty: float
    total: float | None
    out_of: int
    notes: tuple[str, ...] = ()
