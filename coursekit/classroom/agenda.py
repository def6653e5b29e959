"""A timetable for a workshop: what fits, with breaks, and what to cut first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from coursekit.classroom import heart
from coursekit.classroom.lessons import Lesson, Part
from coursekit.classroom.practice import (
    Practice,
    find_practice,
    interwoven,
    least,
    most_wanted,
)
from coursekit.classroom.stretches import cut
from coursekit.grading.question import Question
from coursekit.grading.task import Task

#: Minutes. Nobody sits longer than a stretch without a break; from LONG_DAY on, the
#: break in the middle is a meal.
WELCOME, CLOSING, STRETCH, BREAK, MEAL, LONG_DAY = 5, 5, 60, 10, 45, 300
#: More is no workshop of one day.
LONGEST = 720


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
class Agenda:
    """A timetable whose slots add up to ``minutes`` to the minute.

    ``cuts`` is scheduled practice in the order in which to leave it out when time runs
    short, without the least of each lesson; ``home`` is practice that did not fit.
    ``asked`` tells whether the lessons were asked for, or chosen here.
    """

    minutes: int
    lessons: tuple[Lesson, ...]
    slots: tuple[Slot, ...]
    cuts: tuple[Practice, ...]
    home: tuple[Practice, ...]
    asked: bool = False


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

    Lessons take their own minutes and come with at least their most important task;
    `coursekit.classroom.heart` says which are taken and how long anybody listens. More
    practice is chosen by importance, and what is left of the time is room to catch up.

    Parameters
    ----------
    lessons : sequence of Lesson
        In the order in which they are given.
    tasks, questions : sequence of Task, of Question
        What there is to practise; that of other lessons is ignored.
    minutes : int
        How long the workshop is, breaks included.
    all_of_them : bool, default=False
        Give every lesson, or refuse; otherwise as many as fit with practice.

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
    practice = find_practice(lessons, tasks, questions)
    chosen = list(lessons) if all_of_them else _that_fit(lessons, practice, minutes)
    kept = _least(chosen, practice)
    if not fits(_items(chosen, kept), minutes):
        raise AgendaError(_impossible(chosen, practice, minutes))
    scheduled = _scheduled(chosen, practice, minutes)
    spare = [one for one in scheduled if one not in kept]
    names = {lesson.name for lesson in chosen}
    return Agenda(
        minutes=minutes,
        lessons=tuple(chosen),
        slots=_lay_out(_items(chosen, scheduled), minutes),
        cuts=tuple(sorted(spare, key=most_wanted, reverse=True)),
        home=tuple(
            one for one in practice if one.lesson in names and one not in scheduled
        ),
        asked=all_of_them,
    )


def _that_fit(
    lessons: Sequence[Lesson], practice: Sequence[Practice], minutes: int
) -> list[Lesson]:
    """Return the lessons that a workshop would miss most, as many as fit.

    The first that fits is taken, and then one after the other until one does not, or
    leaves too little time for practice; where none fits, it is the shortest.
    """
    chosen: list[Lesson] = []
    for lesson in sorted(lessons, key=_place):
        more = [one for one in lessons if one in chosen or one == lesson]
        if not chosen and fits(_items(more, _least(more, practice)), minutes):
            chosen = more
        elif chosen and not _practised(more, practice, minutes):
            break
        elif chosen:
            chosen = more
    return chosen or [min(lessons, key=lambda one: _needed([one], practice))]


def _practised(
    lessons: Sequence[Lesson], practice: Sequence[Practice], minutes: int
) -> bool:
    """Tell whether the lessons fit, and with them enough practice for their talk."""
    if not fits(_items(lessons, _least(lessons, practice)), minutes):
        return False
    done = sum(one.minutes for one in _scheduled(lessons, practice, minutes))
    return done >= heart.PRACTISED * sum(lesson.workshop for lesson in lessons)


def _scheduled(
    lessons: Sequence[Lesson], practice: Sequence[Practice], minutes: int
) -> list[Practice]:
    """Return the practice there is time for: the least, then what matters most."""
    names = {lesson.name for lesson in lessons}
    ours = [one for one in practice if one.lesson in names]
    scheduled = _least(lessons, practice)
    for one in sorted(ours, key=most_wanted):
        more = [other for other in ours if other in scheduled or other == one]
        if fits(_items(lessons, more), minutes):
            scheduled = more
    return scheduled


def _place(lesson: Lesson) -> tuple[int, str]:
    return heart.place(lesson.name)


def _least(lessons: Sequence[Lesson], practice: Sequence[Practice]) -> list[Practice]:
    """Return the least practice of all these lessons, in order."""
    wanted = [
        one
        for lesson in lessons
        for one in least(lesson, practice, last=lesson == lessons[-1])
    ]
    return [one for one in practice if one in wanted]


def _items(lessons: Sequence[Lesson], practice: Sequence[Practice]) -> list[Slot]:
    """Return what is to be done, in order, without breaks and closing."""
    opens = f"how to guess and to check; everybody opens lesson {lessons[0].number}"
    items = [Slot(Kind.WELCOME, WELCOME, "Welcome", opens)]
    for lesson in lessons:
        ours = [one for one in practice if one.lesson == lesson.name]
        for one in interwoven(lesson, ours):
            items += _pieces(_slot(one, lesson.name))
    return items


def _slot(one: Part | Practice, lesson: str) -> Slot:
    if isinstance(one, Part):
        return Slot(Kind.LESSON, one.minutes, one.what, one.how, lesson)
    how = f"importance {one.importance} of 5"
    return Slot(Kind.PRACTICE, one.minutes, one.what, how, lesson)


def _pieces(slot: Slot) -> list[Slot]:
    """Cut a slot that is longer than a stretch into equal pieces."""
    count = math.ceil(slot.minutes / STRETCH)
    if count < 2:
        return [slot] if slot.minutes else []
    short, rest = divmod(slot.minutes, count)
    return [replace(slot, minutes=short + (at < rest)) for at in range(count)]


def fits(items: Sequence[Slot], minutes: int) -> bool:
    """Tell whether the items, a closing and the breaks they need fit."""
    stretches = len(_stretches(items, minutes))
    return _length(items) + CLOSING + _breaks(stretches, minutes) <= minutes


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


def _stretches(items: Sequence[Slot], minutes: int) -> list[list[Slot]]:
    """Cut the items, in their order, into as few stretches as will do for the day.

    The closing is counted as the last item. Where there is more day than work, the last
    stretches are empty.
    """
    count = _fewest_stretches(minutes)
    lengths = [*(item.minutes for item in items), CLOSING]
    stretches = [list(items[one]) for one in cut(lengths, STRETCH, count)]
    return stretches + [[] for _ in range(count - len(stretches))]


def _length(slots: Sequence[Slot]) -> int:
    return sum(slot.minutes for slot in slots)


def _lay_out(items: Sequence[Slot], minutes: int) -> tuple[Slot, ...]:
    """Put breaks between the items and fill what is left, from the end backwards."""
    stretches = _stretches(items, minutes)
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


def _needed(lessons: Sequence[Lesson], practice: Sequence[Practice]) -> int:
    """Return the fewest minutes for these lessons; `LONGEST` + 1 if a day is short."""
    items = _items(lessons, _least(lessons, practice))
    needed = _length(items) + CLOSING
    while needed <= LONGEST and not fits(items, needed):
        needed += 1
    return min(needed, LONGEST + 1)


def _impossible(
    lessons: Sequence[Lesson], practice: Sequence[Practice], minutes: int
) -> str:
    """Say how much is missing, and which lesson to leave out first."""
    needed = _needed(lessons, practice)
    one, day = len(lessons) == 1, needed > LONGEST
    takes = f"more than {LONGEST}, the longest day" if day else str(needed)
    fewer: list[Lesson] = []
    for lesson in sorted(lessons, key=_place):
        more = [other for other in lessons if other in fewer or other == lesson]
        if fits(_items(more, _least(more, practice)), minutes):
            fewer = more
    advice = [] if day else [f"give --minutes {needed}"]
    if fewer:
        gone = numbered([lesson for lesson in lessons if lesson not in fewer])
        rest = " ".join(lesson.number for lesson in fewer)
        advice.append(f"leave out {gone}: --lessons {rest}")
    said = ", or ".join(advice) or "ask for fewer lessons"
    return (
        f"{numbered(lessons)} {'needs' if one else 'need'} {needed - minutes} more "
        f"minutes. With practice, breaks, welcome and closing "
        f"{'it takes' if one else 'they take'} {takes}, and there are {minutes}. "
        f"{said[:1].upper()}{said[1:]}."
    )


def numbered(lessons: Sequence[Lesson]) -> str:
    """Return the lessons by their numbers, such as "lessons 02 and 05"."""
    *first, last = [lesson.number for lesson in lessons]
    if not first:
        return f"lesson {last}"
    return f"lessons {', '.join(first)} and {last}"
