"""What a child has said so far, checked against what it can have to say."""

import math
from enum import Enum, auto
from typing import Any, NamedTuple

from coursekit.grading.worker.child import HOW, MAX_NOTE, MAX_NOTES, Visit
from coursekit.grading.worker.frames import ProtocolViolation, Splitter, decode
from coursekit.grading.worker.messages import Agenda, read_outcome
from coursekit.probes.outcome import Outcome, Raised

#: What follows the name in each message; what an outcome or an exception is made of is
#: checked where it is read.
_FORMS: dict[str, tuple[type, ...]] = {
    "ready": (),
    "beside": (int,),
    "note": (int, str),
    "load": (int,),
    "call": (int,),
    "outcome": (int, int, list),
    "end": (int, str, str, object, float, float),
    "denied": (str,),
    "done": (),
}


class Part(Enum):
    """What a child is doing."""

    START = auto()
    BESIDE = auto()
    LOAD = auto()
    CALL = auto()
    BETWEEN = auto()
    DONE = auto()


class Stage(NamedTuple):
    """What a child is doing, and to which cell or task."""

    part: Part
    at: int = -1


class End(NamedTuple):
    """How a task ended, in the child's words."""

    how: str
    text: str
    raised: Raised | None
    cpu: float
    wall: float


class Transcript:
    """Listens to one child.

    A child can say nothing but what comes next: cells and tasks in their order, each
    case once. So it can leave out, but not put in, and there is nothing to forge.

    Parameters
    ----------
    agenda : Agenda
        What there is to do.
    visit : Visit
        Where the child was told to begin.
    room : int
        Bytes that all it says may have.
    """

    def __init__(self, agenda: Agenda, visit: Visit, room: int) -> None:
        self.agenda = agenda
        self.stage, self.over, self.denied = Stage(Part.START), False, ""
        self.next = visit.first
        self.outcomes: dict[int, list[Outcome]] = {}
        self.ends: dict[int, End] = {}
        self.notes: list[tuple[int, str]] = []
        self.splitter = Splitter(room)

    def hear(self, data: bytes) -> None:
        """Take in what came out of the pipe.

        Raises
        ------
        ProtocolViolation
            At anything that is not what a child says.
        """
        for body in self.splitter.feed(data):
            _check(not self.over)
            message = decode(body)
            kind, *parts = message if isinstance(message, list) and message else [None]
            if not isinstance(kind, str) or kind not in _FORMS:
                raise ProtocolViolation("there is no such message")
            if not _fits(parts, _FORMS[kind]):
                raise ProtocolViolation("a message has another form")
            getattr(self, f"_on_{kind}")(*parts)

    def _on_ready(self) -> None:
        _check(self.stage.part is Part.START)
        self.stage = Stage(Part.BETWEEN)

    def _on_beside(self, at: int) -> None:
        before = self.stage.at if self.stage.part is Part.BESIDE else -1
        _check(self.stage.part in (Part.BESIDE, Part.BETWEEN) and not self.ends)
        _check(before < at < self.agenda.beside)
        self.stage = Stage(Part.BESIDE, at)

    def _on_note(self, at: int, text: str) -> None:
        _check(-1 <= at < len(self.agenda.tasks))
        _check(len(text) <= MAX_NOTE and len(self.notes) < MAX_NOTES)
        self.notes.append((at, text))

    def _on_load(self, at: int) -> None:
        _check(self.stage.part in (Part.BESIDE, Part.BETWEEN) and at == self.next)
        _check(at < len(self.agenda.tasks))
        self.stage, self.outcomes[at] = Stage(Part.LOAD, at), []

    def _on_call(self, at: int) -> None:
        _check(self.stage == Stage(Part.LOAD, at))
        self.stage = Stage(Part.CALL, at)

    def _on_outcome(self, at: int, number: int, told: list[Any]) -> None:
        _check(self.stage == Stage(Part.CALL, at))
        _check(number == len(self.outcomes[at]) < len(self.agenda.cases[at]))
        self.outcomes[at].append(read_outcome(told))

    def _on_end(self, at: int, how: str, text: str, told: Any, *spent: float) -> None:
        _check(self.stage.part in (Part.LOAD, Part.CALL) and self.stage.at == at)
        _check(how in HOW and all(0 <= time < math.inf for time in spent))
        whole = len(self.outcomes[at]) == len(self.agenda.cases[at])
        _check(how != "called" or (whole and self.stage.part is Part.CALL))
        raised = None if told is None else read_outcome(told)
        _check(raised is None or isinstance(raised, Raised))
        _check((raised is not None) == (how in ("broken", "syntax")))
        self.ends[at] = End(how, text, raised, *spent)
        self.stage, self.next = Stage(Part.BETWEEN), at + 1

    def _on_denied(self, text: str) -> None:
        _check(len(text) <= MAX_NOTE)
        _check(self.stage.part in (Part.BESIDE, Part.LOAD, Part.CALL))
        self.over, self.denied = True, text

    def _on_done(self) -> None:
        _check(self.stage.part in (Part.BESIDE, Part.BETWEEN))
        _check(self.next == len(self.agenda.tasks) and self.splitter.clean)
        self.stage, self.over = Stage(Part.DONE), True


def _fits(parts: list[Any], form: tuple[type, ...]) -> bool:
    """Tell whether parts are of exactly the types in a form; object is any."""
    return len(parts) == len(form) and all(
        kind is object or type(part) is kind
        for part, kind in zip(parts, form, strict=True)
    )


def _check(holds: bool) -> None:
    if not holds:
        raise ProtocolViolation("a message comes out of turn")
