"""Read the late rules from a small TOML file, and say on which line it is wrong."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coursekit.grading.display import printable
from coursekit.grading.records.decisions import near
from coursekit.grading.records.errors import RecordsError, shown
from coursekit.grading.records.late import Extension, LateRules, Rule

FILE = "late.toml"
EXAMPLE = """\
timezone = "Europe/Berlin"          # for times below that name none

[default]                           # every exercise that is not named
grace_minutes = 15
percent_per_day = 10                # for each day that has begun
at_most_percent = 50
of = "reached"                      # or "possible": percent of the points there are
platform_late_percent = 10          # where a platform says late, and no time is known

[exercises.07_layer_norm]           # or only its number: [exercises.07]
due = 2026-03-01T23:59:00           # or with an offset: 2026-03-01T23:59:00+01:00
steps = [{ after_hours = 0, percent = 10 }, { after_hours = 48, percent = 50 }]

[[extensions]]
learner = "Doe, Jane"               # a name or an id
exercise = "07_layer_norm"          # without it: every exercise
days = 7                            # or due = 2026-03-08T23:59:00
"""
_TOP = ("timezone", "default", "exercises", "extensions")
_RULE = (
    *("due", "grace_minutes", "percent_per_day", "steps", "at_most_percent"),
    *("platform_late_percent", "of"),
)
_EXTENSION = ("learner", "exercise", "days", "due", "reason")
_STEP = ("after_hours", "percent")


class LateFileError(RecordsError):
    """A file of late rules is not as it should be; the message names the line."""


def read_late(path: Path) -> LateRules:
    """Return the late rules in a file.

    Raises
    ------
    LateFileError
        If it cannot be read, or says what it cannot mean.
    """
    try:
        source = path.read_text("utf-8-sig")
    except OSError as error:
        raise LateFileError(
            f"the late rules in {shown(path)} cannot be read ({error.strerror}). They "
            "must be a TOML file. Check the name, or leave --late away."
        ) from None
    except UnicodeDecodeError as error:
        raise LateFileError(
            f"the late rules in {shown(path)} are not UTF-8 ({error.reason} at byte "
            f"{error.start}). They must be a TOML file in UTF-8. Save it as UTF-8."
        ) from None
    return _Reader(path, source).rules()


class _Reader:
    """One file on its way from text to rules."""

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.source = path, source
        self.zone: tzinfo | None = None

    def rules(self) -> LateRules:
        try:
            table = tomllib.loads(self.source)
        except tomllib.TOMLDecodeError as error:
            raise LateFileError(
                f"{shown(self.path)} is no valid TOML: {printable(error, 300, 1)}. "
                "Mend that line."
            ) from None
        self._known(table, _TOP, "", 0)
        self.zone = self._zone(table.get("timezone"))
        default = self._rule(self._table(table, "default"), "default", Rule())
        exercises = {}
        for name, values in self._table(table, "exercises").items():
            where = f"exercises.{name}"
            if not isinstance(values, dict):
                raise self._wrong("exercises", name, "must be a table [exercises.NAME]")
            exercises[name] = self._rule(values, where, default)
        rules = LateRules(exercises, default, given=True)
        listed = table.get("extensions", [])
        if not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
            raise self._wrong("", "extensions", "must be tables [[extensions]]")
        extensions = (
            self._extension(values, order, rules) for order, values in enumerate(listed)
        )
        return replace(rules, extensions=tuple(extensions))

    def _zone(self, name: object) -> tzinfo | None:
        if name is None:
            return None
        try:
            return ZoneInfo(name if isinstance(name, str) else "")
        except (ValueError, OSError, LookupError):
            raise self._wrong(
                "",
                "timezone",
                'must be a name this computer knows, such as "Europe/Berlin"; without '
                "one, write each time with its offset, as in 2026-03-01T23:59:00+01:00",
            ) from None

    def _rule(self, values: Mapping[str, Any], where: str, base: Rule) -> Rule:
        self._known(values, _RULE, where, 0)
        changes: dict[str, Any] = {}
        if "grace_minutes" in values:
            changes["grace_minutes"] = self._number(values, "grace_minutes", where)
        for key in ("percent_per_day", "at_most_percent", "platform_late_percent"):
            if key in values:
                changes[key] = self._number(values, key, where, most=100)
        if "due" in values:
            changes["due"] = self._time(values, where)
        if "of" in values:
            if values["of"] not in ("reached", "possible"):
                raise self._wrong(where, "of", 'must be "reached" or "possible"')
            changes["of_reached"] = values["of"] == "reached"
        if "steps" in values:
            if "percent_per_day" in values:
                raise self._wrong(
                    where, "steps", "cannot stand beside percent_per_day; keep one"
                )
            changes["steps"] = self._steps(values["steps"], where)
        elif "percent_per_day" in values:
            changes["steps"] = ()
        return replace(base, **changes)

    def _steps(self, steps: object, where: str) -> tuple[tuple[float, float], ...]:
        form = "must be a list such as [{ after_hours = 0, percent = 10 }]"
        if not isinstance(steps, list) or not all(isinstance(s, dict) for s in steps):
            raise self._wrong(where, "steps", form)
        found = []
        for step in steps:
            if set(step) != set(_STEP):
                raise self._wrong(where, "steps", form)
            hours = self._number(step, "after_hours", where, line_of="steps")
            off = self._number(step, "percent", where, most=100, line_of="steps")
            found.append((hours, off))
        if found != sorted(found) or [p for _, p in found] != sorted(
            p for _, p in found
        ):
            raise self._wrong(
                where, "steps", "must rise: later steps with more hours and percent"
            )
        return tuple(found)

    def _extension(
        self, values: Mapping[str, Any], order: int, rules: LateRules
    ) -> Extension:
        where = "extensions"
        self._known(values, _EXTENSION, where, order)
        learner, exercise = values.get("learner"), values.get("exercise", "")
        if not isinstance(learner, str) or not learner:
            raise self._wrong(where, "learner", "must name a learner", order)
        if not isinstance(exercise, str):
            raise self._wrong(where, "exercise", "must name an exercise", order)
        if ("days" in values) == ("due" in values):
            raise self._wrong(
                where, "learner", "must have either days or due with it", order
            )
        if "days" in values:
            days = self._number(values, "days", where, order=order)
            return Extension(learner, exercise, days=days)
        due = self._time(values, where, order)
        usual = rules.rule(exercise).due if exercise else None
        if usual and due < usual:
            raise self._wrong(where, "due", "must be later than the usual due", order)
        return Extension(learner, exercise, due=due)

    def _time(self, values: Mapping[str, Any], where: str, order: int = 0) -> datetime:
        due = values["due"]
        if not isinstance(due, datetime):
            rule = "must be a date with a time, as in 2026-03-01T23:59:00+01:00"
            raise self._wrong(where, "due", rule, order)
        if not 1970 <= due.year <= 3000:
            raise self._wrong(where, "due", "must be from 1970 to 3000", order)
        if due.tzinfo is None:
            if self.zone is None:
                rule = (
                    "must say in which timezone: add an offset, as in "
                    '2026-03-01T23:59:00+01:00, or timezone = "Europe/Berlin" on top'
                )
                raise self._wrong(where, "due", rule, order)
            due = due.replace(tzinfo=self.zone)
        return due

    def _number(
        self,
        values: Mapping[str, Any],
        key: str,
        where: str,
        *,
        most: float = 1e6,
        order: int = 0,
        line_of: str = "",
    ) -> float:
        value = values[key]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= most:
            rule = f"must be a number from 0 to {most:g}"
            raise self._wrong(where, line_of or key, f"{rule} in {key}", order)
        return float(value)

    def _table(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        values = table.get(key, {})
        if not isinstance(values, dict):
            raise self._wrong("", key, f"must be a table [{key}]")
        return values

    def _known(
        self, table: Mapping[str, Any], keys: tuple[str, ...], where: str, order: int
    ) -> None:
        for key in table:
            if key not in keys:
                raise self._wrong(where, key, f"is unknown. {near(key, keys)}", order)

    def _wrong(self, where: str, key: str, rule: str, order: int = 0) -> LateFileError:
        line = line_of(self.source, where, key, order)
        return LateFileError(
            f"{shown(self.path)}, line {line}: {shown(key)} {rule}"
            f"{'' if rule.endswith('?') or rule.endswith('.') else '.'} Mend that line."
        )


def line_of(source: str, where: str, key: str, order: int = 0) -> int:
    """Return the line on which a key stands; tomllib does not say.

    Parameters
    ----------
    source : str
        The TOML file.
    where : str
        The table's name; '' for the top.
    key : str
        The key, or the last part of a table's name.
    order : int, default=0
        Which of several tables of that name.

    Returns
    -------
    int
        From 1; the line of the table where the key cannot be found.
    """
    table, seen, nearest = "", {"": 0}, 1
    whole = f"{where}.{key}" if where else key
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
            table = re.sub(r"[\"'\s]", "", header[1])
            seen[table] = seen.get(table, -1) + 1
            if table == whole:
                return number
        in_table = table == where and seen[table] == order
        if header and in_table:
            nearest = number
        name = re.match(r"\s*[\"']?([^\"'=]+?)[\"']?\s*=", line)
        if name and not header:
            if in_table and name[1] == key:
                return number
            if table == "" and name[1] == where:  # an inline table
                nearest = number
    return nearest
