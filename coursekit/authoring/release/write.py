"""Write a release as a folder or one archive: the same content gives the same bytes."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

#: The first moment that an archive can hold, the same for every file.
MOMENT = (1980, 1, 1, 0, 0, 0)
MODE, FOLDER_MODE = 0o644, 0o755
UNIX = 3


class WriteError(Exception):
    """The release cannot be written there; the message says why and what to do."""


def write_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Write all files below ``out``, or none.

    Raises
    ------
    WriteError
        If ``out`` is there and not empty, or cannot be written.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise WriteError(_taken(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        try:
            for name, content in sorted(files.items()):
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                path.chmod(MODE)
            for folder in [made, *(path for path in made.rglob("*") if path.is_dir())]:
                folder.chmod(FOLDER_MODE)
            if out.exists():
                out.rmdir()
            made.replace(out)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise WriteError(_not_written(out, error)) from error


def write_archive(files: Mapping[str, bytes], out: Path) -> None:
    """Write all files into one zip archive, in a folder named as the archive.

    They are stored, not compressed: how well zlib compresses depends on its version,
    and then the same release would have other bytes on another computer.

    Raises
    ------
    WriteError
        If ``out`` is there or cannot be written.
    """
    if out.exists():
        raise WriteError(_taken(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w") as zip:
                for name, content in sorted(files.items()):
                    entry = zipfile.ZipInfo(f"{out.stem}/{name}", MOMENT)
                    entry.create_system = UNIX
                    entry.external_attr = (0o100000 | MODE) << 16
                    zip.writestr(entry, content)
            Path(made).chmod(MODE)
            Path(made).replace(out)
        finally:
            Path(made).unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(_not_written(out, error)) from error


def _taken(out: Path) -> str:
    return (
        f"{out} is there already, and nothing is overwritten. Give another name, or "
        "delete it first."
    )


def _not_written(out: Path, error: OSError) -> str:
    why = (error.strerror or str(error)).lower()
    return f"{out} cannot be written ({why}). Give a place you can write to."
