"""Stop an answer that does not come back, after a time that is told to the learner."""

import contextlib
import ctypes
import linecache
import os
import signal
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

from coursekit.probes.run import OutOfTime

T = TypeVar("T")
VARIABLE, DEFAULT_SECONDS = "COURSEKIT_CHECK_SECONDS", 10.0
#: Seconds between one attempt to stop an answer and the next.
_AGAIN = 0.1
_LIBRARIES = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "platlib")})


class Stopped(OutOfTime):
    """The answer was stopped, by the clock or by the learner.

    `observe` lets it through. ``place`` says where the answer was, in words.
    """

    def __init__(self, place: str = "", *, by_hand: bool = False) -> None:
        super().__init__(place)
        self.place, self.by_hand = place, by_hand


def seconds_allowed() -> tuple[float, str]:
    """Return how long an answer may take, and a note when the setting is unusable.

    Examples
    --------
    >>> seconds_allowed()[0] > 0
    True
    """
    setting = os.environ.get(VARIABLE, "")
    try:
        seconds = float(setting or DEFAULT_SECONDS)
    except ValueError:
        seconds = 0.0
    if 0 < seconds < 1e6:
        return seconds, ""
    return DEFAULT_SECONDS, (
        f"{VARIABLE} must be a number of seconds above 0; got {setting!r}. "
        f"The time limit is {DEFAULT_SECONDS:g} s instead."
    )


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return ``call()``, or stop it after ``seconds`` or at the learner's interrupt.

    Parameters
    ----------
    seconds : float
        Wall time the call may take.
    call : callable without arguments
        Runs in this thread. One long operation in C (a huge matrix product) is only
        stopped when it comes back to Python.

    Returns
    -------
    object
        What ``call`` returned.

    Raises
    ------
    Stopped
        Also when ``call`` swallowed the exception that should have stopped it.
    ValueError
        If ``seconds`` is not positive.
    """
    if not seconds > 0:
        raise ValueError(f"within: seconds must be above 0; got {seconds}.")
    strike = _Strike()
    main = threading.current_thread() is threading.main_thread()
    guard = _in_main_thread if main else _in_other_thread
    try:
        with guard(seconds, strike):
            result = call()
    except BaseException:
        if strike.stopped is None:
            raise
    finally:
        strike.over = True
        sys.settrace(strike.tracer)
    if strike.stopped is not None:
        raise strike.stopped
    return result


class _Strike:
    """Stops the frames of an answer, again and again, until it is over.

    The first strike raises, which ends an ordinary loop and lets it clean up. Code with
    ``except BaseException: pass`` swallows that. So later strikes also trace the frames
    the answer runs in and raise at the next line they begin: the line after ``except``
    is outside its ``try``, and the exception leaves the loop. Every other strike lets
    one line more go by first, because of nested ``try``: some line is outside them all.
    Raising from a trace function turns tracing off, hence a new one at each strike.
    """

    def __init__(self) -> None:
        self.stopped: Stopped | None = None
        self.over = False
        self.tracer = sys.gettrace()
        self.count = self.lines_left = 0

    def note(self, frame: FrameType | None, *, by_hand: bool) -> None:
        """Remember where the first strike met the answer."""
        if self.stopped is None:
            self.stopped = Stopped(_place(frame), by_hand=by_hand)

    def __call__(self, frame: FrameType | None, *, by_hand: bool) -> None:
        """Raise in ``frame``, the one that runs, or at one of its next lines."""
        if self.over:
            return
        self.note(frame, by_hand=by_hand)
        self.count += 1
        if self.count > 1:
            later = self.count % 2
            self.lines_left = self.count // 2 * later
            for theirs in filter(_is_own, _their_frames(frame)):
                theirs.f_trace = self._trace
            sys.settrace(lambda *_: None)
            if later:
                return
        raise Stopped

    def _trace(self, _frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line" and not self.over:
            if self.lines_left <= 0:
                raise Stopped
            self.lines_left -= 1
        return self._trace


def _in_main_thread(
    seconds: float, strike: _Strike
) -> contextlib.AbstractContextManager[None]:
    """Use signals: a timer where there is one, else a thread that interrupts.

    Interrupting the kernel arrives here too, so that it stops a loop which swallows
    KeyboardInterrupt: the learner's strike is followed by ours, as the clock's is.
    Handlers and timer are put back, with the time that is left.
    """
    by_signal = _by_timer if hasattr(signal, "setitimer") else _by_thread
    return by_signal(seconds, strike)


@contextlib.contextmanager
def _by_timer(seconds: float, strike: _Strike) -> Iterator[None]:
    def interrupted(_signal: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)
        strike(frame, by_hand=True)

    def timed_out(_signal: int, frame: FrameType | None) -> None:
        strike(frame, by_hand=False)

    # in this order: an interrupt sets the timer, which must find its own handler
    with (
        _handler(signal.SIGALRM, timed_out),
        _timer(seconds, strike),
        _handler(signal.SIGINT, interrupted),
    ):
        yield


@contextlib.contextmanager
def _by_thread(seconds: float, strike: _Strike) -> Iterator[None]:
    due = threading.Event()

    def interrupted(_signal: int, frame: FrameType | None) -> None:
        strike(frame, by_hand=not due.is_set())

    def interrupt() -> None:
        due.set()
        signal.raise_signal(signal.SIGINT)

    with (
        _handler(signal.SIGINT, interrupted),
        _watchdog(seconds, strike, interrupt),
    ):
        yield


@contextlib.contextmanager
def _in_other_thread(seconds: float, strike: _Strike) -> Iterator[None]:
    """Raise in this thread from a second one; signals only reach the main thread."""
    target = threading.get_ident()

    def interrupt() -> None:
        strike.note(sys._current_frames().get(target), by_hand=False)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(target), ctypes.py_object(Stopped)
        )

    with _watchdog(seconds, strike, interrupt):
        yield


@contextlib.contextmanager
def _handler(which: int, handler: Callable[..., None]) -> Iterator[None]:
    """Answer a signal with ``handler`` for a while; None is a handler set from C."""
    previous = signal.getsignal(which)
    if previous is None:
        yield
        return
    signal.signal(which, handler)
    try:
        yield
    finally:
        signal.signal(which, previous)


@contextlib.contextmanager
def _timer(seconds: float, strike: _Strike) -> Iterator[None]:
    """Let SIGALRM come after ``seconds``, then again and again."""
    # read first: a timer of somebody else's (a test runner's) goes on afterwards
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    start = time.monotonic()
    try:
        yield
    finally:
        strike.over = True
        left = max(left - (time.monotonic() - start), 1e-3) if left else 0.0
        signal.setitimer(signal.ITIMER_REAL, left, interval)


@contextlib.contextmanager
def _watchdog(
    seconds: float, strike: _Strike, interrupt: Callable[[], None]
) -> Iterator[None]:
    """Call ``interrupt`` from a thread after ``seconds``, then again and again.

    After a strike by hand it does not wait for the time to be over.
    """
    done, lock = threading.Event(), threading.Lock()
    end = time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(_AGAIN):
            with lock:
                due = strike.stopped is not None or time.monotonic() > end
                if due and not strike.over:
                    interrupt()

    threading.Thread(target=watch, name="coursekit-watchdog", daemon=True).start()
    try:
        yield
    finally:
        done.set()
        with lock:  # no interrupt is under way when this returns
            strike.over = True


def _their_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of the answer, from the running one out to the first of ours."""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith("coursekit."):
            return
        yield frame
        frame = frame.f_back


def _is_own(frame: FrameType) -> bool:
    """Tell whether a frame runs the learner's code and not a library's."""
    return not frame.f_code.co_filename.startswith(_LIBRARIES)


def _place(frame: FrameType | None) -> str:
    """Say where the answer was: its innermost line that is not in a library."""
    frames = list(_their_frames(frame))
    own = list(filter(_is_own, frames))
    if not own:
        return ""
    code, line = own[0].f_code, own[0].f_lineno
    source = linecache.getline(code.co_filename, line, own[0].f_globals).strip()
    number = line - code.co_firstlineno + 1
    return f"line {number} of {code.co_name}" + (f": `{source[:80]}`" if source else "")
