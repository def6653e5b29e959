"""Find what learners handed in: who, which exercise, and the bytes of the notebook."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shlex import quote

from coursekit.grading.intake import archives, folders
from coursekit.grading.intake.candidates import Candidate, candidate, latest
from coursekit.grading.intake.entries import (
    Entry,
    is_archive,
    is_notebook,
    shown,
    stem_of,
)
from coursekit.grading.intake.exercises import Exercises
from coursekit.grading.intake.files import is_link, objection_to, read_file
from coursekit.grading.intake.layouts import (
    NOBODY,
    TIMESTAMP,
    Learner,
    Placed,
    composed,
    place,
)
from coursekit.grading.intake.reading import MOST_BYTES, Refused, too_large
from coursekit.grading.intake.results import without_results
from coursekit.grading.reasons import Reason

#: What to do where no notebook is there.
HAND_IN = "Hand in the .ipynb file that JupyterLab saves."


@dataclass(frozen=True)
class Submission:
    """One notebook of one learner for one exercise, or why there is none to grade.

    Attributes
    ----------
    learner : str
        A name for people. It is data: anything may stand in it, lone surrogates too.
    learner_id : str
        What the platform knows the learner by; '' where it has nothing.
    exercise : str
        A name of the catalogue; '' where it is unknown.
    origin : str
        Where it lies in what was graded, with '/' on every system; '' if nowhere.
    modified : float
        When it was handed in, or last changed: seconds since 1970, UTC; 0 if unknown.
    late : bool
        Whether the platform says that it came late.
    notes : tuple of str
        What was unusual and was forgiven.
    reason, message : Reason, str
        OK and '', or why there is nothing to grade: FILE_REJECTED,
        NOTEBOOK_UNREADABLE, NOTEBOOK_VERSION, AMBIGUOUS_SUBMISSION, NO_SUBMISSION, and
        GRADER_ERROR where this computer cannot read the file.
    named_after : str
        "file" or "whole" where the learner's name is only that of the file, or of all
        that is graded; '' where a folder or a platform tells it.
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
    named_after: str = field(default="", compare=False)
    entry: Entry | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from every other submission; the key of its record."""
        return self.learner, self.learner_id, self.exercise, self.origin

    def read(self) -> bytes:
        """Return the notebook's bytes, at most `MOST_BYTES` of them.

        The file is opened now and closed again. It can be pickled unread.

        Raises
        ------
        Refused
            With ``reason`` where there is nothing to grade; FILE_REJECTED where only
            reading shows that the file is not what it seemed to be.
        """
        if self.reason is not Reason.OK or self.entry is None:
            raise Refused(self.reason, self.message)
        return self.entry.read()


def find_submissions(
    path: str | os.PathLike[str],
    catalogue: Mapping[str, Mapping[str, str]],
    *,
    wanted: Iterable[str] = (),
    roster: Iterable[str] | Mapping[str, str] = (),
) -> tuple[Submission, ...]:
    """Return what was handed in, sorted by learner, exercise and origin.

    Nothing is executed, extracted or followed. What one learner hands in changes
    nothing in the records of another.

    Parameters
    ----------
    path : path-like
        A notebook, a folder of notebooks, a folder per learner, nbgrader's course
        folder or its ``submitted``, what Moodle or Canvas lets download, or a zip
        archive of any of these.
    catalogue : mapping of str to mapping of str to str
        For each exercise its tasks and questions by name, each with its cell as it is
        handed out, '' where that is not known.
    wanted : iterable of str, default=()
        Exercises that each learner should have handed in; what is missing gets a
        record NO_SUBMISSION.
    roster : iterable of str or mapping of str to str, default=()
        The learners who should have handed in: names, or ids with names. A learner
        whose id is there is called as it says, if that is the same name.

    Raises
    ------
    ValueError
        If there is nothing at ``path``, or ``wanted`` has what the catalogue lacks.
    Refused
        If the archive or the folder as a whole cannot be read.
    """
    exercises, demanded = Exercises(catalogue), sorted(set(wanted))
    unknown = [one for one in demanded if one not in exercises]
    if unknown:
        raise ValueError(
            "find_submissions: wanted must hold names of the catalogue; got "
            f"{shown(unknown[0])}."
        )
    entries, root, packed = _entries(Path(path))
    names = roster if isinstance(roster, Mapping) else {}
    by_learner: dict[Learner, list[Placed]] = {}
    entries = without_results(entries)
    for placed in place(entries, root, exercises, packed=packed):
        one = _told_what_to_do(placed, Path(path), packed=packed)
        one = replace(one, learner=_as_listed(one.learner, names))
        by_learner.setdefault(one.learner, []).append(one)
    found = [
        submission
        for learner, placed in by_learner.items()
        for submission in _of_learner(learner, placed, exercises, demanded)
    ]
    found += _absent(by_learner, roster, demanded)
    return tuple(sorted(found, key=_names))


def _told_what_to_do(placed: Placed, path: Path, *, packed: bool) -> Placed:
    """Say of an archive that is no learner's how the work in it can be graded."""
    entry = placed.entry
    if placed.learner != NOBODY or entry.astray or not is_archive(placed.name):
        return placed
    whole = path.joinpath(*entry.parts)
    what = (
        f"unpack {shown(path.name)}, then grade it by itself"
        if packed
        else f"grade it by itself: coursekit grade {quote(str(whole))} --out RESULTS"
    )
    message = f"it is an archive among the submissions and is not opened; {what}"
    return replace(placed, entry=replace(entry, message=message))


def _as_listed(learner: Learner, names: Mapping[str, str]) -> Learner:
    """Return a learner with the roster's name, so that all platforms' are one person.

    Ids of two platforms may meet by chance. So the names must have the same letters:
    Canvas writes "lovelaceada". Where a name is only the id, there is nothing to hold.
    """
    listed = composed(names.get(learner.id, "")) if learner.id else ""
    same = learner.name == learner.id or _letters(learner.name) == _letters(listed)
    return Learner(listed, learner.id) if listed and same else learner


def _letters(name: str) -> list[str]:
    return sorted(sign for sign in name.casefold() if sign.isalnum())


def _names(one: Submission) -> tuple[str, ...]:
    return (one.learner, one.learner_id, one.exercise, one.origin)


def _entries(path: Path) -> tuple[list[Entry], str, bool]:
    """Return what is at a path, the name of the whole, and if it is an archive."""
    try:
        found, is_folder = path.lstat(), path.is_dir()
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise _no_path(path, f"cannot be read ({why})") from None
    if is_folder:
        return list(folders.walk(path)), path.resolve().name, False
    if not is_notebook(path.name) and not is_archive(path.name):
        raise _no_path(path, "is a file of another kind")
    if is_archive(path.name) and not is_link(found):
        return archives.members(path), stem_of(path.name), True
    objection = objection_to(found)
    if not objection and found.st_size > MOST_BYTES:
        objection = str(too_large(found.st_size))
    entry = Entry(
        (path.name,),
        modified=found.st_mtime,
        load=partial(read_file, path),
        reason=Reason.FILE_REJECTED if objection else Reason.OK,
        message=objection,
    )
    return [entry], stem_of(path.name), False


def _no_path(path: Path, what: str) -> ValueError:
    return ValueError(
        f"find_submissions: {shown(str(path))} {what}. It must be a notebook (a file "
        "that ends in .ipynb), a folder or a zip archive. Check the name."
    )


def _of_learner(
    learner: Learner, placed: list[Placed], exercises: Exercises, wanted: list[str]
) -> Iterator[Submission]:
    """Yield a learner's records: one for each exercise, one for each stray notebook."""
    found = [one for each in placed if (one := candidate(each, exercises))]
    stray = [one for one in found if not one.exercise]
    known = sorted({one.exercise for one in found if one.exercise})
    for exercise in known:
        same = [one for one in found if one.exercise == exercise]
        if learner.name or learner.id:
            same = [latest(same, exercises)]
        yield from map(_submission, same)  # nobody's files may be several people's
    yield from map(_submission, stray)
    if learner.name or learner.id:
        missing = [one for one in wanted if one not in known]
        fault = next((one for one in stray if one.reason is Reason.GRADER_ERROR), None)
        for exercise in missing or ([] if found or wanted else [""]):
            if fault:  # what is behind it may be what is missing
                yield replace(_submission(fault), exercise=exercise)
            else:
                yield _missing(learner, exercise, _instead(placed, found, stray))


def _submission(one: Candidate) -> Submission:
    placed = one.placed
    return Submission(
        learner=placed.learner.name,
        learner_id=placed.learner.id,
        exercise=one.exercise,
        origin=one.origin,
        modified=placed.modified,
        late=placed.late,
        notes=one.notes,
        reason=one.reason,
        message=one.message,
        named_after=placed.named_after,
        entry=placed.entry,
    )


def _instead(
    placed: Sequence[Placed], found: Sequence[Candidate], stray: Sequence[Candidate]
) -> str:
    """Say what there is of a learner in place of a notebook, '' if there is nothing."""
    what, origins = "for no exercise that is known", [one.origin for one in stray]
    if not found:
        files = (one for one in placed if not one.entry.is_folder)
        what = "which is no notebook"
        origins = [one.entry.origin for one in files if one.name != TIMESTAMP]
    more = f" and {len(origins) - 1} more" if len(origins) > 1 else ""
    return f"there is {shown(min(origins))}{more}, {what}" if origins else ""


def _missing(learner: Learner, exercise: str, instead: str = "") -> Submission:
    """Return the record of what is missing, with what is there instead."""
    wanted = f" for {exercise}" if exercise else ""
    what = "; ".join(filter(None, [f"there is no notebook{wanted}", instead]))
    message = f"{what}. {HAND_IN}"
    return Submission(
        learner.name,
        learner.id,
        exercise,
        reason=Reason.NO_SUBMISSION,
        message=message,
    )


def _absent(
    there: Iterable[Learner],
    roster: Iterable[str] | Mapping[str, str],
    wanted: list[str],
) -> list[Submission]:
    """Return records for those of a roster of whom there is nothing."""
    pairs = roster.items() if isinstance(roster, Mapping) else (("", r) for r in roster)
    listed = {Learner(composed(name), composed(known)) for known, name in pairs}
    seen = {one.id for one in there if one.id} | {one.name for one in there}
    on_canvas = {one.name for one in there if one.id}
    return [
        _missing(one, exercise)
        for one in listed
        if not seen & {one.id or one.name, one.name}
        and _as_canvas_has_it(one.name) not in on_canvas
        for exercise in wanted or [""]
    ]


def _as_canvas_has_it(name: str) -> str:
    """Return a sortable name, such as "Doe, Jane", as Canvas puts it before a file."""
    return re.sub(r"\W", "", name).lower()
