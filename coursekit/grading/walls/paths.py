"""Whether a path that learner code names may be read, written or removed."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from coursekit.grading.walls.denied import Refusal
from coursekit.grading.walls.territory import DEVICES, Territory, real

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_READING = (
    "An answer reads Python's own files and what it wrote itself, nothing else. "
    "Work with the arguments of the function."
)
_WRITING = (
    "An answer writes in its working folder only. "
    "Return the result, or use a file name without a folder."
)
_ANY_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events that name paths: the verb, and where each path and its folder's descriptor
#: are among the event's arguments. Arranging does not follow a link at the end.
_ARRANGING = {
    "os.remove": ("remove", ((0, 1),)),
    "os.rmdir": ("remove", ((0, 1),)),
    "os.mkdir": ("make", ((0, 2),)),
    "os.rename": ("rename", ((0, 2), (1, 3))),
    "os.link": ("link to", ((0, 2), (1, 3))),
    "os.symlink": ("make", ((1, 2),)),
}
_CHANGING = {
    "os.truncate": ("cut", ((0, None),)),
    "os.chmod": ("change the rights of", ((0, 2),)),
    "os.chown": ("change the owner of", ((0, 3),)),
    "os.chflags": ("change the flags of", ((0, None),)),
    "os.utime": ("change the times of", ((0, 3),)),
    "os.setxattr": ("change the attributes of", ((0, None),)),
    "os.removexattr": ("change the attributes of", ((0, None),)),
    "sqlite3.connect": ("open", ((0, None),)),
}

Check = Callable[[str, tuple], Refusal | None]


class Paths:
    """The checks of all events that name files."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._itself = os.path.join("/proc", str(os.getpid()))  # noqa: PTH118

    def checks(self) -> dict[str, Check]:
        """Return the check of every event that names files."""
        looks = dict.fromkeys(("os.listdir", "os.scandir"), self._look)
        changes = dict.fromkeys(_CHANGING | _ARRANGING, self._change)
        return {"open": self._open, **looks, **changes}

    def _open(self, _: str, arguments: tuple) -> Refusal | None:
        path, mode, flags = arguments
        if isinstance(path, int):  # a descriptor that is open already
            return None
        writes = flags & _ANY_WRITE or set(mode or "") & set("wax+")
        return self._written(path, "open") if writes else self._read(path, "open")

    def _look(self, _: str, arguments: tuple) -> Refusal | None:
        return self._read(arguments[0], "list")

    def _read(self, path: object, verb: str) -> Refusal | None:
        found = _where(path, None, follow=True)
        if found is None or self._territory.may_read(found):
            return None
        if found == "/proc" or found.startswith("/proc/"):
            if found == self._itself or found.startswith(self._itself + "/"):
                return None
            return Refusal(f"{verb} {_shown(path)}", _READING, counts=False)
        return Refusal(f"{verb} {_shown(path)}", _READING)

    def _change(self, event: str, arguments: tuple) -> Refusal | None:
        verb, places = (_CHANGING | _ARRANGING)[event]
        if event == "sqlite3.connect" and arguments[0] in (":memory:", ""):
            return None
        for index, folder in places:
            within = None if folder is None else arguments[folder]
            follow = event in _CHANGING
            if refusal := self._written(arguments[index], verb, within, follow):
                return refusal
        return None

    def _written(
        self, path: object, verb: str, within: int | None = None, follow: bool = True
    ) -> Refusal | None:
        found = _where(path, within, follow=follow)
        if found is None or self._territory.may_write(found) or found in DEVICES:
            return None
        return Refusal(f"{verb} {_shown(path)}", _WRITING)


def _exact(path: object) -> str | None:
    """Return a path as a plain string, whatever a subclass pretends; None for none."""
    if isinstance(path, int):
        return None
    path = "." if path is None else os.fspath(path)
    if isinstance(path, bytes):
        path = os.fsdecode(bytes.__getitem__(path, slice(None)))
    return str.__str__(path)


def _shown(path: object) -> str:
    return ascii(_exact(path))[:200]


def _where(path: object, within: int | None, *, follow: bool) -> str | None:
    """Return where a path leads; None for a descriptor, which was checked before.

    ``within`` is the descriptor of the folder that a relative path starts from, -1 or
    None for the working folder.
    """
    name = _exact(path)
    if name is None:
        return None
    if within is not None and within >= 0 and not os.path.isabs(name):  # noqa: PTH117
        folder = _folder_of(within)
        if folder is None:  # no way to tell here: the kernel's walls decide
            return None
        name = os.path.join(folder, name)  # noqa: PTH118
    if follow:
        return real(name)
    folder, last = os.path.split(name.rstrip(os.sep))
    return os.path.join(real(folder or "."), last)  # noqa: PTH118


def _folder_of(descriptor: int) -> str | None:
    """Return the path of an open folder, None where the system does not tell."""
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
    if sys.platform == "darwin":
        with suppress(OSError):
            found = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
            return os.fsdecode(found.rstrip(b"\0"))
    return None
