"""What a lesson says to instructors, read from its notebook."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TITLE = re.compile(r"^# (?:\d+\W+)?(?P<title>.+)$", re.M)
MINUTES = re.compile(r"\*\*(\d+) min alone · (\d+) min in a workshop\*\*")
#: ``**You will** guess …``: a paragraph of the header card.
CARD = re.compile(r"^\*\*(?P<name>You \w+)\*\* (?P<text>.+?)(?=\n\n|\Z)", re.M | re.S)
#: ``*Timing (45 min):* sections 1 to 3, 12 min; …``: a part of the instructor cell.
NOTE = re.compile(
    r"\*(?P<name>[A-Z][^*:]+):\*\s*(?P<text>.+?)(?=\s\*[A-Z][^*:]+:\*|\Z)", re.S
)
#: ``sections 1 to 3, 12 min, on the blackboard``: one piece of the timing.
PIECE = re.compile(r"(?P<what>.+?),? (?P<minutes>\d+) min\b[,:]?\s*(?P<how>.*)", re.S)
SECTION = re.compile(r"^## (?P<number>\d+) · (?P<title>.+)$", re.M)
#: Parts of an instructor cell, as they are headed; the first has two names.
WHY, OUTCOMES, TIMING = "Why we teach this", "Learning outcomes", "Timing"
PREPARING, QUESTIONS, PITFALLS = (
    "Preparing",
    "Questions you will get",
    "Typical pitfalls",
)


@dataclass(frozen=True)
class Part:
    """One piece of a lesson's timing: what, for how many minutes, and how."""

    what: str
    minutes: int
    how: str = ""


@dataclass(frozen=True)
class Lesson:
    """One lesson as an instructor sees it.

    ``outcomes`` is a whole sentence, which says whose they are. ``notes`` maps the
    parts of its instructor cell to their text; ``parts`` is the timing taken apart,
    whose minutes add up to ``workshop``; ``advice`` is what the timing says beside it
    ("Leave section 10 to the exercise."). ``long`` are the ids of cells that run for up
    to a minute.
    """

    name: str
    title: str
    alone: int
    workshop: int
    outcomes: str
    needs: str
    notes: Mapping[str, str]
    parts: tuple[Part, ...]
    advice: str
    sections: tuple[str, ...]
    explorers: int
    long: tuple[str, ...]

    @property
    def number(self) -> str:
        """Such as "07"."""
        return self.name.partition("_")[0]


class LessonError(Exception):
    """A lesson does not say what an agenda or a guide needs; the message says what."""


def read_lesson(path: Path) -> Lesson:
    """Return what the notebook of a lesson says about itself.

    Raises
    ------
    LessonError
        If it cannot be read, or has no title or no line with its minutes.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [(_tags(cell), "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LessonError(
            f"{path} cannot be read as a notebook ({error}). In a clone, run "
            "'coursekit build'; otherwise install the course again."
        ) from error
    shown = "\n\n".join(text for tags, text in texts if "instructor" not in tags)
    title, minutes = TITLE.search(shown), MINUTES.search(shown)
    if title is None or minutes is None:
        raise LessonError(
            f"{path.name}: its first cell must have a title, '# Title', and the line "
            "'**70 min alone · 45 min in a workshop**'."
        )
    alone, workshop = map(int, minutes.groups())
    card = {found["name"]: _one_line(found["text"]) for found in CARD.finditer(shown)}
    notes = dict(_notes(text for tags, text in texts if "instructor" in tags))
    parts, advice = _timing(notes.get(TIMING, ""), workshop)
    return Lesson(
        name=path.stem,
        title=title["title"].strip(),
        alone=alone,
        workshop=workshop,
        outcomes=notes.get(OUTCOMES) or _promised(card),
        needs=card.get("You need", ""),
        notes=notes,
        parts=parts,
        advice=advice,
        sections=tuple(found["title"] for found in SECTION.finditer(shown)),
        explorers=sum("explorer" in tags for tags, _ in texts),
        long=tuple(c.get("id", "") for c in cells if "long" in _tags(c)),
    )


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _promised(card: Mapping[str, str]) -> str:
    """Return what the header card promises, as a sentence of its own."""
    return f"You will {card['You will']}" if "You will" in card else ""


def _notes(texts: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts of the instructor cells: heading without minutes, text."""
    for text in texts:
        for found in NOTE.finditer(text):
            name = re.sub(r"\s*\(.*\)$", "", found["name"])
            text = _one_line(found["text"])
            yield name, text[:1].upper() + text[1:] if name != TIMING else text


def _timing(text: str, workshop: int) -> tuple[tuple[Part, ...], str]:
    """Take a timing apart; one piece for all where its minutes do not add up."""
    pieces = [piece.strip() for piece in text.split(";")] if text else []
    advice = ""
    if pieces:
        pieces[-1], _, advice = pieces[-1].partition(". ")
    found = [PIECE.fullmatch(piece.rstrip(".")) for piece in pieces]
    parts = tuple(
        Part(_named(one["what"]), int(one["minutes"]), one["how"].strip())
        for one in found
        if one is not None
    )
    if sum(part.minutes for part in parts) != workshop:
        return (Part("the lesson", workshop),), text
    return parts, advice


def _named(what: str) -> str:
    """Say "section" where the notes have only its number.

    Examples
    --------
    >>> _named("6 and 7"), _named("8"), _named("3 and the explorer"), _named("ledger")
    ('sections 6 and 7', 'section 8', 'section 3 and the explorer', 'ledger')
    """
    if not what[:1].isdigit():
        return what
    several = re.match(r"\d+ (?:and|to) \d", what)
    return f"{'sections' if several else 'section'} {what}"
