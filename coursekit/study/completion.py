"""The completion record: what was done, when, and what checked it, as files."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.grading.card import page
from coursekit.grading.display import printable
from coursekit.grading.question import Question
from coursekit.grading.task import Task
from coursekit.study.store import Standing

#: Changes when a field is renamed or means something else.
FORMAT = "coursekit-completion/1"
JSON_FILE, PAGE_FILE = "completion.json", "completion.html"


def completion_record(
    everything: Mapping[str, Task | Question],
    standings: Mapping[str, Standing],
    learner: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return the record as plain data.

    Parameters
    ----------
    everything : mapping of Task or Question
        All there is to do, by name.
    standings : mapping of Standing
        By the same names.
    learner : str, default=""
        Who did it, as they call themselves; nothing is verified.
    now : datetime, optional
        When the record is made; by default now.

    Returns
    -------
    record : dict
        ``checked_with`` of an item is the version of the course, and the edition of
        the exercise's checks, that gave the best attempt its points.
    """
    made = now or datetime.now(UTC)
    items = [_item(one, standings[name]) for name, one in everything.items()]
    return {
        "format": FORMAT,
        "course": "coursekit",
        "version": __version__,
        "made": made.isoformat(timespec="seconds"),
        "learner": printable(learner, 100, 1),
        "points": sum(item["points"] for item in items),
        "out_of": sum(item["out_of"] for item in items),
        "done": sum(item["done"] for item in items),
        "items": items,
    }


def _item(one: Task | Question, standing: Standing) -> dict[str, Any]:
    version, _, edition = standing.checked_with.partition(" ")
    return {
        "exercise": one.exercise,
        "name": one.name,
        "kind": "question" if isinstance(one, Question) else "task",
        "points": standing.best,
        "out_of": one.points,
        "done": standing.done,
        "attempts": standing.attempts,
        "hints": standing.hints,
        "at": standing.at,
        "checked_with": {"version": version, "edition": edition} if version else None,
    }


def export_completion(
    folder: Path,
    everything: Mapping[str, Task | Question],
    standings: Mapping[str, Standing],
    learner: str = "",
) -> str:
    """Write the record as JSON and as a page to print; say where, or why not.

    A record written earlier is replaced: it says nothing that the new one does not.
    """
    record = completion_record(everything, standings, learner)
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    exercises: dict[str, list[dict]] = {}
    for item in record["items"]:
        exercises.setdefault(item["exercise"], []).append(item)
    html = page("completion.html", record=record, exercises=exercises)
    try:
        for name, content in ((JSON_FILE, text), (PAGE_FILE, html)):
            (folder / name).write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        return (
            f"the completion record could not be written in {folder} "
            f"({error.strerror or error}). Change to a folder you can write to."
        )
    return f"the completion record is in {JSON_FILE} and, to print, in {PAGE_FILE}."
