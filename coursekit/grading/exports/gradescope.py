"""Gradescope's results.json: the overall score, and a test for each criterion.

Written after the autograder specifications of Gradescope (specs.md). A score is
required, at the top or in every test; where ours is missing because the grader failed,
both are left out on purpose: Gradescope then counts the run as failed, which is not the
learner's fault, while a score of 0 would be.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from coursekit.grading.cells import legible
from coursekit.grading.exports.chosen import by_learner, folder_of
from coursekit.grading.exports.told import UNGRADED, Told, seconds, summary, told
from coursekit.grading.records.settled import Settled
from coursekit.grading.verdict import Status


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield a results.json for each record, and one for all records of a learner."""
    for records in by_learner(settled):
        folder = folder_of(records[0])
        for one in records:
            name = f"{folder}/{one.graded.exercise}/results.json"
            yield name, written(results([one]))
        yield f"{folder}/results.json", written(results(records))


def results(records: Sequence[Settled]) -> dict[str, Any]:
    """Return the results of one learner: of one exercise, or of several together."""
    output = "\n\n".join(summary(one) for one in records)
    extra = {"records": [_extra(one) for one in records]}
    totals = [one.total for one in records]
    if None in totals:
        return failed(output, extra)
    tests = []
    for at, one in enumerate(records, 1):
        before = f"{at}." if len(records) > 1 else ""
        tests += [_test(line, before, one) for line in told(one)]
    return {
        "score": round(sum(totals), 2),
        "execution_time": round(_seconds(records), 2),
        "output": output,
        **_FORMATS,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": extra,
        "tests": tests,
    }


def failed(output: str = UNGRADED, extra: Any = None) -> dict[str, Any]:
    """Return results without any score, for a run that Gradescope should not count."""
    return {
        "output": f"{output}\n\n{RERUN}",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"autograder_error": True, **(extra or {})},
    }


def written(document: dict[str, Any]) -> str:
    """Return a document as JSON that every reader takes: no NaN, no lone surrogates."""
    return json.dumps(_clean(document), ensure_ascii=False, indent=1, allow_nan=False)


RERUN = "Course staff: please rerun the autograder for this submission."
#: Ours is plain text throughout: nothing a learner wrote may become HTML.
_FORMATS = {
    "output_format": "text",
    "test_output_format": "text",
    "test_name_format": "text",
}


def _test(line: Told, before: str, settled: Settled) -> dict[str, Any]:
    mistakes = [mistake.name for mistake in line.task.verdict.mistakes]
    return {
        "score": line.end.score,
        "max_score": line.end.out_of,
        "status": "passed" if line.end.status is Status.PASS else "failed",
        "name": line.name,
        "number": before + line.number,
        "output": line.text,
        "tags": [settled.graded.exercise, line.task.name],
        "visibility": "visible",
        "extra_data": {
            "reason": line.end.reason.value,
            "status": line.end.status.value,
            "mistakes": mistakes,
            "seed": settled.graded.seed,
            "edition": settled.graded.edition,
        },
    }


def _extra(settled: Settled) -> dict[str, Any]:
    graded = settled.graded
    return {
        "exercise": graded.exercise,
        "reason": graded.reason.value,
        "seed": graded.seed,
        "edition": graded.edition,
        "version": graded.version,
        "isolation": graded.isolation,
        "sha256": graded.digest,
        "total": settled.total,
        "out_of": settled.out_of,
        "penalty": settled.penalty,
    }


def _seconds(records: Sequence[Settled]) -> float:
    return sum(seconds(task) for one in records for task in one.graded.tasks)


def _clean(value: Any) -> Any:
    """Return a document with every text in it legible."""
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return legible(value) if type(value) is str else value
