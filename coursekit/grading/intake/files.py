"""Open what was handed in: regular files only, no link followed, nothing waited for."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from coursekit.grading.intake.reading import MOST_BYTES, Refused, too_large
from coursekit.grading.reasons import Reason

#: Not every system has all of these; what it lacks, it has no use for.
_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)
#: Windows marks by this bit what stands for another file: links and junctions. Files
#: that OneDrive keeps elsewhere have a tag without it, and are files.
_STANDS_FOR_ANOTHER = 0x20000000
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def is_link(found: os.stat_result) -> bool:
    """Tell whether a file is only the name of another: a link, or a junction."""
    tag = getattr(found, "st_reparse_tag", 0)
    return stat.S_ISLNK(found.st_mode) or bool(tag & _STANDS_FOR_ANOTHER)


def objection_to(found: os.stat_result) -> str:
    """Say why something is no file that could be read; nothing where it is one."""
    if is_link(found):
        return "it is a link; links are not followed. Hand in the file itself."
    if stat.S_ISREG(found.st_mode):
        return ""
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "of an unknown kind")
    return f"it is {kind}, not a file. Hand in the .ipynb file that JupyterLab saves."


def unreadable_here(error: OSError) -> Refused:
    """Return the refusal of what this computer cannot read: no learner's fault."""
    if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
        advice = "Hand in the .ipynb file itself, under a short name."
        return Refused(Reason.FILE_REJECTED, f"{_said(error)}. {advice}")
    return Refused(
        Reason.GRADER_ERROR,
        f"it cannot be read here: {_said(error)}. See to it that you may read it, and "
        "grade again.",
    )


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; the caller closes it.

    What it is is asked before it is opened, since opening a device may already do
    something, and once more of what was opened.

    Raises
    ------
    Refused
        FILE_REJECTED for anything but a regular file, GRADER_ERROR where this computer
        cannot read it.
    """
    try:
        _demand_regular(path.lstat())
        file = os.fdopen(os.open(path, _FLAGS), "rb")
    except OSError as error:
        raise unreadable_here(error) from None
    try:
        _demand_regular(os.fstat(file.fileno()))
    except BaseException:
        file.close()
        raise
    return file


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file, at most `MOST_BYTES`.

    Raises
    ------
    Refused
        As `open_regular`, and FILE_REJECTED for a file that is larger.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MOST_BYTES:
            raise too_large(size)
        try:
            data = file.read(size + 1)
        except OSError as error:
            raise unreadable_here(error) from None
    if len(data) > size:
        raise Refused(
            Reason.FILE_REJECTED,
            f"it grew beyond its {size} bytes while it was read. Hand in a file that "
            "nothing writes to.",
        )
    return data


def _demand_regular(found: os.stat_result) -> None:
    objection = objection_to(found)
    if objection:
        raise Refused(Reason.FILE_REJECTED, objection)


def _said(error: OSError) -> str:
    return error.strerror or type(error).__name__
