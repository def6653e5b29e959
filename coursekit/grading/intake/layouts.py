"""Tell whose a file is from where it lies: in nbgrader's, Moodle's, Canvas's layout.

A learner chooses the names of what is handed in, never those of the folders and
prefixes that a platform puts around it. So the outermost name that can tell decides,
each file is placed without regard to its neighbours, and a learner's file cannot pose
as another learner's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from coursekit.grading.intake.entries import (
    Entry,
    is_archive,
    is_notebook,
    stem_of,
)
from coursekit.grading.intake.exercises import Exercises
from coursekit.grading.intake.reading import Refused
from coursekit.grading.reasons import Reason

#: Moodle: full name (localised where marking is blind), id, plugin, and the file's name
#: where the download is without folders. Groups without an id have none.
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_(?P<rest>.*))?",
    re.DOTALL,
)
#: Canvas: sortable name without spaces, LATE, user's id, file's id, the file's name;
#: where grading is anonymous, no name and an id that begins with anon.
_CANVAS = re.compile(
    r"(?:(?P<late>LATE_)?(?P<anon>anon_[^\W_]+)"
    r"|(?P<name>.+?)_(?P<late2>LATE_)?(?P<id>[1-9]\d*))"
    r"_(?P<file>[1-9]\d{2,})_(?P<rest>.+)",
    re.DOTALL,
)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)?(?: ([\w/+-]{1,40}))?\s*"
)
_SUBMITTED, TIMESTAMP = "submitted", "timestamp.txt"
#: Folders that people put around a class's submissions.
_AROUND = {"submissions", "submission", "assignments", "handins", "hand-ins"}
#: Folders of one learner's own study folder, which tell nobody's name.
_STUDY = {"exercises", "notebooks"}


@dataclass(frozen=True, order=True)
class Learner:
    """Who handed something in: a name for people, and the platform's id if it has one.

    Both are data that somebody chose freely: anything may stand in them.
    """

    name: str
    id: str = ""


#: Whose a file is that tells of nobody.
NOBODY = Learner("")


@dataclass(frozen=True)
class Placed:
    """A file or folder and whose it is.

    Attributes
    ----------
    entry : Entry
        The file.
    learner : Learner
        Whose it is.
    name : str
        The file's name without what a platform put before it.
    around : tuple of str
        The folders in which it lies, without those that tell the learner.
    modified : float
        When it was handed in, or last changed: seconds since 1970, UTC.
    late : bool
        Whether the platform says that it came late.
    order : int
        A number that grows from one upload to the next, 0 where there is none.
    named_after : str
        What the learner's name was taken from where no folder and no platform tells
        it: "file" or "whole", the name of all that is graded; '' where one does.
    """

    entry: Entry
    learner: Learner
    name: str
    around: tuple[str, ...] = ()
    modified: float = 0.0
    late: bool = False
    order: int = 0
    named_after: str = ""


#: An entry and what is left of its parts.
Lying = tuple[Entry, tuple[str, ...]]


def place(
    entries: Iterable[Entry], root: str, exercises: Exercises, *, packed: bool = False
) -> list[Placed]:
    """Return what belongs to a learner, with the learner.

    Parameters
    ----------
    entries : iterable of Entry
        What was found; files that tell nothing, such as a readme, are left out.
    root : str
        The name of the folder or archive they were found in.
    exercises : Exercises
        To know the folder of an exercise from that of a learner.
    packed : bool, default=False
        Whether they come out of an archive, which often has a folder around all.
    """
    everything = list(entries)
    lying = [(entry, entry.parts) for entry in everything if not entry.astray]
    lying = _without_wrapper(lying, root, exercises if packed else None)
    handed_in = [one for one in lying if one[1][0] == _SUBMITTED and len(one[1]) > 1]
    if handed_in:
        lying = [(entry, parts[1:]) for entry, parts in handed_in]
    placing = _Placing(root, exercises, bool(handed_in) or root == _SUBMITTED)
    placed = [one for entry, parts in lying if (one := placing.place(entry, parts))]
    if placing.nbgrader:
        placed = list(_timed(placed))
    astray = [Placed(e, NOBODY, e.name) for e in everything if e.astray]
    return placed + astray


@dataclass(frozen=True)
class _Placing:
    """How the files of one folder or archive are placed."""

    root: str
    exercises: Exercises
    nbgrader: bool

    def place(
        self, entry: Entry, parts: Sequence[str], around: tuple[str, ...] = ()
    ) -> Placed | None:
        """Return an entry with its learner, or None where it is nobody's."""
        head, *inside = parts
        is_file = is_notebook(head) or is_archive(head)
        refused = entry.reason is not Reason.OK and not is_file  # maybe a folder
        is_folder = bool(inside) or entry.is_folder or refused
        name, folders = parts[-1], (*around, *inside[:-1])
        moodle = _MOODLE.fullmatch(head)
        if moodle and (is_folder or moodle["rest"]):
            learner = Learner(moodle["name"], moodle["id"] or "")
            name = name if is_folder else moodle["rest"]
            return _placed(entry, learner, name, folders)
        if is_folder and self.nbgrader and not around:
            return _placed(entry, Learner(head, head), name, folders)
        canvas = None if is_folder else _CANVAS.fullmatch(head)
        if canvas:
            return _from_canvas(entry, canvas, around)
        if is_folder and self.exercises.is_name_of_one(head):
            return self.place(entry, inside, (*around, head)) if inside else None
        if is_folder:
            return _placed(entry, Learner(head), name, folders)
        if not is_file:
            return None
        return self._in_no_folder(entry, name, folders)

    def _in_no_folder(
        self, entry: Entry, name: str, folders: tuple[str, ...]
    ) -> Placed:
        """Return a file whose learner is what its name has, or else the root's.

        The folder that was named may itself be one learner's, as Moodle names it. An
        archive beside the learners' folders may be a whole class: it is nobody's.
        """
        named = self.exercises.named(stem_of(name))
        if is_archive(name) and not named.exercise and not folders:
            return _placed(entry, NOBODY, name, folders)
        if named.rest:
            placed = _placed(entry, Learner(named.rest), name, folders)
            return replace(placed, named_after="file")
        moodle = _MOODLE.fullmatch(self.root)
        if moodle:
            learner = Learner(moodle["name"], moodle["id"] or "")
            return _placed(entry, learner, name, folders)
        placed = _placed(entry, Learner(self.root), name, folders)
        return replace(placed, named_after="whole")


def _placed(
    entry: Entry, learner: Learner, name: str, around: tuple[str, ...]
) -> Placed:
    known = Learner(composed(learner.name), composed(learner.id))
    return Placed(entry, known, name, around, entry.modified)


def _from_canvas(
    entry: Entry, found: re.Match[str], around: tuple[str, ...]
) -> Placed | None:
    """Return a file of a Canvas download with what its name says."""
    learner = Learner(found["name"] or found["anon"], found["id"] or found["anon"])
    return replace(
        _placed(entry, learner, found["rest"], around),
        late=bool(found["late"] or found["late2"]),
        order=int(found["file"]),
    )


def composed(name: str) -> str:
    """Return a name with its accents composed: macOS takes them apart in file names."""
    return unicodedata.normalize("NFC", name)


def _without_wrapper(
    lying: list[Lying], root: str, exercises: Exercises | None
) -> list[Lying]:
    """Leave out a folder around all others, as archives have it."""
    while lying:
        tops = {parts[0] for _, parts in lying}
        below = [(entry, parts[1:]) for entry, parts in lying if len(parts) > 1]
        if len(tops) > 1 or not below or not _is_around(*tops, below, root, exercises):
            break
        lying = below
    return lying


def _is_around(
    top: str, below: Sequence[Lying], root: str, exercises: Exercises | None
) -> bool:
    """Whether the only folder is that of a class, and not that of its only learner.

    It is where it is called as the archive is or as people call such folders, and where
    a platform named all that is in it. In an archive, with ``exercises``, it also is
    where it looks like several learners' work: taking a class for one learner would
    lose all notebooks but one, while the converse only misnames.
    """
    if top == _SUBMITTED or _MOODLE.fullmatch(top):
        return False
    if top.lower() in _AROUND | {root.lower()}:
        return True
    if all(
        _MOODLE.fullmatch(parts[0]) or (len(parts) == 1 and _CANVAS.fullmatch(parts[0]))
        for _, parts in below
    ):
        return True
    return exercises is not None and _are_several(top, below, exercises)


def _are_several(top: str, below: Sequence[Lying], exercises: Exercises) -> bool:
    """Whether folders with notebooks, or names with one exercise, are of several."""
    if exercises.is_name_of_one(top):
        return False
    notebooks = [parts for _, parts in below if is_notebook(parts[-1])]
    heads = {parts[0] for parts in notebooks if len(parts) > 1}
    learners = [h for h in heads - _STUDY if not exercises.is_name_of_one(h)]
    named = {exercises.named(stem_of(p[0])) for p in notebooks if len(p) == 1}
    people = {(one.exercise, one.rest) for one in named if one.exercise and one.rest}
    return len(learners) > 1 or len(people) > len({exercise for exercise, _ in people})


def _timed(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Yield everything with the time that nbgrader noted when it was handed in."""
    everything = list(placed)
    times = {
        (one.learner, one.around): time
        for one in everything
        if one.name == TIMESTAMP and len(one.around) == 1
        if (time := _noted_in(one.entry)) is not None
    }
    for one in everything:
        time = times.get((one.learner, one.around[:1]))
        yield one if time is None else replace(one, modified=time)


def _noted_in(entry: Entry) -> float | None:
    """Return the time in a timestamp.txt, None where there is none to be read."""
    try:
        text = entry.read()[:200].decode("ascii", "replace")
    except Refused:
        return None
    found = _TIME.match(text)
    try:
        noted = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        noted = None
    if found is None or noted is None:
        return None
    return noted.replace(tzinfo=_zone(found[2] or "UTC")).timestamp()


def _zone(name: str) -> tzinfo:
    """Return a time zone; UTC where this computer does not know the one named."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
