"""What GitHub Classroom's autograding reporter reads: base64 of JSON, one a learner.

The reporter adds up ``tests[].score`` of every runner whose ``max_score`` is not zero,
so a missing score would give NaN, and a runner without points is not reported at all.
That is what a record without a score becomes: an error, and no points either way.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from coursekit.grading.cells import legible, number
from coursekit.grading.exports.chosen import by_learner, folder_of
from coursekit.grading.exports.told import Told, feedback, seconds, told
from coursekit.grading.records.settled import Settled
from coursekit.grading.verdict import Status

#: The runner's id: letters and digits only, or the reporter hides its own errors.
RUNNER = "coursekit"
#: Linux passes at most 128 KiB in one variable of the environment.
MOST_BYTES = 96 * 1024
#: How far messages are cut, step by step, until the document fits.
_LENGTHS = (2000, 500, 120, 0)


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield each learner's document, its base64, the points and the feedback."""
    for records in by_learner(settled):
        folder = folder_of(records[0])
        document = results(records)
        yield (
            f"{folder}/results.json",
            json.dumps(document, ensure_ascii=False, indent=1),
        )
        yield f"{folder}/results.b64", encoded(document)
        yield f"{folder}/report.json", json.dumps(report(document))
        text = "\n\n".join(feedback(one) for one in records)
        yield f"{folder}/feedback.txt", legible(text) + "\n"


def results(records: Sequence[Settled]) -> dict[str, Any]:
    """Return the reporter's document for one learner."""
    for length in _LENGTHS:
        document = _results(records, length)
        if len(encoded(document)) <= MOST_BYTES:
            break
    return document


def encoded(document: dict[str, Any]) -> str:
    """Return a document as the reporter's variable holds it."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def report(document: dict[str, Any]) -> dict[str, float]:
    """Return what the reporter will tell Classroom."""
    counts = bool(document["max_score"])
    total = sum(test["score"] for test in document["tests"]) if counts else 0
    return {"totalPoints": round(total, 2), "maxPoints": document["max_score"]}


def _results(records: Sequence[Settled], length: int) -> dict[str, Any]:
    graded = all(one.total is not None for one in records)
    tests = [test for one in records for test in _tests(one, graded, length)]
    failed = any(test["status"] != "pass" for test in tests)
    status = "error" if not graded else "fail" if failed else "pass"
    most = sum(one.out_of for one in records) if graded else 0
    return {"version": 1, "status": status, "max_score": most, "tests": tests}


def _tests(settled: Settled, graded: bool, length: int) -> Iterator[dict[str, Any]]:
    """Yield a test for each criterion, and one for what else moved the points."""
    counted = 0.0
    for line in told(settled):
        score = line.end.score if graded else 0
        counted += score
        took = round(seconds(line.task), 2) if line.first else 0.0
        yield _test(line.name, _status(line), score, line.text[:length], took)
    if not settled.graded.tasks:
        yield _test(settled.graded.exercise or "submission", "error", 0, "")
    for one in settled.overrides if graded else ():
        task = next(t for t in settled.graded.tasks if t.name == one.task)
        change = one.points - task.verdict.score
        counted += change
        why = f"{one.author}: {one.reason}"[:length]
        name = f"{one.task}: set to {number(one.points)} points"
        yield _test(name, "pass", round(change, 2), why)
    if graded and (settled.penalty or settled.late_note):
        name = f"{settled.graded.exercise}: lateness"
        rest = round((settled.total or 0) - counted, 2)
        yield _test(name, "pass", rest, settled.late_note[:length])


def _test(
    name: str, status: str, score: float, message: str, took: float = 0.0
) -> dict[str, Any]:
    return {
        "name": legible(name),
        "status": status,
        "score": score,
        "message": legible(message),
        "test_code": "",
        "line_no": 0,
        "execution_time": took,
    }


def _status(line: Told) -> str:
    if line.end.status is Status.PASS:
        return "pass"
    return "error" if line.end.status is Status.ERROR or not line.judged else "fail"
