"""Tell what the grader itself wrote among submissions: it is nobody's work."""

from collections.abc import Collection, Iterable

from coursekit.grading.intake.entries import Entry, is_notebook
from coursekit.grading.reasons import Reason
from coursekit.grading.records.database import FILE

#: The folders that `coursekit report` and `coursekit export` make in RESULTS.
_MADE = {"feedback", "exports"}


def without_results(entries: Iterable[Entry]) -> list[Entry]:
    """Return what was found, without folders of results and the reports in them.

    RESULTS may lie among the submissions or hold them, so only what is ours is left
    out, and no notebook ever: what a learner called as we do is graded all the same.

    Parameters
    ----------
    entries : iterable of Entry
        What was found in a folder or an archive.
    """
    found = list(entries)
    places = {one.parts[:-1] for one in found if one.name == FILE}
    return [one for one in found if is_notebook(one.name) or not _is_ours(one, places)]


def _is_ours(one: Entry, places: Collection[tuple[str, ...]]) -> bool:
    """Whether an entry is a folder of results, a file in it, or one of its reports."""
    parts, last = one.parts, len(one.parts) - 1
    is_file = not one.is_folder and one.reason is Reason.OK
    return parts in places or any(
        parts[at] in _MADE or (is_file and at == last)
        for at in range(len(parts))
        if parts[:at] in places
    )
