"""Graded submissions for tests of what is done with them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.verdict import (
    CriterionVerdict,
    Diagnosis,
    Picture,
    Status,
    Verdict,
)

#: Noon on 1 March 2026, UTC.
NOON = 1772366400.0


def criterion(points: int, reason: Reason = Reason.OK, **changes: Any):
    status = Status.PASS if reason is Reason.OK else Status.FAIL
    made = CriterionVerdict("Every row has mean 0.", points, status, reason)
    return replace(made, **changes)


def task(
    name: str = "layer_norm", reasons: Sequence[Reason] = (Reason.OK,), points: int = 2
) -> GradedTask:
    """Return a task with one criterion a reason, each worth ``points``."""
    ends = tuple(criterion(points, reason) for reason in reasons)
    return GradedTask(Verdict(name, ends), source=f"def {name}(x): ...")


def graded(learner: str = "Ada", **changes: Any) -> Graded:
    """Return a graded submission with one task worth 2 points, all reached."""
    made = Graded(
        learner=learner,
        learner_id=f"id-{learner}" if learner else "",
        exercise="07_layer_norm",
        origin=f"{learner}/07_layer_norm.ipynb",
        digest="ab" * 32,
        modified=NOON,
        late=False,
        seed="s",
        edition="e1",
        version="0.1",
        isolation="landlock",
        walls="",
        reason=Reason.OK,
        message="",
        notes=(),
        tasks=(task(),),
    )
    return replace(made, **changes)


def worst() -> Graded:
    """Return a record with all that is hard to keep: no Unicode, NaN, NUL, arrays."""
    picture = Picture(
        value="out\udcff",
        case="a\x00b",
        expected=np.array([[np.nan, np.inf], [-0.0, 1e-320]]),
        got=np.asfortranarray(np.arange(4, dtype=np.float32).reshape(2, 2)),
        axes=("rows", "😀"),
        rtol=0.1,
        atol=float("inf"),
    )
    ends = (
        criterion(1, message="\ud83d\ude00 is two halves, 😀 is one", picture=picture),
        criterion(2, Reason.GRADER_ERROR, status=Status.ERROR),
        criterion(0, Reason.RAISED, status=Status.ERROR, sentence="'; DROP TABLE --"),
    )
    verdict = Verdict(
        "naïve\x00",
        ends,
        (Diagnosis("std\udc80", "ddof", "0.894"), Diagnosis("b", "c")),
        ("note\ud800", "", "line\nline"),
    )
    return graded(
        learner="\udce4\x00 Müller",
        learner_id="=cmd()",
        origin="a\udc80/ü.ipynb",
        modified=float("nan"),
        late=True,
        message="\x1b[31m\ud800\udc00",
        reason=Reason.AMBIGUOUS_SUBMISSION,
        notes=("\ud83d\ude00", '"', "\\udc80"),
        tasks=(
            GradedTask(verdict, "x = '\udc80'\r\n\x00", float("nan"), float("inf")),
            task("empty", ()),
            GradedTask(Verdict("question", (criterion(1),)), ""),
        ),
    )


def plain(value: Any) -> Any:
    """Return a record as data that compares: arrays and floats by their bits."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes()
    if isinstance(value, float):
        return np.float64(value).tobytes()
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if hasattr(value, "__dataclass_fields__"):
        return type(value), {name: plain(one) for name, one in vars(value).items()}
    return type(value), value
