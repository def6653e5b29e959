"""One way to make a system call: by name, with the error raised."""

import ctypes
import os
from functools import cache

from coursekit.grading.walls.numbers import numbers


@cache
def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def call(name: str, *arguments: int | bytes | ctypes.Array) -> int:
    """Make the system call ``name`` and return its result.

    Integers are passed as they are, bytes and arrays by their address; Python ends
    bytes with a NUL. Works on Linux alone.

    Raises
    ------
    OSError
        With the kernel's error number, when the call fails.

    Examples
    --------
    >>> import os
    >>> call("getpid") == os.getpid()  # doctest: +SKIP
    True
    """
    plain = (ctypes.c_long(x) if isinstance(x, int) else x for x in arguments)
    result = _libc().syscall(ctypes.c_long(numbers()[name]), *plain)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h


def die_with_parent(signal: int) -> None:
    """Have the kernel send ``signal`` to this process when its parent dies."""
    call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)


def stay_closed() -> None:
    """Forbid this process to gain rights by exec, to dump core and to be traced."""
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every right of root that this process still has."""
    header = _CAPABILITY_VERSION_3.to_bytes(4, "little") + bytes(4)
    call("capset", header, bytes(24))
