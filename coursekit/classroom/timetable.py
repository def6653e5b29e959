"""An agenda as text, as Markdown, and as a page to print."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from coursekit.classroom import heart
from coursekit.classroom.agenda import Agenda, Kind, Slot, numbered
from coursekit.classroom.page import page
from coursekit.classroom.practice import Practice
from coursekit.grading.display import printable

WIDTH = 88
#: A lesson that another one links to: its name is left where there is nothing to click.
LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<lesson>\w+)\.ipynb\)")
#: What stands before the name of a slot of this kind.
LABELS = {
    Kind.WELCOME: "",
    Kind.LESSON: "Lesson",
    Kind.PRACTICE: "Practice",
    Kind.BREAK: "",
    Kind.MEAL: "",
    Kind.OPEN: "",
    Kind.CLOSING: "",
}


@dataclass(frozen=True)
class Row:
    """A slot with its place on the clock."""

    begin: str
    end: str
    slot: Slot

    @property
    def label(self) -> str:
        """Such as "Lesson 07": what kind of slot it is, and of which lesson."""
        number = self.slot.lesson.partition("_")[0]
        return f"{LABELS[self.slot.kind]} {number}".strip()

    @property
    def words(self) -> str:
        """What happens, in one line."""
        return ": ".join(filter(None, [self.label, self.slot.what]))


def rows(agenda: Agenda, start: time) -> list[Row]:
    """Return the slots with the times at which they begin and end."""
    now = datetime.combine(datetime(2000, 1, 1), start)
    made = []
    for slot in agenda.slots:
        then = now + timedelta(minutes=slot.minutes)
        made.append(Row(f"{now:%H:%M}", f"{then:%H:%M}", slot))
        now = then
    return made


def title(agenda: Agenda) -> str:
    """Return the heading: how long, and which lessons."""
    numbers = ", ".join(lesson.number for lesson in agenda.lessons)
    lessons = "lesson" if len(agenda.lessons) == 1 else "lessons"
    return f"A workshop of {agenda.minutes} minutes: {lessons} {numbers}"


def why(agenda: Agenda) -> Iterator[str]:
    """Yield by which rule the lessons and the practice were taken."""
    if not agenda.asked:
        yield heart.CHOICE
    yield heart.PRACTICE


def to_prepare(agenda: Agenda) -> Iterator[str]:
    """Yield what to see to before the day."""
    yield (
        "Ask everybody to install the course and to open lesson "
        f"{agenda.lessons[0].number} the day before; `coursekit doctor` says what is "
        "missing."
    )
    run = f"Run {numbered(agenda.lessons)} once"
    yield f"{run} on the computer that is on the big screen."
    given = {lesson.name for lesson in agenda.lessons}
    for lesson in agenda.lessons:
        if {found["lesson"] for found in LINK.finditer(lesson.needs)} - given:
            needs = LINK.sub(r"\g<words>", lesson.needs).rstrip(".")
            yield (
                f"Not all that lesson {lesson.number} builds on is part of the day. It "
                f"needs: {needs}."
            )
    for lesson in agenda.lessons:
        for cell in lesson.long:
            yield (
                f"Lesson {lesson.number}: the cell `{cell}` runs for up to a minute: "
                "start it, then explain it."
            )


def to_cut(agenda: Agenda) -> Iterator[str]:
    """Yield what to leave out when time runs short, in that order."""
    spare = [slot for slot in agenda.slots if slot.kind is Kind.OPEN]
    if spare:
        total = sum(slot.minutes for slot in spare)
        yield f"the open time ({total} min)"
    yield from map(_practice, agenda.cuts)
    for lesson in reversed(agenda.lessons):
        for part in lesson.parts:
            if part.what == "questions":
                yield f"lesson {lesson.number}: the questions ({part.minutes} min)"


def from_the_notes(agenda: Agenda) -> Iterator[str]:
    """Yield what the lessons themselves say about time."""
    for lesson in agenda.lessons:
        if lesson.advice:
            yield f"lesson {lesson.number}: {lesson.advice}"


def _practice(one: Practice) -> str:
    return (
        f"{one.lesson.partition('_')[0]}: {one.what} ({one.minutes} min, importance "
        f"{one.importance} of 5)"
    )


def parts(agenda: Agenda) -> list[tuple[str, list[str], bool]]:
    """Return the lists below the table: heading, items, whether they are in order."""
    lists = [
        ("Why it is these lessons and tasks", [*why(agenda)], False),
        ("Before the day", [*to_prepare(agenda)], False),
        ("When time runs short, leave out in this order", [*to_cut(agenda)], True),
        ("For home", [_practice(one) for one in agenda.home], False),
        ("What the lessons say about time", [*from_the_notes(agenda)], False),
    ]
    return [one for one in lists if one[1]]


def as_text(agenda: Agenda, start: time) -> str:
    """Return the agenda for a terminal."""
    lines = [title(agenda), ""]
    for row in rows(agenda, start):
        lead = f"{row.begin}  {row.slot.minutes:>3} min  "
        words = row.words + (f" ({row.slot.how})" if row.slot.how else "")
        lines += _wrapped(words, lead)
    lines.append(rows(agenda, start)[-1].end)
    for heading, items, ordered in parts(agenda):
        lines += ["", heading]
        for number, item in enumerate(items, start=1):
            lines += _wrapped(item, f"{number:>3}. " if ordered else "  - ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, lead: str) -> list[str]:
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
    )


def as_markdown(agenda: Agenda, start: time) -> str:
    """Return the agenda for a repository or a wiki."""
    lines = [
        f"# {title(agenda)}",
        "",
        "| time | min | what | how |",
        "|---|---|---|---|",
    ]
    for row in rows(agenda, start):
        cells = [row.begin, str(row.slot.minutes), row.words, row.slot.how]
        told = " | ".join(cell.replace("|", "\\|") for cell in cells)
        lines.append(f"| {told} |")
    lines.append(f"| {rows(agenda, start)[-1].end} | | | |")
    for heading, items, ordered in parts(agenda):
        marks = (f"{n}." if ordered else "-" for n in range(1, len(items) + 1))
        listed = (f"{mark} {item}" for mark, item in zip(marks, items, strict=True))
        lines += ["", f"## {heading}", "", *listed]
    return "\n".join(lines) + "\n"


def as_page(agenda: Agenda, start: time) -> str:
    """Return the agenda as a page to print, which needs nothing else."""
    return page(
        "agenda.html",
        title=title(agenda),
        rows=rows(agenda, start),
        parts=parts(agenda),
        lessons={lesson.name: lesson for lesson in agenda.lessons},
    )
