"""What a terminal says of a class: lines with names, a few of them and then a count."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from coursekit.grading.display import printable
from coursekit.grading.intake.entries import shown
from coursekit.grading.intake.submissions import HAND_IN, Submission
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.rows import Key
from coursekit.grading.reports.words import IN_WORDS, count, name, person

#: How many are named before the others are counted.
MOST_NAMED = 10


def unread_lines(records: Iterable[Graded]) -> Iterator[str]:
    """Yield what could not be graded and why, those who handed in nothing last."""
    found = [one for one in records if one.unread]
    found.sort(key=lambda one: (one.reason is Reason.NO_SUBMISSION, one.key))
    if found:
        yield f"Nothing to grade in {len(found)}:"
        yield from (f"  {_unread(one)}" for one in found[:MOST_NAMED])
        if len(found) > MOST_NAMED:
            yield f"  and {len(found) - MOST_NAMED} more."


def missing_lines(missing: Sequence[Key], *, left_out: bool) -> Iterator[str]:
    """Yield what became of records whose files are no more where they were found.

    Parameters
    ----------
    missing : sequence of keys
        The records.
    left_out : bool
        Whether they count no more.
    """
    if not missing:
        return
    names = _some([called(key) for key in missing])
    records = count(len(missing), "record has", "records have")
    back = "Nothing is deleted: a record counts again when its file is back"
    if left_out:
        yield f"{records} no file any more and will not count: {names}. {back}."
    else:
        yield (
            f"{records} no file any more and will count all the same: {names}. If they "
            f"should not, run the same command with --forget-missing. {back}."
        )


def naming_lines(submissions: Iterable[Submission], whole: str) -> Iterator[str]:
    """Yield lines on names of learners that may mislead whoever reads them.

    Names may be only those of files, or of all there is; or they may look the same, or
    like nothing, because they differ in spaces.

    Parameters
    ----------
    submissions : iterable of Submission
        What was found.
    whole : str
        What was named to be graded, for people.
    """
    submissions = list(submissions)
    files, others = (
        sorted({one.learner for one in submissions if one.named_after == kind})
        for kind in ("file", "whole")
    )
    parts = []
    if files:
        parts.append(f"named after their files: {_some(files, 3)}")
    if others:
        parts.append(f"named after {whole} as a whole: {_some(others)}")
    if parts:
        yield (
            f"Learners {'. Learners '.join(parts)}. If they are called otherwise, put "
            "each learner's notebooks into a folder with the learner's name."
        )
    if alike := _alike(submissions):
        yield (
            f"Learners whose names cannot be told apart, or not be seen: {alike}. Each "
            "is graded as a learner of their own. If they are one person, put all of "
            "that person's notebooks into one folder; otherwise give them other names."
        )


def _alike(submissions: Iterable[Submission]) -> str:
    """Return in quotes the names that look like another's, or like nothing."""
    names: dict[str, set[str]] = {}
    for who, known in {(one.learner, one.learner_id) for one in submissions}:
        if who or known:
            names.setdefault(person(who, known), set()).add(who)
    unseen = person("", "")
    same = [each for seen, each in names.items() if len(each) > 1 or seen == unseen]
    listed = [shown(one) for one in sorted(one for each in same for one in each)]
    more = len(listed) - MOST_NAMED
    return ", ".join(listed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def called(key: Key) -> str:
    """Return how a record is called: the learner and the exercise, or else the file."""
    learner, learner_id, exercise, origin = key
    if not (learner or learner_id):
        return printable(origin, 200, 1) or "(no name)"
    who = person(learner, learner_id)
    return f"{who}, {name(exercise)}" if exercise else who


def _unread(graded: Graded) -> str:
    who, origin = called(graded.key), printable(graded.origin, 200, 1)
    if graded.reason is Reason.NO_SUBMISSION:  # its message is for the learner
        message = printable(graded.message, 300, 1)
        instead = message.removesuffix(f". {HAND_IN}").partition("; ")[2]
        return "; ".join(filter(None, [f"{who}: {IN_WORDS[graded.reason]}", instead]))
    where = f" ({origin})" if origin not in ("", who) else ""
    return f"{who}{where}: {printable(graded.message, 300, 1)}"


def _some(names: Collection[str], most: int = MOST_NAMED) -> str:
    """Return the first names, safe to print, and how many more there are."""
    listed = [name(one) for one in list(names)[:most]]
    more = len(names) - len(listed)
    return "; ".join(listed) + (f" and {more} more" if more else "")
