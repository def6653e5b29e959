"""Landlock: the kernel's own list of the files that learner code may open.

Works without any right of root. What is not on the list can be neither read nor
written; chmod, chown and times are not Landlock's, so the seccomp filter refuses them.
"""

import os
import struct
from collections.abc import Iterable

from coursekit.grading.walls.syscalls import call

# linux/landlock.h: what can be done with a file, one bit each, by the version (ABI) of
# Landlock that first knew it.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SYM, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15
_EVERYTHING = ((1, (1 << 13) - 1), (2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
_BIND_AND_CONNECT, _NET_ABI = 0b11, 4  # TCP
_ABSTRACT_SOCKETS_AND_SIGNALS, _SCOPE_ABI = 0b11, 6
_PATH_BENEATH, _VERSION = 1, 1

_READ = _READ_FILE | _READ_DIR
_WRITE = _WRITE_FILE | _TRUNCATE
_ARRANGE = _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER
_FOR_FILES = _EXECUTE | _WRITE | _READ_FILE | _IOCTL_DEV


def version() -> int:
    """Return which version of Landlock the kernel has, 0 for none."""
    try:
        return call("landlock_create_ruleset", 0, 0, _VERSION)
    except OSError:
        return 0


class Ruleset:
    """What may be opened, as the kernel keeps it; nothing at first.

    Raises
    ------
    OSError
        When the kernel has no Landlock, or it is switched off.
    """

    def __init__(self) -> None:
        abi = version()
        if not abi:
            raise OSError("this kernel has no Landlock, or it is switched off")
        self._known = sum(access for since, access in _EVERYTHING if since <= abi)
        network = _BIND_AND_CONNECT if abi >= _NET_ABI else 0
        scope = _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= _SCOPE_ABI else 0
        words = (self._known, network, scope)
        words = words[: 3 if abi >= _SCOPE_ABI else 2 if abi >= _NET_ABI else 1]
        attributes = struct.pack(f"={len(words)}Q", *words)
        self.descriptor = call(
            "landlock_create_ruleset", attributes, len(attributes), 0
        )

    def may_read(self, paths: Iterable[str]) -> None:
        """Let files and whole folders be read; what is not there is left out."""
        for path in paths:
            self._allow(path, _READ)

    def may_write(self, paths: Iterable[str]) -> None:
        """Let single files be read and written: devices such as /dev/null."""
        for path in paths:
            self._allow(path, _READ | _WRITE)

    def may_fill(self, folder: str) -> None:
        """Let a folder be read, written and arranged, with all that will be in it."""
        self._allow(folder, _READ | _WRITE | _ARRANGE)

    def _allow(self, path: str, access: int) -> None:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            folder = os.path.isdir(path)  # noqa: PTH112  (once a path, in every child)
            access &= self._known if folder else self._known & _FOR_FILES
            rule = struct.pack("=Qi", access, opened)
            call("landlock_add_rule", self.descriptor, _PATH_BENEATH, rule, 0)
        finally:
            os.close(opened)

    def close_in(self) -> None:
        """Put the rules on this process; they cannot be taken off again."""
        call("landlock_restrict_self", self.descriptor, 0)

    def close(self) -> None:
        """Give the descriptor back; processes that are closed in stay so."""
        os.close(self.descriptor)
