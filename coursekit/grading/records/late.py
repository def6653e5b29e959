"""Work out what coming late costs; the verdict itself knows nothing of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded
from coursekit.numbered import is_meant

_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True)
class Rule:
    """What one exercise asks for.

    Attributes
    ----------
    due : datetime or None
        With its timezone.
    grace_minutes : float
        Who is no later than this is on time.
    percent_per_day : float
        Taken off for each day that has begun after ``due``.
    steps : tuple of (float, float)
        Instead: hours after ``due`` with the percent from then on, in order.
    at_most_percent : float
        No more than this is taken off.
    platform_late_percent : float or None
        Taken off where a platform says late and nobody knows when.
    of_reached : bool
        Percent of the points reached; else of the points there are.
    """

    due: datetime | None = None
    grace_minutes: float = 0.0
    percent_per_day: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    at_most_percent: float = 100.0
    platform_late_percent: float | None = None
    of_reached: bool = True

    def percent(self, seconds: float) -> float:
        """Return what is taken off who is this late, in percent."""
        if self.steps:
            reached = [off for hours, off in self.steps if seconds > hours * _HOUR]
            off = reached[-1] if reached else 0.0
        else:
            off = self.percent_per_day * math.ceil(seconds / _DAY)
        return min(off, self.at_most_percent)


@dataclass(frozen=True)
class Extension:
    """More time for one learner (a name or an id); ``exercise`` '' means every one."""

    learner: str
    exercise: str = ""
    days: float = 0.0
    due: datetime | None = None


@dataclass(frozen=True)
class Lateness:
    """What the rules say about one submission."""

    percent: float = 0.0
    note: str = ""
    of_reached: bool = True


@dataclass(frozen=True)
class LateRules:
    """The rule of each exercise, the one for all others, and who has more time."""

    exercises: Mapping[str, Rule] = field(default_factory=dict)
    default: Rule = Rule()
    extensions: tuple[Extension, ...] = ()
    given: bool = False

    def judge(self, graded: Graded) -> Lateness:
        """Return what coming late costs a submission, and a sentence that says why.

        A time that is known decides, whatever a platform's flag says. Who handed in
        nothing is not late.
        """
        if not self.given or graded.reason is Reason.NO_SUBMISSION:
            return Lateness()
        rule = self.rule(graded.exercise)
        due, extended = self.due(graded)
        handed_in = _time(graded.modified)
        if handed_in is None:
            return _without_time(graded, rule, due, extended)
        if due is None:
            said = "the platform says late, but no due date is set: nothing taken off"
            return Lateness(note=said if graded.late else "")
        seconds = (handed_in - due).total_seconds()
        if seconds <= 0:
            return Lateness()
        when = f"{spoken(seconds)} after {_due_words(due, extended)}"
        if seconds <= rule.grace_minutes * 60:
            return Lateness(note=f"handed in {when}, within the time of grace")
        percent = rule.percent(seconds)
        note = f"handed in {when}: {_off(percent, rule)}"
        return Lateness(percent, note, rule.of_reached)

    def rule(self, exercise: str) -> Rule:
        """Return the rule of an exercise."""
        if exercise in self.exercises:
            return self.exercises[exercise]
        named = (name for name in self.exercises if is_meant(name, exercise))
        return next((self.exercises[name] for name in named), self.default)

    def due(self, graded: Graded) -> tuple[datetime | None, bool]:
        """Return when it is due for this learner, and whether that is an extension."""
        usual = self.rule(graded.exercise).due
        if usual is None:
            return None, False
        dates = [usual]
        for one in self.extensions:
            theirs = one.learner in (graded.learner, graded.learner_id)
            here = not one.exercise or is_meant(one.exercise, graded.exercise)
            if theirs and here and one.learner:
                dates.append(one.due or usual + timedelta(days=one.days))
        return max(dates), max(dates) > usual


def spoken(seconds: float) -> str:
    """Return a length of time in the two largest units that say it.

    >>> spoken(90), spoken(4 * 3600), spoken(90000)
    ('2 min', '4 h', '1 day 1 h')
    """
    minutes = math.ceil(seconds / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    units = [(days, "day" if days == 1 else "days"), (hours, "h")]
    if not days:
        units.append((minutes, "min"))
    return " ".join(f"{number} {unit}" for number, unit in units if number)


def _time(modified: float) -> datetime | None:
    """Return when something was handed in; None where nobody knows."""
    if not (math.isfinite(modified) and modified > 0):
        return None
    try:
        return datetime.fromtimestamp(modified, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _without_time(
    graded: Graded, rule: Rule, due: datetime | None, extended: bool
) -> Lateness:
    """Judge by the platform's flag alone."""
    if not graded.late:
        unknown = "the time it was handed in is unknown: counted as on time"
        return Lateness(note=unknown if due else "")
    said = "the platform says late, at a time that is unknown"
    if extended:
        words = f"{said}; there is an extension, so nothing is taken off"
        return Lateness(note=f"{words}. Look at it yourself.")
    percent = rule.platform_late_percent
    if percent is None:
        return Lateness(
            note=f"{said}; no 'platform_late_percent' is set: nothing taken off"
        )
    percent = min(percent, rule.at_most_percent)
    return Lateness(percent, f"{said}: {_off(percent, rule)}", rule.of_reached)


def _due_words(due: datetime, extended: bool) -> str:
    words = "the extended due date" if extended else "the due date"
    return f"{words} ({due.isoformat(' ', 'minutes')})"


def _off(percent: float, rule: Rule) -> str:
    if not percent:
        return "nothing is taken off"
    what = "points reached" if rule.of_reached else "points there are"
    return f"{percent:g} % of the {what} taken off"
