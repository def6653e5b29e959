"""Settled records for tests of exports: a small class with all that can happen."""

from typing import Any

from graded_made import NOON, criterion, graded, task

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.settle import settle
from coursekit.grading.records.settled import Override, Settled
from coursekit.grading.verdict import Diagnosis, Status, Verdict

__all__ = ["NOON", "criterion", "graded", "task"]


def settled(learner: str = "Ada", *decided: Override, **changes: Any) -> Settled:
    """Return a record of one task with two criteria, 1 and 2 points; 1 is reached."""
    known = {"tasks": (half(),)} | changes
    return settle(graded(learner, **known), decided, LateRules())


def half(name: str = "forward") -> GradedTask:
    """Return a task in which the second criterion fails by a known mistake."""
    ends = (
        criterion(1, sentence="The shape is kept."),
        criterion(
            2,
            Reason.WRONG_VALUE,
            message="Expected 1 at [0, 0], got 0.894.",
            sentence="Every row has std 1.",
        ),
    )
    mistake = Diagnosis("unbiased std", "You divide by d - 1.", "0.894 = sqrt(4/5)")
    return GradedTask(Verdict(name, ends, (mistake,)), "def f(): ...", 0.2, 0.25)


def broken(name: str = "backward") -> GradedTask:
    """Return a task on which the grader itself failed."""
    end = criterion(
        4, Reason.GRADER_ERROR, status=Status.ERROR, message="A worker was lost."
    )
    return GradedTask(Verdict(name, (end,)))


def override(points: float, task_name: str = "forward", learner: str = "Ada", **more):
    """Return a decision on a task of the record that `settled` makes."""
    known = {
        "learner": learner,
        "learner_id": f"id-{learner}",
        "exercise": "07_layer_norm",
        "task": task_name,
        "points": points,
        "author": "Dr. Noether",
        "reason": "The prompt was unclear.",
        "at": "2026-03-02T09:00:00.000000Z",
    }
    return Override(**(known | more))
