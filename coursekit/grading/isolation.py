"""Which walls this computer can put around learner code: probed by doing.

Each wall is built in a child process that then tries to get through it. A wall that
could be built but does not hold counts as missing.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """The walls around a submission, best first."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    PROCESS = "process"


@dataclass(frozen=True)
class Availability:
    """Whether a level can be had here; ``why`` says what is missing where it cannot."""

    level: Level
    available: bool
    why: str = ""


# The kernel's constants: linux/sched.h, mount.h, prctl.h, seccomp.h, landlock.h.
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_REC, MS_PRIVATE, MNT_DETACH = 1, 1 << 14, 1 << 18, 2
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
BPF_LOAD, BPF_JUMP_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446
LANDLOCK_ACCESS_FS_WRITE_FILE, LANDLOCK_ACCESS_FS_MAKE = 1 << 1, 1 << 8
#: The number of socket(2), which is not the same on every processor.
SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198, "ppc64le": 326, "s390x": 359}


def probe_levels() -> list[Availability]:
    """Return every level, best first, and whether it holds on this computer.

    Examples
    --------
    >>> [found.level.value for found in probe_levels()]
    ['namespaces', 'landlock', 'process']
    >>> probe_levels()[-1].available
    True
    """
    process = Availability(Level.PROCESS, True)
    return [_tried(Level.NAMESPACES), _tried(Level.LANDLOCK), process]


def available_levels() -> list[Level]:
    """Return the levels that hold on this computer, best first."""
    return [found.level for found in probe_levels() if found.available]


def _tried(level: Level) -> Availability:
    """Build the walls of ``level`` in a child process and report how it went."""
    if sys.platform != "linux":
        return Availability(level, False, "only Linux has it")
    command = [sys.executable, "-I", str(Path(__file__).resolve()), level]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Availability(level, False, str(error))
    lines = (child.stdout.strip() or child.stderr.strip() or "died").splitlines()
    return Availability(
        level, child.returncode == 0, "" if lines == ["ok"] else lines[-1]
    )


def _checked(result: int, what: str) -> int:
    """Return the result of a call into libc, or raise the error it left."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _refused(attempt: Callable[[], object], what: str, *numbers: int) -> None:
    """Do what the wall should stop; raise if it was not stopped in the way expected."""
    try:
        attempt()
    except OSError as error:
        if error.errno in numbers:
            return
        raise
    raise OSError(errno.EPERM, f"{what} was still possible")


def _write_below(folder: str) -> None:
    (Path(folder) / "probe").write_text("through")


def _try_namespaces() -> None:
    """Enter all six namespaces and see what is left of the world outside."""
    libc, user, group = ctypes.CDLL(None, use_errno=True), os.geteuid(), os.getegid()
    rest = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    _checked(libc.unshare(CLONE_NEWUSER | rest), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    if child := os.fork():  # only children are in the new process namespace
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    if os.getpid() != 1:
        raise OSError(errno.EPERM, "the process namespace did not hold")
    private = libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    _checked(private, "making mounts private")
    with tempfile.TemporaryDirectory(prefix="walls-") as folder:
        mounted = libc.mount(b"none", folder.encode(), b"tmpfs", MS_RDONLY, None)
        _checked(mounted, "mounting a read-only folder")
        _refused(lambda: _write_below(folder), "writing", errno.EROFS)
        _checked(libc.umount2(folder.encode(), MNT_DETACH), "unmounting")
    _refused(_reach_out, "reaching the network", errno.ENETUNREACH)
    _forbid_sockets(libc)


def _try_landlock() -> None:
    """Forbid this process to write files and to open sockets, then try both."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    with tempfile.TemporaryDirectory(prefix="walls-") as folder:
        child = os.fork()  # the parent stays free to remove the folder
        if child == 0:
            _forbid_writing(libc)
            _refused(lambda: _write_below(folder), "writing", errno.EACCES)
            _forbid_sockets(libc)
            return
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(status)


def _forbid_writing(libc: ctypes.CDLL) -> None:
    """Put a Landlock rule on this process under which no file can be written."""
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    handled = struct.pack("Q", LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE)
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, handled, len(handled), 0)
    _checked(rules, "landlock")
    _checked(libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0), "landlock")


def _forbid_sockets(libc: ctypes.CDLL) -> None:
    """Put a seccomp filter on this process under which no socket can be made."""
    number = SOCKET.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, f"no system call table for {platform.machine()}")
    program = [
        (BPF_LOAD, 0, 0, 0),  # the number of the system call
        (BPF_JUMP_EQUAL, 0, 1, number),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EPERM),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("HBBI", *p) for p in program)
    )
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    filtered = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0)
    _checked(filtered, "seccomp")
    _refused(_reach_out, "making a socket", errno.EPERM)


def _reach_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("192.0.2.1", 9))  # an address that belongs to nobody (RFC 5737)


def _main(level: str) -> int:
    """Try one level in this process, which is spoilt by it."""
    attempt = {Level.NAMESPACES: _try_namespaces, Level.LANDLOCK: _try_landlock}
    try:
        attempt[Level(level)]()
    except OSError as error:
        sys.stdout.write(f"{error.strerror or error}\n")
        return 1
    sys.stdout.write("ok\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
