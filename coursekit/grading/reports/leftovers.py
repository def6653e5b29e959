"""Pages and results of learners that an earlier run wrote and nothing stands behind."""

from collections.abc import Collection, Iterable
from pathlib import Path

from coursekit.grading.reports.names import is_safe_name
from coursekit.grading.reports.words import count


def leftovers(
    folder: Path, written: Collection[Path], spared: Collection[str] = ()
) -> list[Path]:
    """Return what lies in learners' folders and was not written just now.

    Parameters
    ----------
    folder : Path
        The folder that holds a folder for each learner.
    written : collection of Path
        What was written below it. Only files that end like one of these are returned,
        so that what somebody else put there is let alone.
    spared : collection of str, default=()
        Folders of learners of which nothing is returned.
    """
    fresh, endings = set(written), {path.suffix for path in written}
    if not written:
        return []
    return [
        path
        for theirs in sorted(folder.iterdir())
        if is_safe_name(theirs.name) and theirs.name not in spared
        if theirs.is_dir() and not theirs.is_symlink()
        for path in sorted(theirs.rglob("*"))
        if path.suffix in endings and path not in fresh and path.is_file()
    ]


def remove(files: Iterable[Path], folder: Path) -> str:
    """Delete files and the folders below ``folder`` that get empty; say so, or ''.

    Raises
    ------
    OSError
        If one cannot be deleted.
    """
    removed = list(files)
    for path in removed:
        path.unlink()
        for above in path.parents:
            if above == folder or any(above.iterdir()):
                break
            above.rmdir()
    if not removed:
        return ""
    return (
        f"removed {told(removed, folder)}, which an earlier run wrote: no record "
        "stands behind it any more."
    )


def told(files: Collection[Path], folder: Path) -> str:
    """Return how many files there are, and in which folders the first of them lie."""
    places = sorted({path.relative_to(folder).parts[0] for path in files})
    more = f" and {len(places) - 3} more folders" if len(places) > 3 else ""
    return f"{count(len(files), 'file', 'files')} in {', '.join(places[:3])}{more}"
