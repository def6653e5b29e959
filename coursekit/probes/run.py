"""Call a probe on every case and bring back outcomes, whatever the answer does."""

import contextlib
import io
import linecache
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, TracebackType
from typing import Any

import numpy as np

from coursekit.probes.outcome import Observed, Outcome, Raised
from coursekit.probes.plain import LONGEST, class_name, plain

Probe = Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]

#: Characters kept of what one call prints, and how many it may print.
PRINTED, MOST_PRINTED = 2000, 1 << 20


class OutOfTime(BaseException):
    """Raised by a timer of ours while an answer runs; `observe` lets it through."""


class TooMuchPrinted(BaseException):
    """An answer printed more than `MOST_PRINTED` characters in one call."""


class Bounded(io.TextIOBase):
    """A text stream that keeps the first `PRINTED` characters and drops the rest.

    Beyond `MOST_PRINTED` it raises `TooMuchPrinted`: a loop that prints without end
    would go on for as long as it is let.
    """

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.room, self.left = PRINTED, MOST_PRINTED

    def writable(self) -> bool:
        """Return True: that is what ``print`` asks for."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if self.room > 0:
            self.kept.append(text[: self.room])
        self.room -= len(text)
        self.left -= len(text)
        self.check()
        return len(text)

    def check(self) -> None:
        """Raise `TooMuchPrinted` if too much was; `write` has, but may go unheard."""
        if self.left < 0:
            raise TooMuchPrinted(
                f"It printed more than {MOST_PRINTED:,} characters in one call; a few "
                "lines are expected. Is there a print in a loop that does not end?"
            )

    def text(self) -> str:
        """Return what was kept, and say so where that is not all."""
        return "".join(self.kept) + ("\n[cut here]" if self.room < 0 else "")


@contextlib.contextmanager
def quiet(stream: Bounded) -> Iterator[None]:
    """Catch prints; leave warnings and NumPy's error state as they were."""
    with (
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def observe(probe: Probe, answer: Any, inputs: Mapping[str, Any]) -> Outcome:
    """Call ``probe(answer, inputs)`` once and return what happened as plain data.

    Parameters
    ----------
    probe : callable
        Calls the answer and returns what it saw, by name.
    answer : object
        What the learner wrote: usually a function.
    inputs : mapping
        The case's inputs; the probe gets copies of the arrays, so that cases can be
        used again.

    Returns
    -------
    Observed or Raised
        Everything an answer raises becomes `Raised`, ``SystemExit`` and
        ``KeyboardInterrupt`` among them.

    Raises
    ------
    OutOfTime
        If a timer of ours went off: that is not the answer's doing.

    Examples
    --------
    >>> observe(lambda answer, inputs: {"y": answer(inputs["x"])}, abs, {"x": -2})
    Observed(values={'y': 2}, printed='')
    """
    printed = Bounded()
    try:
        with quiet(printed):
            arrays = {
                n: v.copy() for n, v in inputs.items() if isinstance(v, np.ndarray)
            }
            seen = probe(answer, {**inputs, **arrays})
            values = {name: plain(value) for name, value in seen.items()}
        printed.check()
    except OutOfTime:
        raise
    except BaseException as error:
        return describe(error, answer, printed.text())
    return Observed(values, printed.text())


def observe_all(
    probe: Probe, answer: Any, cases: Mapping[str, Mapping[str, Any]]
) -> dict[str, Outcome]:
    """Return the outcome of every case by name; ``cases`` holds inputs by name."""
    return {name: observe(probe, answer, inputs) for name, inputs in cases.items()}


def describe(error: BaseException, answer: Any, printed: str = "") -> Raised:
    """Describe an exception by strings alone, with its place inside the answer."""
    try:
        message = str.__getitem__(str(error), slice(LONGEST))
    except OutOfTime:
        raise
    except BaseException:  # the learner's own exception class may do anything
        message = "(its message could not be read)"
    bases = type.__dict__["__mro__"].__get__(type(error))[1:-1]
    line, source = _place(error.__traceback__, answer)
    return Raised(
        type_name=class_name(type(error)),
        message=message,
        line=line,
        source_line=source,
        printed=printed,
        bases=tuple(map(class_name, bases[:20])),
    )


def _place(trace: TracebackType | None, answer: Any) -> tuple[int | None, str]:
    """Return line (from 1) and text of the answer's innermost frame in ``trace``."""
    firsts = {code: code.co_firstlineno for code in codes_of(answer)}
    line, source = None, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code in firsts:
            line = trace.tb_lineno - min(firsts.values()) + 1
            text = linecache.getline(code.co_filename, trace.tb_lineno)
            source = text.strip()[:200]
        trace = trace.tb_next
    return line, source


def codes_of(answer: Any) -> Iterator[CodeType]:
    """Yield the code of a function, or of a class's methods, and all nested in it."""
    members = vars(answer).values() if isinstance(answer, type) else [answer]
    waiting = [getattr(member, "__code__", None) for member in members]
    while waiting:
        code = waiting.pop()
        if isinstance(code, CodeType):
            yield code
            waiting.extend(code.co_consts)
