"""A submission as plain data: who, which exercise, and the bytes of the notebook."""

import hashlib
from dataclasses import dataclass, field

from coursekit.grading.intake.reading import Refused
from coursekit.grading.intake.submissions import Submission
from coursekit.grading.reasons import Reason


@dataclass(frozen=True)
class Handed:
    """What one learner handed in for one exercise; it can be sent to any computer.

    ``reason`` and ``message`` are OK and '' or why there is nothing to grade; then
    ``data`` is empty.
    """

    learner: str
    learner_id: str = ""
    exercise: str = ""
    origin: str = ""
    modified: float = 0.0
    late: bool = False
    notes: tuple[str, ...] = ()
    reason: Reason = Reason.OK
    message: str = ""
    data: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from every other submission; the key of its record."""
        return self.learner, self.learner_id, self.exercise, self.origin

    @property
    def who(self) -> str:
        """What the cases are drawn for: the learner's id, or else the name."""
        return self.learner_id or self.learner

    @property
    def digest(self) -> str:
        """The SHA-256 of the file in hex, '' where there is none."""
        return hashlib.sha256(self.data).hexdigest() if self.data else ""


def handed_in(submission: Submission) -> Handed:
    """Read a submission's file now; what cannot be read says why."""
    reason, message, data = submission.reason, submission.message, b""
    try:
        data = submission.read()
    except Refused as refused:
        reason, message = refused.reason, str(refused)
    return Handed(
        learner=submission.learner,
        learner_id=submission.learner_id,
        exercise=submission.exercise,
        origin=submission.origin,
        modified=submission.modified,
        late=submission.late,
        notes=submission.notes,
        reason=reason,
        message=message,
        data=data,
    )
