"""Namespaces of the kernel: a world without the other processes, files and networks."""

import os
from pathlib import Path

from coursekit.grading.walls.syscalls import call

# linux/sched.h
_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000


def enter() -> None:
    """Enter new user, mount, network, IPC and host name namespaces.

    Children will be in a new process namespace too, this process stays in its own. The
    user stays who they are, with every right of root over the new namespaces alone.
    Where user namespaces are forbidden, root does without.

    Raises
    ------
    OSError
        When the kernel refuses: user namespaces are forbidden here, or this process
        has more than one thread.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        call("unshare", _NEWUSER)
    except OSError:
        if user != 0:
            raise
    else:
        itself = Path("/proc/self")
        (itself / "setgroups").write_bytes(b"deny")
        (itself / "uid_map").write_bytes(b"%d %d 1" % (user, user))
        (itself / "gid_map").write_bytes(b"%d %d 1" % (group, group))
    call("unshare", _NEWNS | _NEWNET | _NEWIPC | _NEWUTS | _NEWPID)
