"""Check what a human decides about a task before it is written down."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass

from coursekit.grading.display import printable
from coursekit.grading.records.errors import RecordsError, shown
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.verdict import Status
from coursekit.numbered import is_meant


@dataclass(frozen=True)
class Place:
    """A task that somebody's record has, and the points it is worth."""

    learner: str
    learner_id: str
    exercise: str
    task: str
    out_of: int


def below(task: GradedTask) -> str:
    """Return a verdict in words that change when the verdict does.

    For example "2 of 4 (pass, fail WRONG_VALUE, pass)".
    """
    ends = (
        "pass" if end.status is Status.PASS else f"{end.status} {end.reason}"
        for end in task.verdict.criteria
    )
    points = "no score" if task.score is None else str(task.score)
    return f"{points} of {task.verdict.out_of} ({', '.join(ends)})"


def find_place(
    places: Iterable[Place], learner: str, task: str, exercise: str = ""
) -> Place:
    """Return the one task that is meant.

    Parameters
    ----------
    places : iterable of Place
        Every task of every record.
    learner : str
        The learner's name, or the id where names are not enough.
    task : str
        The task's name.
    exercise : str, default=""
        The exercise, or the number it begins with; needed where two have such a task.

    Raises
    ------
    RecordsError
        If there is none or more than one; it names what is near.
    """
    known = list(places)
    theirs = [one for one in known if learner in (one.learner_id, one.learner)]
    if not theirs:
        names = {one.learner for one in known} | {one.learner_id for one in known}
        raise unknown("learner", learner, names)
    if exercise:
        here = [one for one in theirs if is_meant(exercise, one.exercise)]
        if not here:
            raise unknown("exercise", exercise, {one.exercise for one in theirs})
        theirs = here
    meant = [one for one in theirs if one.task == task]
    if not meant:
        raise unknown("task", task, {one.task for one in theirs})
    if len({(one.learner, one.learner_id) for one in meant}) > 1:
        ids = ", ".join(sorted({shown(one.learner_id or one.learner) for one in meant}))
        raise RecordsError(
            f"{shown(learner)} is more than one learner. It must be one of {ids}. Give "
            "the id instead of the name."
        )
    if len({one.exercise for one in meant}) > 1:
        exercises = ", ".join(sorted({shown(one.exercise) for one in meant}))
        raise RecordsError(
            f"{shown(task)} is a task of {exercises}. It must be clear which one is "
            "meant. Add --exercise."
        )
    return meant[0]


def near(name: str, known: Iterable[str]) -> str:
    """Return a question with the nearest names, or what there is to choose from."""
    choices = sorted({one for one in known if one})
    close = difflib.get_close_matches(name, choices, n=3, cutoff=0.5)
    folded = [one for one in choices if name.lower() in one.lower()][:3]
    if found := list(dict.fromkeys([*folded, *close]))[:3]:
        return f"Did you mean {' or '.join(map(shown, found))}?"
    if not choices:
        return "There is none yet: grade first."
    more = ", …" if len(choices) > 8 else ""
    return f"There is: {', '.join(map(shown, choices[:8]))}{more}."


def check_points(points: float, place: Place, *, beyond: bool = False) -> float:
    """Return the points of an override as a float.

    Raises
    ------
    RecordsError
        If they are no number from 0 to what the task is worth; ``beyond`` allows more.
    """
    value = float(points)
    most = math.inf if beyond else place.out_of
    if math.isfinite(value) and 0 <= value <= most:
        return value + 0.0  # never -0.0
    allowed = "0 or more" if beyond else f"from 0 to {place.out_of}"
    hint = "" if beyond else "; --beyond allows more than the task is worth"
    raise RecordsError(
        f"{points:g} points for {shown(place.task)} cannot be. They must be {allowed}. "
        f"Give another number{hint}."
    )


def check_words(what: str, words: str) -> str:
    """Return who decided, or why, without blanks around it.

    Raises
    ------
    RecordsError
        If it is empty.
    """
    if words.strip():
        return words.strip()
    raise RecordsError(
        f"the {what} is empty. Whoever looks at this later must see who decided, and "
        f"why. Give --{what}."
    )


def unknown(what: str, name: str, known: Iterable[str]) -> RecordsError:
    """Return that a name is none of those that are known, with the nearest."""
    return RecordsError(
        f"there is no {what} {shown(name)} here. It must be one of the {what}s in the "
        f"records. {near(printable(name, 300, 1), known)}"
    )
