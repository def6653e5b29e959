"""Decide what is to be graded: whose turn it is, and what has changed."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from coursekit.grading.bulk.course import Course
from coursekit.grading.bulk.grade import Terms, opened
from coursekit.grading.bulk.handed import handed_in
from coursekit.grading.intake.submissions import Submission
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.store import Records


@dataclass(frozen=True)
class Shard:
    """One of several equal parts of a class, for as many computers.

    A learner's part depends on the learner alone, not on who else is there.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read a text such as "2/8".

        Raises
        ------
        ValueError
            If it is none.

        Examples
        --------
        >>> Shard.parse("2/8")
        Shard(number=2, of=8)
        """
        number, slash, of = text.partition("/")
        whole = slash and number.isdecimal() and of.isdecimal()
        if not whole or not 1 <= int(number) <= int(of):
            raise ValueError(
                f"a shard must be a part and how many there are, such as 2/8; got "
                f"{text!r}."
            )
        return cls(int(number), int(of))

    def holds(self, submission: Submission) -> bool:
        """Tell whether a submission is in this part."""
        who = submission.learner_id or submission.learner
        digest = hashlib.sha256(who.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.number - 1


@dataclass
class Plan:
    """The submissions to grade; how many are left as they are recorded.

    ``unread`` are the records, without tasks, of what cannot be graded, old or new.
    """

    to_grade: list[Submission] = field(default_factory=list)
    unchanged: int = 0
    unread: list[Graded] = field(default_factory=list)


def plan(
    submissions: Iterable[Submission], records: Records, course: Course, terms: Terms
) -> Plan:
    """Return what is to be graded: all but what would come out as it is recorded.

    Where there is no file, or none that can be read, what is said of it must be the
    same. The records of work that a learner has replaced stop to count.
    """
    found, present = Plan(), []
    for submission in submissions:
        head, _ = opened(handed_in(submission), course, terms)
        present.append(head.key)
        if head.unread:
            found.unread.append(head)
        if _is_done(head, records):
            found.unchanged += 1
        else:
            found.to_grade.append(submission)
    records.forget(present)
    return found


def _is_done(head: Graded, records: Records) -> bool:
    """Tell whether a submission is recorded; bring up to date when it was handed in.

    Of two times the earlier counts: a file that is copied or downloaded again is no
    later than it was.
    """
    done = records.is_done(
        head.key,
        digest=head.digest,
        seed=head.seed,
        edition=head.edition,
        version=head.version,
        isolation=head.isolation,
    )
    if not done:
        return False
    before = records.record(head.key)
    if (before.reason, before.message) != (head.reason, head.message):
        return False
    times = [time for time in (before.modified, head.modified) if time]
    earliest = min(times, default=0.0)
    now = replace(head, tasks=before.tasks, walls=before.walls, modified=earliest)
    if replace(before, tasks=()) != replace(now, tasks=()):
        records.put(now)
    return True


def chunks(submissions: Iterable[Submission], size: int) -> Iterator[list]:
    """Read submissions as they are asked for, and yield some at a time."""
    chunk = []
    for submission in submissions:
        chunk.append(handed_in(submission))
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
