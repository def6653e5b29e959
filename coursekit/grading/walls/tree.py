"""A file system with nothing in it but what Python needs, read-only."""

import os
import struct
from pathlib import Path

from coursekit.grading.walls.scratch import (
    MNT_DETACH,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
)
from coursekit.grading.walls.syscalls import call
from coursekit.grading.walls.territory import DEVICES, Territory

# linux/mount.h, linux/fcntl.h
_MS_RDONLY, _MS_REC, _MS_PRIVATE = 1, 1 << 14, 1 << 18
_OPEN_TREE_CLONE, _MOVE_FROM_DESCRIPTOR = 1, 4
_AT_FDCWD, _AT_RECURSIVE, _AT_EMPTY_PATH = -100, 0x8000, 0x1000
_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8  # MOUNT_ATTR_...
#: Where the new tree is put together: a folder that surely exists, about to vanish.
_SITE = Path("/proc")


def enter(territory: Territory, around: Path) -> None:
    """Make ``territory`` all that this process sees of the file system.

    ``around`` becomes an empty folder in which a scratch folder, empty as well, waits
    for something to be mounted on it. Needs a mount namespace and the right to mount.
    """
    call("mount", b"none", b"/", 0, _MS_REC | _MS_PRIVATE, 0)
    plain = _NOSUID | _NODEV | _RDONLY
    pieces = {path: _copied(path, plain) for path in territory.readable}
    pieces |= {
        path: _copied(path, _NOSUID | _NOEXEC | _RDONLY)
        for path in DEVICES
        if Path(path).exists()
    }
    _mount_empty(_SITE, MS_NOSUID | MS_NODEV)
    for path, piece in pieces.items():
        _put(piece, path)
    _hide(territory.hidden)
    _link(territory.names)
    _inside(around / "scratch").mkdir(parents=True)
    os.chdir(_SITE)
    call("pivot_root", b".", b".")  # the old root now lies on top of the new one
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")
    _set_attributes(_AT_FDCWD, b"/", 0, plain | _NOEXEC)


def _inside(path: str | Path) -> Path:
    """Return where a path of the new tree lies while it is put together."""
    return _SITE / str(path).lstrip("/")


def _copied(path: str, attributes: int) -> int:
    """Return a descriptor of a detached copy of the mounts from ``path`` on."""
    flags = _OPEN_TREE_CLONE | os.O_CLOEXEC | _AT_RECURSIVE
    piece = call("open_tree", _AT_FDCWD, os.fsencode(path), flags)
    _set_attributes(piece, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, attributes)
    return piece


def _set_attributes(where: int, path: bytes, flags: int, attributes: int) -> None:
    wanted = struct.pack("=4Q", attributes, 0, 0, 0)
    call("mount_setattr", where, path, flags, wanted, len(wanted))


def _mount_empty(place: Path, flags: int) -> None:
    call("mount", b"none", bytes(place), b"tmpfs", flags, b"mode=755")


def _put(piece: int, path: str) -> None:
    """Put a detached copy at its place in the new tree."""
    place = _inside(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    if Path(path).is_dir():
        place.mkdir(exist_ok=True)
    else:
        place.touch()
    call("move_mount", piece, b"", _AT_FDCWD, bytes(place), _MOVE_FROM_DESCRIPTOR)
    os.close(piece)


def _hide(path: str) -> None:
    """Cover a folder of the new tree with an empty one."""
    if _inside(path).is_dir():
        _mount_empty(_inside(path), MS_NOSUID | MS_NODEV | MS_NOEXEC | _MS_RDONLY)


def _link(names: tuple[str, ...]) -> None:
    """Make the other names of what is there: links, as in the tree outside."""
    for name in names:
        place = _inside(name)
        if not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(os.path.realpath(name))
