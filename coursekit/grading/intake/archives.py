"""Read the notebooks in a zip archive without unpacking it and without trusting it.

The table of contents is read with `zipfile`, under limits; the members are inflated
here, because `zipfile` stops at the size that the table claims and so hides a lie.
Nothing is written to disk, so that a name can lead nowhere; one that would is refused
all the same, since it tells of an archive that was made to do harm.
"""

import calendar
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from coursekit.grading.intake.entries import (
    ARCHIVED,
    Entry,
    is_archive,
    is_notebook,
    is_passed_over,
)
from coursekit.grading.intake.files import open_regular
from coursekit.grading.intake.folders import MOST_LEVELS
from coursekit.grading.intake.reading import MOST_BYTES, Refused, too_large
from coursekit.grading.reasons import Reason

#: How many members an archive may have, how long its table of contents may be, and how
#: much its notebooks may hold together, in bytes: 1000 learners with nine exercises of
#: 60 kB are 9000 members and half a GB.
MOST_MEMBERS, MOST_TABLE, MOST_TOTAL = 50_000, 16 * 2**20, 8 * 2**30
#: How many times its packed size a member may have, once it is over `SMALL` bytes.
#: Notebooks are packed 3 to 20 times smaller; zeros, 1000 times.
MOST_RATIO, SMALL = 200, 2**20
MOST_NAME = 1024
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_PIECE = 2**16
_HEADER = struct.Struct("<4s5H3L2H")
_DRIVE = re.compile(r"[A-Za-z]:")
_AGAIN = "Pack the archive again with what your system brings, and hand that in."
_WHAT_ZIPFILE_RAISES = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    RuntimeError,
    struct.error,
)


@dataclass(frozen=True)
class _Member:
    """What the table of contents says of a member; every word of it is checked."""

    offset: int
    packed: int
    size: int
    crc: int
    deflated: bool
    name: bytes


class _Limited:
    """A file that `zipfile` reads the table of contents from: never much at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._end = file, os.fstat(file.fileno()).st_size
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        """Say yes; `zipfile` asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes; refuse to read more than a table may have."""
        left = max(0, self._end - self.tell())
        size = left if size < 0 else min(size, left)
        if size > MOST_TABLE:
            raise _rejected(
                f"its table of contents would have {size >> 20} MB. {_AGAIN}"
            )
        data = self._file.read(size)
        if data.count(b"PK\1\2") > MOST_MEMBERS:
            raise _rejected(
                f"it has more than {MOST_MEMBERS} members. Pack the notebooks alone."
            )
        return data


def members(path: Path) -> list[Entry]:
    """Return what is in a zip archive, each member to be read when it is wanted.

    Parameters
    ----------
    path : Path
        The archive. Members are read from it later, so it must stay where it is.

    Returns
    -------
    list of Entry
        In the archive's order; what may not be read says so.

    Raises
    ------
    Refused
        FILE_REJECTED where the archive is none, is damaged, or holds too much.
    """
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(_Limited(file)) as archive:  # type: ignore[arg-type]
                found = archive.infolist()
        except _WHAT_ZIPFILE_RAISES as error:
            what = f"it is no zip archive, or a damaged one ({str(error)[:60]!a})"
            raise _rejected(f"{what}. {_AGAIN}") from None
    entries = list(_entries(path, found))
    total = sum(
        info.file_size
        for info in found
        if is_notebook(_decoded(info)) and not _objection(info)
    )
    if total > MOST_TOTAL:
        raise _rejected(
            f"its notebooks have {total / 2**30:.1f} GB together; at most "
            f"{MOST_TOTAL >> 30} GB are read. Grade it in parts."
        )
    return entries


def _entries(path: Path, found: list[zipfile.ZipInfo]) -> Iterator[Entry]:
    """Yield an entry for each member, and one for each folder named as a notebook."""
    names = [_decoded(info) for info in found]
    paths = [tuple(p for p in name.split("/") if p not in ("", ".")) for name in names]
    times = Counter(paths)
    folders = set()
    for info, name, parts in zip(found, names, paths, strict=True):
        astray = _leads_astray(name)
        if astray:
            reason = Reason.FILE_REJECTED
            yield Entry((name,), reason=reason, message=astray, astray=True)
            continue
        if not parts or any(is_passed_over(part) for part in parts):
            continue
        within = next((n for n, p in enumerate(parts[:-1], 1) if is_notebook(p)), 0)
        if within:
            folders.add(parts[:within])
        elif times[parts] > 1:
            yield _refused(parts, "its name is there more than once. " + _AGAIN)
            times[parts] = 0  # the first speaks for all
        elif times[parts]:
            yield _entry(path, info, parts)
    for parts in sorted(folders):
        yield _refused(parts, _FOLDER)


_FOLDER = "it is a folder, not a file. Hand in the .ipynb file that JupyterLab saves."


def _entry(path: Path, info: zipfile.ZipInfo, parts: tuple[str, ...]) -> Entry:
    """Return what is known of one member without reading it."""
    name, kind = parts[-1], stat.S_IFMT(info.external_attr >> 16)
    is_folder = info.orig_filename.endswith("/") or kind == stat.S_IFDIR
    if len(parts) > MOST_LEVELS:
        return _refused(parts, f"it lies more than {MOST_LEVELS} folders deep.")
    if is_folder:
        if is_notebook(name):
            return _refused(parts, _FOLDER)
        return Entry(parts, is_folder=True, modified=_time(info))
    if kind not in (0, stat.S_IFREG):
        what = "a link" if kind == stat.S_IFLNK else "a device or a pipe"
        return _refused(parts, f"it is {what}. Hand in the file itself.")
    if is_archive(name):
        return _refused(parts, ARCHIVED)
    objection = _objection(info)
    if objection and is_notebook(name):
        return _refused(parts, objection)
    member = _Member(
        offset=info.header_offset,
        packed=info.compress_size,
        size=info.file_size,
        crc=info.CRC,
        deflated=info.compress_type == zipfile.ZIP_DEFLATED,
        name=_name_bytes(info),
    )
    load = partial(_refuse, objection) if objection else partial(_read, path, member)
    return Entry(parts, modified=_time(info), load=load)


def _leads_astray(name: str) -> str:
    """Say why a name would not lie below the folder it is unpacked in, or nothing."""
    if "\\" in name:
        return f"its name has backslashes. {_AGAIN}"
    if "\0" in name or len(name) > MOST_NAME:
        return f"its name has a zero byte, or over {MOST_NAME} characters. {_AGAIN}"
    if name.startswith("/") or _DRIVE.match(name):
        return f"its name is an absolute path. {_AGAIN}"
    if ".." in name.split("/"):
        return f"its name leads out of the archive by '..'. {_AGAIN}"
    return ""


def _objection(info: zipfile.ZipInfo) -> str:
    """Say what in the table of contents keeps a member from being read, or nothing."""
    if info.flag_bits & _ENCRYPTED:
        return (
            f"it is encrypted. {_AGAIN.replace('hand', 'without a password, and hand')}"
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"it is packed by method {info.compress_type}, not 0 or 8. {_AGAIN}"
    if info.file_size > MOST_BYTES:
        return str(too_large(info.file_size))
    if info.compress_size > MOST_BYTES + SMALL:
        return f"it is packed into {info.compress_size >> 20} MB. {_AGAIN}"
    if info.file_size > max(SMALL, MOST_RATIO * info.compress_size):
        return (
            f"it unpacks to more than {MOST_RATIO} times its packed size, as no "
            "notebook does. Clear the outputs, save, and pack it again."
        )
    return ""


def _read(path: Path, member: _Member) -> bytes:
    """Return a member's bytes, having checked each claim of the table of contents."""
    with open_regular(path) as file:
        try:
            file.seek(member.offset)
            header = file.read(_HEADER.size)
            if len(header) < _HEADER.size or not header.startswith(b"PK\3\4"):
                raise _rejected(f"there is no member where one should be. {_AGAIN}")
            *_, name_size, extra_size = _HEADER.unpack(header)
            if file.read(name_size) != member.name:
                raise _rejected(f"it has two different names. {_AGAIN}")
            file.seek(extra_size, 1)
            data = _inflated(file, member)
        except (zlib.error, OSError, ValueError, OverflowError) as error:
            what = str(error)[:60]
            raise _rejected(f"it is damaged ({what!a}). {_AGAIN}") from None
    if len(data) != member.size:
        more = "more" if len(data) > member.size else f"{len(data)}"
        raise _rejected(f"it says it has {member.size} bytes and has {more}. {_AGAIN}")
    if zlib.crc32(data) != member.crc:
        raise _rejected(f"it is damaged: its checksum is wrong. {_AGAIN}")
    return data


def _inflated(file: BinaryIO, member: _Member) -> bytes:
    """Return what a member holds, and at most one byte more than it says it does."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS) if member.deflated else None
    left, room = member.packed, member.size + 1
    pieces = []
    while left and room and not (engine and engine.eof):
        packed = file.read(min(left, _PIECE))
        if not packed:
            raise _rejected(f"it ends in the middle. {_AGAIN}")
        left -= len(packed)
        piece = engine.decompress(packed, room) if engine else packed[:room]
        room -= len(piece)
        pieces.append(piece)
    if room and (left or (engine and (not engine.eof or engine.unused_data))):
        raise _rejected(f"it does not end where it says it does. {_AGAIN}")
    return b"".join(pieces)


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return a member's name: UTF-8 where it says so or can be, else code page 437.

    Some programs, that of macOS among them, write UTF-8 and do not say so.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF_8 and not name.isascii():
        try:
            name = _name_bytes(info).decode("utf-8")
        except UnicodeDecodeError:
            pass
    return unicodedata.normalize("NFC", name)


def _name_bytes(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437")


def _time(info: zipfile.ZipInfo) -> float:
    """Return the time of a member, 0 where it has none that a calendar knows."""
    try:
        return float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return 0.0


def _refused(parts: tuple[str, ...], message: str) -> Entry:
    return Entry(parts, reason=Reason.FILE_REJECTED, message=message)


def _refuse(message: str) -> bytes:
    raise _rejected(message)


def _rejected(what: str) -> Refused:
    return Refused(Reason.FILE_REJECTED, what)
