"""Where learner code may read and where it may write."""

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Libraries, the linker's list of them and time zones, where a system has them.
SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),
    *("/etc/localtime", "/usr/share/zoneinfo"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
#: This package: the course, with what the answers are compared to.
COURSE = Path(__file__).parents[2]


def real(path: str) -> str:
    """Return where a path leads, all links followed, in the form that is compared."""
    return os.path.normcase(os.path.realpath(path))


def _beneath(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


@dataclass(frozen=True)
class Territory:
    """The files and folders that may be read, and the one folder that may be written.

    ``readable`` and ``files`` (single files, loaded already, so no secret) are kept
    with every link followed. ``hidden`` may lie in ``readable`` and may not be read.
    ``names`` are what else leads to ``readable``: paths with links in them.
    """

    readable: tuple[str, ...]
    names: tuple[str, ...]
    hidden: str
    files: frozenset[str]
    scratch: str

    @classmethod
    def of_python(cls, scratch: Path, more: Iterable[Path] = ()) -> "Territory":
        """Return what this Python may need to read, without the course itself."""
        found = {*SYSTEM, *map(str, more), *_python_folders()}
        loaded = (getattr(m, "__file__", None) for m in [*sys.modules.values()])
        ours = {real(name) for name in loaded if name and _beneath(name, str(COURSE))}
        there = {name for name in found if os.path.exists(name)}  # noqa: PTH110
        readable = _outermost({real(name) for name in there})
        return cls(
            tuple(sorted(readable)),
            tuple(sorted(there - readable)),
            real(str(COURSE)),
            frozenset(ours),
            real(str(scratch)),
        )

    def may_read(self, path: str) -> bool:
        """Tell whether a path, with every link followed, may be read."""
        if _beneath(path, self.scratch) or path in self.files or path in DEVICES:
            return True
        inside = any(_beneath(path, folder) for folder in self.readable)
        return inside and not _beneath(path, self.hidden)

    def may_write(self, path: str) -> bool:
        """Tell whether a path, with every link followed, may be written or removed."""
        return _beneath(path, self.scratch)

    def is_library(self, file: str) -> bool:
        """Tell whether code of this file is Python's own or a package's."""
        known = (*self.readable, *self.names)
        return file.startswith("<frozen ") or any(_beneath(file, f) for f in known)

    def without_hidden(self) -> list[str]:
        """Return ``readable`` in pieces that leave out ``hidden``.

        For walls that can open a whole folder but not close a part of it again.
        """
        pieces: list[str] = []
        todo = list(self.readable)
        while todo:
            folder = todo.pop()
            if folder == self.hidden:
                continue
            if _beneath(self.hidden, folder):
                todo += [str(entry) for entry in Path(folder).iterdir()]
            else:
                pieces.append(folder)
        return sorted(pieces)


def _python_folders() -> set[str]:
    """Return the folders of the standard library and of installed packages."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = {sysconfig.get_path(name) for name in names} | {*site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        found.add(site.getusersitepackages())
    base = Path(sys.base_prefix)
    found |= {str(base / part) for part in ("lib", "lib64", "Lib", "DLLs")}
    return {name for name in found if name}


def _outermost(folders: set[str]) -> set[str]:
    """Return the folders that lie in no other of them."""
    return {
        one
        for one in folders
        if not any(one != other and _beneath(one, other) for other in folders)
    }
