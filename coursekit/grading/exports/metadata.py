"""Gradescope's submission_metadata.json: whose submission it is, and from when.

``python -m coursekit.grading.exports.metadata FILE`` prints both for a shell script: a
name for a folder, and the time, which may be empty. It never fails: a submission whose
metadata cannot be read is graded all the same.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Who hands in where Gradescope does not say.
NOBODY = "learner"


@dataclass(frozen=True)
class Submission:
    """What Gradescope says of a submission; '' where it says nothing."""

    learner: str = NOBODY
    at: str = ""
    method: str = ""


def read_metadata(text: str) -> Submission:
    """Return what a submission_metadata.json says.

    The learner is the id of the user, or those of a group's users: numbers that stay
    the same from one submission to the next, so that the cases do too. The method
    ("upload", "GitHub") stands at the top or below "assignment", as the two public
    versions of the format have it.

    Examples
    --------
    >>> read_metadata('{"users": [{"id": 7}, {"id": 12}], "created_at": "2026-03-01"}')
    Submission(learner='7-12', at='2026-03-01', method='')
    >>> read_metadata("not JSON").learner
    'learner'
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    top = found if isinstance(found, dict) else {}
    assignment = top.get("assignment")
    below = assignment if isinstance(assignment, dict) else {}
    users = top.get("users")
    ids = sorted(filter(None, map(_id, users if isinstance(users, list) else [])))
    return Submission(
        "-".join(map(str, ids))[:100] or NOBODY,
        _text(top.get("created_at")),
        _text(top.get("submission_method") or below.get("submission_method")),
    )


def _id(user: Any) -> int:
    found = user.get("id") if isinstance(user, dict) else None
    return found if type(found) is int and found > 0 else 0


def _text(value: Any) -> str:
    """Return a word that can stand on one line of a shell script's input."""
    short = isinstance(value, str) and len(value) < 100
    return value if short and value.isprintable() else ""


def _main(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = read_metadata(text)
    sys.stdout.write(f"{found.learner}\n{found.at}\n{found.method}\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
