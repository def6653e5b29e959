"""Write an export's files so that each is there whole or not at all."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from coursekit.grading.whole import write_whole


class ExportError(Exception):
    """An export could not be written; the message says why and what to do."""


def write(folder: Path, files: Iterable[tuple[str, str | bytes]]) -> list[Path]:
    """Write files below ``folder`` and return their paths.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    files : iterable of tuple
        Paths below it with '/', and their content; text becomes UTF-8.

    Raises
    ------
    ExportError
        If one cannot be written: what was there before is there still.
    """
    written = []
    for name, content in files:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise ExportError(
                f"{path} could not be written ({error.strerror or error}); "
                f"{len(written)} files before it were. Make room or choose another "
                "folder with --out, then run it again."
            ) from None
        written.append(path)
    return written


def refuse_template(template: Path, target: Path) -> None:
    """Raise ValueError if writing ``target`` would destroy the template."""
    same = template.resolve() == target.resolve()
    with contextlib.suppress(OSError):
        same = same or template.samefile(target)
    if same:
        raise ValueError(
            "refuse_template: the file to write must not be the template = the "
            f"platform's own; got {target} for both. Choose another folder with --out."
        )
