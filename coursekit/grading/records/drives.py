"""Tell a drive of this computer from one that several computers share."""

import re
import sys
from pathlib import Path

#: Kinds of file system, as Linux names them, on which a write-ahead log is not safe:
#: its index is memory that every reader shares, which ends at this computer.
SHARED = frozenset(
    "9p afs beegfs ceph cifs coda davfs fakeowner glusterfs gpfs lustre ncpfs nfs nfs4 "
    "orangefs prl_fs smb3 smbfs vboxsf virtiofs vmhgfs".split()
)
_REMOTE_DRIVE = 4  # DRIVE_REMOTE of GetDriveTypeW


def shared_drive(folder: Path) -> str:
    """Return what kind of shared drive a folder is on; '' where it is on none.

    Parameters
    ----------
    folder : Path
        A folder that exists. What cannot be found out counts as a drive of this
        computer.
    """
    if sys.platform == "win32":
        return _on_windows(folder)
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        return _kind(folder.resolve(), mounts)
    except OSError:
        return ""


def _kind(folder: Path, mounts: str) -> str:
    """Return the shared kind of what is mounted at the nearest point above a folder."""
    nearest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = Path(_unescaped(fields[4]))
        if folder.is_relative_to(point) and len(point.parts) >= nearest:
            nearest, kind = len(point.parts), after.split(" ")[0]
    return kind if kind in SHARED or kind.startswith("fuse.") else ""


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)


def _on_windows(folder: Path) -> str:
    import ctypes

    drive = folder.resolve().drive
    if drive.startswith("\\\\"):
        return "a network share"
    kind = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined]
    return "a network drive" if kind == _REMOTE_DRIVE else ""
