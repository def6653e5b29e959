"""A timetable for a workshop: what fits, with breaks, and what to cut first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from coursekit.classroom.lessons import Lesson
from coursekit.grading.question import Question
from coursekit.grading.task import Task

#: Minutes. Nobody sits longer than a stretch without a break; from LONG_DAY on, the
#: break in the middle is a meal.
WELCOME, CLOSING, STRETCH, BREAK, MEAL, LONG_DAY = 5, 5, 60, 10, 45, 300
#: More is no workshop of one day.
LONGEST = 720
#: How much the short questions of an exercise matter, on the scale of the tasks: they
#: warm up, and can be answered at home.
QUESTIONS_IMPORTANCE = 2
#: A lesson is worth adding when what matters this much can be practised too.
CORE = 4


class Kind(StrEnum):
    """What happens in a slot; the value is the word that is printed."""

    WELCOME = "welcome"
    LESSON = "lesson"
    PRACTICE = "practice"
    BREAK = "break"
    MEAL = "meal"
    OPEN = "open"
    CLOSING = "closing"


@dataclass(frozen=True)
class Slot:
    """Some minutes of the day: what happens, how, and in which lesson."""

    kind: Kind
    minutes: int
    what: str
    how: str = ""
    lesson: str = ""


@dataclass(frozen=True)
class Practice:
    """A task to write, or the short questions of an exercise, in a workshop."""

    lesson: str
    what: str
    minutes: int
    importance: int


@dataclass(frozen=True)
class Agenda:
    """A timetable whose slots add up to ``minutes`` to the minute.

    ``cuts`` is scheduled practice in the order in which to leave it out when time runs
    short; ``home`` is practice that did not fit.
    """

    minutes: int
    lessons: tuple[Lesson, ...]
    slots: tuple[Slot, ...]
    cuts: tuple[Practice, ...]
    home: tuple[Practice, ...]


class AgendaError(Exception):
    """There is no such workshop; the message says why and what would be one."""


def plan(
    lessons: Sequence[Lesson],
    tasks: Sequence[Task],
    questions: Sequence[Question],
    minutes: int,
    *,
    all_of_them: bool = False,
) -> Agenda:
    """Return the agenda of a workshop of ``minutes``.

    Lessons take their own minutes. Practice is chosen by importance, and what is left
    of the time is room to catch up.

    Parameters
    ----------
    lessons : sequence of Lesson
        In the order in which they are given.
    tasks, questions : sequence of Task, of Question
        What there is to practise; that of other lessons is ignored.
    minutes : int
        How long the workshop is, breaks included.
    all_of_them : bool, default=False
        Give every lesson, or refuse; otherwise as many from the first on as fit with
        practice.

    Raises
    ------
    AgendaError
        If it cannot be done.
    """
    if not lessons:
        raise AgendaError("there is no lesson to plan with. Give at least one.")
    if minutes > LONGEST:
        raise AgendaError(
            f"{minutes} minutes are more than one day has room for ({LONGEST}). Make "
            "one agenda for each day, with its own --lessons."
        )
    practice = _practice(lessons, tasks, questions)
    chosen = list(lessons) if all_of_them else _that_fit(lessons, practice, minutes)
    if not fits(_items(chosen, []), minutes):
        raise AgendaError(_impossible(chosen, minutes))
    names = {lesson.name for lesson in chosen}
    scheduled: list[Practice] = []
    ours = [one for one in practice if one.lesson in names]
    for one in sorted(ours, key=_most_wanted):
        more = _in_order([*scheduled, one], ours)
        if fits(_items(chosen, more), minutes):
            scheduled = more
    return Agenda(
        minutes=minutes,
        lessons=tuple(chosen),
        slots=_lay_out(_items(chosen, scheduled), minutes),
        cuts=tuple(sorted(scheduled, key=_most_wanted, reverse=True)),
        home=tuple(one for one in ours if one not in scheduled),
    )


def _practice(
    lessons: Sequence[Lesson], tasks: Sequence[Task], questions: Sequence[Question]
) -> list[Practice]:
    """Return what there is to practise, lesson by lesson; questions come first."""
    found = []
    for lesson in lessons:
        asked = [one for one in questions if one.exercise == lesson.name]
        if asked:
            what = f"the {len(asked)} short questions"
            total = sum(one.minutes for one in asked)
            found.append(Practice(lesson.name, what, total, QUESTIONS_IMPORTANCE))
        found += [
            Practice(lesson.name, task.name, task.minutes, task.importance)
            for task in tasks
            if task.exercise == lesson.name
        ]
    return found


def _most_wanted(one: Practice) -> tuple[int, str, int, str]:
    """Sort by importance; of equals, the earlier lesson and the shorter task first."""
    return -one.importance, one.lesson, one.minutes, one.what


def _in_order(chosen: Sequence[Practice], order: Sequence[Practice]) -> list[Practice]:
    return [one for one in order if one in chosen]


def _that_fit(
    lessons: Sequence[Lesson], practice: Sequence[Practice], minutes: int
) -> list[Lesson]:
    """Return as many lessons, from the first on, as fit with the core practice."""
    chosen = [lessons[0]]
    for count in range(2, len(lessons) + 1):
        names = {lesson.name for lesson in lessons[:count]}
        core = [
            one for one in practice if one.lesson in names and one.importance >= CORE
        ]
        if not fits(_items(lessons[:count], core), minutes):
            break
        chosen = list(lessons[:count])
    return chosen


def _items(lessons: Sequence[Lesson], practice: Sequence[Practice]) -> list[Slot]:
    """Return what is to be done, in order, without breaks and closing."""
    opens = f"everybody opens lesson {lessons[0].number}"
    items = [Slot(Kind.WELCOME, WELCOME, "Welcome", opens)]
    for lesson in lessons:
        for part in lesson.parts:
            items += _pieces(
                Slot(Kind.LESSON, part.minutes, part.what, part.how, lesson.name)
            )
        for one in practice:
            if one.lesson == lesson.name:
                how = f"importance {one.importance} of 5"
                items += _pieces(
                    Slot(Kind.PRACTICE, one.minutes, one.what, how, lesson.name)
                )
    return items


def _pieces(slot: Slot) -> list[Slot]:
    """Cut a slot that is longer than a stretch into equal pieces."""
    count = math.ceil(slot.minutes / STRETCH)
    if count < 2:
        return [slot] if slot.minutes else []
    short, rest = divmod(slot.minutes, count)
    return [replace(slot, minutes=short + (at < rest)) for at in range(count)]


def fits(items: Sequence[Slot], minutes: int) -> bool:
    """Tell whether the items, a closing and the breaks they need fit."""
    work = sum(item.minutes for item in items) + CLOSING
    stretches = max(len(_stretches(items)), _fewest_stretches(minutes))
    return work + _breaks(stretches, minutes) <= minutes


def _fewest_stretches(minutes: int) -> int:
    """Return into how many stretches breaks must cut a day of this length."""
    count = 1
    while count * STRETCH + _breaks(count, minutes) < minutes:
        count += 1
    return count


def _breaks(stretches: int, minutes: int) -> int:
    """Return the minutes of all breaks between so many stretches."""
    meal = MEAL - BREAK if minutes >= LONG_DAY and stretches > 1 else 0
    return (stretches - 1) * BREAK + meal


def _stretches(items: Sequence[Slot]) -> list[list[Slot]]:
    """Cut the items, in their order, into as few stretches as will do.

    The closing belongs to the last one: it may get a stretch of its own.
    """
    stretches: list[list[Slot]] = [[]]
    for item in [*items, Slot(Kind.CLOSING, CLOSING, "Closing")]:
        if _length(stretches[-1]) + item.minutes > STRETCH:
            stretches.append([])
        stretches[-1].append(item)
    stretches[-1].pop()
    return stretches


def _length(slots: Sequence[Slot]) -> int:
    return sum(slot.minutes for slot in slots)


def _lay_out(items: Sequence[Slot], minutes: int) -> tuple[Slot, ...]:
    """Put breaks between the items and fill what is left, from the end backwards."""
    stretches = _stretches(items)
    while len(stretches) < _fewest_stretches(minutes):
        stretches.append([])
    left = minutes - _breaks(len(stretches), minutes) - _length(items) - CLOSING
    for stretch, more in zip(stretches, _shares(stretches, left), strict=True):
        stretch += [_open(more)] if more else []
    closing = Slot(Kind.CLOSING, CLOSING, "Closing", "what we learnt, what is for home")
    stretches[-1].append(closing)
    meal = len(stretches) // 2 if minutes >= LONG_DAY else 0
    slots = stretches[0]
    for at, stretch in enumerate(stretches[1:], start=1):
        a_break = Slot(Kind.BREAK, BREAK, "Break")
        slots += [Slot(Kind.MEAL, MEAL, "Meal") if at == meal else a_break, *stretch]
    return tuple(slots)


def _shares(stretches: Sequence[Sequence[Slot]], left: int) -> list[int]:
    """Share what is left of the time: empty stretches first, then from the end."""
    rooms = [STRETCH - _length(stretch) for stretch in stretches]
    rooms[-1] -= CLOSING
    empty = [at for at, stretch in enumerate(stretches) if not stretch]
    shares = [0] * len(stretches)
    for at in empty:
        shares[at] = min(rooms[at], left // len(empty))
    left -= sum(shares)
    for at in reversed(range(len(stretches))):
        more = min(left, rooms[at] - shares[at])
        shares[at] += more
        left -= more
    return shares


def _open(minutes: int) -> Slot:
    how = "tasks that are not finished, explorers, what is left for home"
    if minutes < STRETCH // 4:
        how = "questions, and catching up"
    return Slot(Kind.OPEN, minutes, "Open time", how)


def _impossible(lessons: Sequence[Lesson], minutes: int) -> str:
    """Say what the lessons need, and which would fit."""
    items = _items(lessons, [])
    needed = max(minutes, sum(item.minutes for item in items))
    while needed <= LONGEST and not fits(items, needed):
        needed += 1
    numbers = " ".join(lesson.number for lesson in lessons)
    one = len(lessons) == 1
    takes = f"{needed} minutes" if needed <= LONGEST else f"more than {LONGEST}"
    fewer = list(lessons[:-1])
    while fewer and not fits(_items(fewer, []), minutes):
        fewer.pop()
    advice = "Give more minutes"
    if fewer:
        advice += f", or --lessons {' '.join(lesson.number for lesson in fewer)}"
    elif len(lessons) > 1:
        advice += ", or a single short lesson"
    return (
        f"{minutes} minutes are too short. {'Lesson' if one else 'Lessons'} {numbers} "
        f"with welcome, breaks and closing, and without any practice, "
        f"{'takes' if one else 'take'} {takes}. "
        f"{advice}."
    )
