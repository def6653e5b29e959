"""What Python itself refuses to learner code, and notes that it was tried.

An audit hook (PEP 578): Python calls it before it opens a file, starts a process and so
on, and has no way to remove it. It is the only wall at level ``process``. At the other
levels the kernel's walls are what holds; here the refusal gets its words, and an answer
that catches the error and goes on is found out all the same.
"""

import _thread
import functools
import os
import sys
import threading
from collections.abc import Callable
from types import FrameType

from coursekit.grading.walls.denied import Denied, Note, Refusal
from coursekit.grading.walls.paths import Check, Paths
from coursekit.grading.walls.territory import Territory

_PACKAGE = __name__.rpartition(".")[0]
#: Frequent and harmless: let through before anything else is looked at.
_QUIET = frozenset(
    "compile exec import marshal.loads marshal.load marshal.dumps code.__new__ "
    "object.__getattr__ object.__delattr__ sys._getframe sys._getframemodulename "
    "builtins.id gc.get_objects gc.get_referrers gc.get_referents function.__new__ "
    "pickle.find_class sys.unraisablehook sys.excepthook os.putenv os.unsetenv "
    "mmap.__new__ time.sleep".split()
)
_TAKE_OUT = "Take that out of your answer: it needs nothing but its arguments."
_PROCESS = Refusal("start another process", _TAKE_OUT)
_THREAD = Refusal("start a thread", "An answer has one. Call the function directly.")
_SIGNAL = Refusal("send a signal to another process", _TAKE_OUT)
_LIMIT = Refusal("change the limits it runs under", _TAKE_OUT)
_GUARD = Refusal("change how it is graded", _TAKE_OUT)
_NATIVE = Refusal("call native code", "Use Python, and what your exercise imports.")
_NETWORK = Refusal("reach the network", _TAKE_OUT)
_SYSTEM = Refusal("reach the operating system", _TAKE_OUT)
#: Refused whatever the arguments are; a name without a dot stands for all that have it.
_ALWAYS = {
    **dict.fromkeys(
        "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn "
        "os.startfile os.startfile/2 pty.spawn _posixsubprocess.fork_exec "
        "_winapi.CreateProcess".split(),
        _PROCESS,
    ),
    "os.killpg": _SIGNAL,
    "_winapi.OpenProcess": _SIGNAL,
    "_winapi.TerminateProcess": _SIGNAL,
    "resource.setrlimit": _LIMIT,
    "sys.addaudithook": _GUARD,
    "sys.remote_exec": _GUARD,
    "sqlite3.enable_load_extension": _NATIVE,
    "socket": _NETWORK,
    "ctypes": _NATIVE,
    "winreg": _SYSTEM,
    "syslog": _SYSTEM,
}
_STARTERS = {
    *("start_new_thread", "_start_new_thread", "start_new"),
    *("start_joinable_thread", "_start_joinable_thread"),
}
#: fcntl(2): who gets the signals of a descriptor (F_SETOWN, F_SETSIG, F_SETOWN_EX).
_SIGNAL_OWNERS = (8, 10, 15)


class Watch:
    """The hook: called with every event, it lets the event be or raises `Denied`."""

    def __init__(self, territory: Territory, note: Note) -> None:
        self._territory, self._note, self._pid = territory, note, os.getpid()
        self._search = tuple(os.path.abspath(path) for path in sys.path)  # noqa: PTH100
        self._checks: dict[str, Check] = {
            **{event: _always(refusal) for event, refusal in _ALWAYS.items()},
            **Paths(territory).checks(),
            "_thread.start_new_thread": self._thread,
            "_thread.start_joinable_thread": self._thread,
            "socket.gethostname": _never,
            "os.kill": self._kill,
            "resource.prlimit": _prlimit,
            "fcntl.fcntl": _fcntl,
            "object.__setattr__": _setattr,
        }

    def __call__(self, event: str, arguments: tuple) -> None:
        """Refuse what an answer may not do."""
        if event in _QUIET:
            return
        check = self._checks.get(event) or self._checks.get(event.partition(".")[0])
        refusal = check(event, arguments) if check else None
        if refusal:
            if refusal.counts and not self._by_an_import(arguments):
                self._note.write(str(refusal))
            raise Denied(str(refusal))

    def _kill(self, _: str, arguments: tuple) -> Refusal | None:
        return None if arguments[0] == self._pid else _SIGNAL

    def _thread(self, *_: object) -> Refusal:
        """Refuse a thread; one that a package starts by itself is not the answer's."""
        for frame in _frames():
            file = frame.f_code.co_filename
            if not self._territory.is_library(file):
                return _THREAD
            if "-packages" + os.sep in file:
                return _THREAD._replace(counts=False)
        return _THREAD

    def _by_an_import(self, arguments: tuple) -> bool:
        """Tell whether a package tried it while it was imported, not the answer.

        matplotlib for one starts a program that lists fonts, and does without if need
        be. The import system looks into every folder of ``sys.path``; those that the
        answer put there do not count.
        """
        own = True  # the import system itself, so far
        for frame in _frames():
            file = frame.f_code.co_filename
            if file.startswith("<frozen importlib"):
                return not own or self._is_searched(arguments)
            if not self._territory.is_library(file):
                return False
            own = False
        return False

    def _is_searched(self, arguments: tuple) -> bool:
        path = arguments[0] if arguments else ""
        return isinstance(path, str) and str.startswith(path, self._search)


def _frames() -> list[FrameType]:
    """Return the frames that led here, the innermost first, without the walls' own."""
    found, frame = [], sys._getframe()
    while frame:
        if not frame.f_globals.get("__name__", "").startswith(_PACKAGE + "."):
            found.append(frame)
        frame = frame.f_back
    return found


def _always(refusal: Refusal) -> Check:
    return lambda *_: refusal


def _never(*_: object) -> None:
    """Let an event be whose family is refused."""


def _prlimit(_: str, arguments: tuple) -> Refusal | None:
    return _LIMIT if arguments[-1] is not None else None


def _fcntl(_: str, arguments: tuple) -> Refusal | None:
    return _SIGNAL if arguments[1] in _SIGNAL_OWNERS else None


def _setattr(_: str, arguments: tuple) -> Refusal | None:
    module = getattr(arguments[0], "__module__", "")
    inside = isinstance(module, str) and module.startswith(_PACKAGE)
    return _GUARD if inside else None


def close_in(territory: Territory, note: Note) -> None:
    """Watch this process from now on; what is refused first is written to ``note``."""
    _announce_threads()
    sys.addaudithook(Watch(territory, note))


def _announce_threads() -> None:
    """Have every start of a thread announced, as Python 3.11 does not."""
    for module in (_thread, threading):
        for name in _STARTERS & set(vars(module)):
            setattr(module, name, _announced(getattr(module, name)))


def _announced(start: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(start)
    def announced(*arguments: object, **options: object) -> object:
        sys.audit("_thread.start_new_thread", *arguments)
        return start(*arguments, **options)

    return announced
