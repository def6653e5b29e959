"""Write the result of grading as bytes that are the same for the same result."""

import hashlib
import json
from typing import Any

import numpy as np

from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.records.settled import Override
from coursekit.grading.records.store import Records
from coursekit.grading.verdict import CriterionVerdict, Picture


def dump(records: Records) -> bytes:
    """Return all records, then all overrides, as sorted lines of JSON in ASCII.

    What is there is the result. What is not: how long it took, when it was graded, and
    what the walls of this computer cannot do.
    """
    lines = [line(graded) for graded in records.each()]
    lines += [_line(_override(one)) for one in records.overrides()]
    return b"".join(lines)


def line(graded: Graded) -> bytes:
    """Return one record as one line of `dump`."""
    facts = {
        name: getattr(graded, name)
        for name in (
            *("learner", "learner_id", "exercise", "origin", "digest", "modified"),
            *("late", "seed", "edition", "version", "isolation", "reason", "message"),
            *("notes", "score", "out_of"),
        )
    }
    return _line({**facts, "tasks": [_task(task) for task in graded.tasks]})


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def _task(task: GradedTask) -> dict[str, Any]:
    verdict = task.verdict
    return {
        "task": verdict.task,
        "source": task.source,
        "score": task.score,
        "criteria": [_criterion(end) for end in verdict.criteria],
        "mistakes": [[m.name, m.explanation, m.evidence] for m in verdict.mistakes],
        "notes": verdict.notes,
    }


def _criterion(end: CriterionVerdict) -> dict[str, Any]:
    return {
        "sentence": end.sentence,
        "out_of": end.out_of,
        "status": end.status,
        "reason": end.reason,
        "message": end.message,
        "picture": None if end.picture is None else _picture(end.picture),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "value": picture.value,
        "case": picture.case,
        "axes": picture.axes,
        "rtol": float(picture.rtol),
        "atol": float(picture.atol),
        "expected": _array(picture.expected),
        "got": _array(picture.got),
    }


def _array(array: np.ndarray) -> list[Any]:
    """Return the kind and shape of an array, and a hash of its numbers in C order."""
    content = np.ascontiguousarray(array).tobytes()
    return [array.dtype.str, array.shape, hashlib.sha256(content).hexdigest()]


def _override(override: Override) -> dict[str, Any]:
    return {"override": vars(override)}
