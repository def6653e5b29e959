"""Write a file so that it is there whole or not at all."""

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes | str) -> None:
    """Put ``data`` in the place of what is at ``path``; text becomes UTF-8.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    data : bytes or str
        All of it.

    Raises
    ------
    OSError
        If it cannot be written: what was there before is there still.
    """
    whole = data.encode("utf-8") if isinstance(data, str) else data
    beside = path.with_name(f".{path.name[:80]}.{os.getpid()}.unfinished")
    try:
        with beside.open("wb") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
