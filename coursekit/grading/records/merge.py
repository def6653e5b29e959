"""Bring several folders of results together: shards of a class, or several machines."""

import contextlib
import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.grading.display import printable
from coursekit.grading.reasons import Reason
from coursekit.grading.records.database import FILE
from coursekit.grading.records.dump import line
from coursekit.grading.records.errors import RecordsError, shown
from coursekit.grading.records.late_file import FILE as LATE_FILE
from coursekit.grading.records.rows import Entry, Key
from coursekit.grading.records.store import Records, has_owner

#: The setting in which all folders must agree.
COURSE = "course"


@dataclass(frozen=True)
class Conflict:
    """Something a human should look at; as a string, one sentence about it."""

    about: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, order=True)
class _Candidate:
    """One record in one folder; the greatest of several is the one to keep.

    What was handed in beats what is missing; then the later file, then a verdict over a
    fault of the grader, then the later grading. The last two decide between records
    that cannot be told apart otherwise, so that the order of the folders never does.
    """

    handed_in: bool
    modified: float
    judged: bool
    graded_at: str
    fingerprint: str
    folder: str
    source: Records = field(compare=False)
    entry: Entry = field(compare=False)
    result: tuple = field(compare=False)
    words: str = field(compare=False)


def merge(into: str | Path, sources: Iterable[str | Path]) -> tuple[Conflict, ...]:
    """Add the records and overrides of other folders to one.

    What ``into`` holds takes part like any other folder. The outcome does not depend on
    the order of ``sources``, and doing it twice changes nothing.

    Parameters
    ----------
    into : path-like
        A folder of results; made if it is not there.
    sources : iterable of path-like
        Folders of results. They are only read.

    Returns
    -------
    tuple of Conflict
        Where two folders disagreed and which was kept, sorted.

    Raises
    ------
    RecordsError
        If a folder cannot be read or written, or is of another course.
    """
    into = Path(into)
    others = {one.resolve(): one for one in map(Path, sources)}
    others.pop(into.resolve(), None)
    with contextlib.ExitStack() as opened:
        read = [opened.enter_context(Records.open(one)) for one in others.values()]
        read.sort(key=lambda one: str(one.folder))
        _refuse_other_courses(into, read)
        target = opened.enter_context(Records.open(into, create=True))
        everything = [target, *read]
        conflicts = [*_settings(target, everything), *_late_rules(target, read)]
        candidates: dict[Key, list[_Candidate]] = {}
        for source in everything:
            for key, one in _candidates(source):
                candidates.setdefault(key, []).append(one)
        kept = {key: max(found) for key, found in candidates.items()}
        for key, found in candidates.items():
            conflicts += _disagreement(key, found, kept[key])
            if kept[key].source is not target:
                target.copy(kept[key].entry, kept[key].source.record(key))
        conflicts += _supersede(target, kept, _counting(candidates))
        for source in read:
            target.add_overrides(source.overrides())
    return tuple(sorted(conflicts, key=lambda one: (one.about, one.message)))


def _candidates(source: Records) -> Iterator[tuple[Key, _Candidate]]:
    for entry, graded in source.everything():
        score = "no score" if graded.score is None else f"{graded.score}"
        known = math.isfinite(graded.modified)
        yield (
            graded.key,
            _Candidate(
                handed_in=graded.reason is not Reason.NO_SUBMISSION,
                modified=graded.modified if known else 0.0,
                judged=graded.score is not None,
                graded_at=entry.graded_at,
                fingerprint=hashlib.sha256(line(graded)).hexdigest(),
                folder=str(source.folder),
                source=source,
                entry=entry,
                result=(graded.digest, *(task.score for task in graded.tasks)),
                words=f"{score} of {graded.out_of} in {shown(source.folder)}",
            ),
        )


def _disagreement(
    key: Key, found: list[_Candidate], kept: _Candidate
) -> Iterator[Conflict]:
    """Say where folders have another file or other points for the same submission."""
    others = [one for one in found if one.result != kept.result]
    if others:
        there = ", ".join(sorted(one.words for one in others))
        why = _why(kept, max(others))
        yield Conflict(key, f"{_name(key)}: kept {kept.words} ({why}), not {there}.")


def _why(kept: _Candidate, other: _Candidate) -> str:
    if kept.modified != other.modified:
        return "the file is newer"
    if kept.judged != other.judged:
        return "the grader failed in the other"
    if kept.graded_at != other.graded_at:
        return "graded later"
    return "nothing tells them apart: look at it yourself"


def _counting(candidates: dict[Key, list[_Candidate]]) -> set[tuple[str, ...]]:
    """Return whose work for which exercise counts in any folder; others left it out."""
    return {
        key[:3]
        for key, found in candidates.items()
        if has_owner(key) and not all(one.entry.superseded for one in found)
    }


def _supersede(
    target: Records, kept: dict[Key, _Candidate], works: set[tuple[str, ...]]
) -> Iterator[Conflict]:
    """Let one file of each learner and exercise count; say where there were two."""
    groups: dict[tuple[str, ...], list[Key]] = {}
    for key in kept:
        if key[:3] in works:
            groups.setdefault(key[:3], []).append(key)
    counting = []
    for group in groups.values():
        group.sort(key=lambda key: (not kept[key].entry.superseded, kept[key], key))
        counting.append(group[-1])
        rivals = [
            key
            for key in group[:-1]
            if kept[key].handed_in and not kept[key].entry.superseded
        ]
        if rivals:
            origins = ", ".join(shown(key[3]) for key in rivals)
            yield Conflict(
                group[-1],
                f"{_name(group[-1])}: there are several files; {shown(group[-1][3])} "
                f"counts, the newest, not {origins}.",
            )
    target.forget(counting)


def _settings(target: Records, everything: list[Records]) -> Iterator[Conflict]:
    """Take over settings the target lacks; its own stay."""
    values: dict[str, set[str]] = {}
    for source in everything:
        for name, value in source.settings().items():
            values.setdefault(name, set()).add(value)
    own = target.settings()
    for name, found in values.items():
        if name not in own:
            target.set(name, min(found))
        if len(found) > 1:
            yield Conflict(
                (name,),
                f"the folders differ in {shown(name)}; {shown(target.setting(name))} "
                "is kept for later runs. Each record keeps its own.",
            )


def _late_rules(target: Records, read: list[Records]) -> Iterator[Conflict]:
    own = target.folder / LATE_FILE
    for source in read:
        theirs = source.folder / LATE_FILE
        if theirs.is_file() and not (
            own.is_file() and own.read_bytes() == theirs.read_bytes()
        ):
            yield Conflict(
                (LATE_FILE,),
                f"the late rules in {shown(theirs)} are not taken over. Copy the file "
                f"to {shown(own)} if they apply to all.",
            )


def _refuse_other_courses(into: Path, read: list[Records]) -> None:
    courses = {name for one in read if (name := one.setting(COURSE))}
    if (into / FILE).is_file():
        with Records.open(into) as target:
            courses |= {name for name in [target.setting(COURSE)] if name}
    if len(courses) > 1:
        names = " and ".join(map(shown, sorted(courses)))
        raise RecordsError(
            f"the folders hold results of {names}. Only results of one course can be "
            "merged. Give folders of one course."
        )


def _name(key: Key) -> str:
    return ", ".join(printable(part, 200, 1) for part in key[:3] if part) or shown(
        key[3]
    )
