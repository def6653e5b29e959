"""One table for spreadsheets and scripts: a row a learner, exercise and task."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from coursekit.grading.cells import table
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.settled import Settled

COLUMNS = (
    "learner",
    "learner_id",
    "exercise",
    "task",
    "score",
    "out_of",
    "status",
    "reason",
    "mistakes",
    "judged_score",
    "override_author",
    "override_reason",
    "late_note",
    "penalty",
    "exercise_total",
    "exercise_out_of",
    "submission_reason",
    "origin",
    "handed_in",
    "late",
    "seed",
    "edition",
    "version",
    "isolation",
    "sha256",
)

_YEAR_10000 = 253402300800.0


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
    """Yield the one file."""
    rows = (row for one in settled for row in _rows(one))
    yield "results.csv", table(COLUMNS, rows, mark=True)


def _rows(settled: Settled) -> Iterator[tuple[object, ...]]:
    """Yield a row for each task; one without a task where nothing belongs to one."""
    for task in settled.graded.tasks or (None,):
        yield (*_learner(settled), *_task(settled, task), *_rest(settled))


def _learner(settled: Settled) -> tuple[object, ...]:
    graded = settled.graded
    return graded.learner, graded.learner_id, graded.exercise


def _task(settled: Settled, task: GradedTask | None) -> tuple[object, ...]:
    if task is None:
        return ("", None, None, "", "", "", None, "", "")
    override = next((o for o in settled.overrides if o.task == task.name), None)
    return (
        task.name,
        settled.scores.get(task.name),
        task.verdict.out_of,
        task.verdict.status.value,
        task.reason.value,
        "; ".join(mistake.name for mistake in task.verdict.mistakes),
        task.score,
        override.author if override else "",
        override.reason if override else "",
    )


def _rest(settled: Settled) -> tuple[object, ...]:
    graded = settled.graded
    return (
        settled.late_note,
        settled.penalty,
        settled.total,
        settled.out_of,
        graded.reason.value,
        graded.origin,
        handed_in(graded.modified),
        graded.late,
        graded.seed,
        graded.edition,
        graded.version,
        graded.isolation,
        graded.digest,
    )


def handed_in(modified: float) -> str:
    """Return a time as text in UTC; '' where it is unknown.

    Examples
    --------
    >>> handed_in(1772352000.0), handed_in(0.0)
    ('2026-03-01 08:00:00', '')
    """
    if not 0 < modified < _YEAR_10000:
        return ""
    return datetime.fromtimestamp(modified, UTC).strftime("%Y-%m-%d %H:%M:%S")
