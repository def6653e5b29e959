"""Find a learner's row in a platform's worksheet; where it is not certain, do not."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from coursekit.grading.exports.chosen import who
from coursekit.grading.exports.worksheet import Sheet
from coursekit.grading.records.settled import Settled

Keys = dict[str, list[int]]


class Roster:
    """The rows of a worksheet by the platform's ids, then by the names of people.

    Parameters
    ----------
    sheet : Sheet
        The worksheet.
    rows : sequence of int
        Its rows that are learners.
    ids : sequence of tuple
        Columns of ids, best first, each with what makes a key of a cell.
    names : sequence of int
        Columns of names.
    """

    def __init__(
        self,
        sheet: Sheet,
        rows: Sequence[int],
        ids: Sequence[tuple[int, Callable[[str], str]]],
        names: Sequence[int],
    ) -> None:
        self.sheet = sheet
        self.names = list(names)
        self.ids = [
            _keys((key(sheet.value(row, column)), row) for row in rows)
            for column, key in ids
        ]
        forms = ((form, row) for row in rows for form in self._forms(row))
        self.by_name = _keys(forms)

    def rows_of(
        self, settled: Iterable[Settled]
    ) -> tuple[list[tuple[int, Settled]], list[str]]:
        """Return the row of each record, and a line on each that has none for certain.

        Two records that would go into one row are both left out.
        """
        wanted: dict[int, list[Settled]] = defaultdict(list)
        notes = []
        for one in settled:
            found = self._find(one)
            if len(found) == 1:
                wanted[found[0]].append(one)
            elif found:
                lines = ", ".join(str(row + 1) for row in found)
                notes.append(
                    f"not filled in: {who(one)} fits several rows (lines {lines}); "
                    "fill in the right one by hand"
                )
            else:
                notes.append(f"not filled in: {who(one)} is in no row of the template")
        pairs = []
        for row, several in wanted.items():
            if len(several) > 1:
                names = " and ".join(who(one) for one in several)
                notes.append(
                    f"not filled in: {names} fit the same row (line {row + 1})"
                )
                continue
            pairs.append((row, several[0]))
            notes += self._doubts(row, several[0])
        return pairs, notes

    def _find(self, settled: Settled) -> list[int]:
        """Return the rows of the first kind of key that fits at all."""
        learner, known = settled.graded.learner, settled.graded.learner_id
        for keys in self.ids:
            if found := keys.get(known.strip() or learner.strip()):
                return found
        for form in _forms(learner):
            if found := self.by_name.get(form):
                return found
        return []

    def _forms(self, row: int) -> set[str]:
        cells = (self.sheet.value(row, column) for column in self.names)
        return {form for cell in cells for form in _forms(cell)}

    def _doubts(self, row: int, settled: Settled) -> list[str]:
        """Say so where the id fits and the name does not: one of both may be wrong."""
        graded, forms = settled.graded, self._forms(row)
        anonymous = graded.learner.startswith("anon")
        if graded.learner_id in ("", graded.learner) or not forms or anonymous:
            return []
        if forms & set(_forms(graded.learner)):
            return []
        shown = self.sheet.value(row, self.names[0])
        return [f"matched by the id alone: {who(settled)} is called {shown!r} there"]


def _keys(pairs: Iterable[tuple[str, int]]) -> Keys:
    keys: Keys = defaultdict(list)
    for key, row in pairs:
        if key and row not in keys[key]:
            keys[key].append(row)
    return dict(keys)


def _forms(name: str) -> list[str]:
    """Return the ways in which platforms write one name, the closest first.

    Canvas names files by the sortable name without anything between ("doejane"), and
    puts a name that begins with '=' between quotes for Excel.

    Examples
    --------
    >>> _forms("Doe, Jane")
    ['doe, jane', 'jane doe', 'doejane']
    """
    name = re.sub(r'\A="(.*)"\Z', r"\1", name.strip())
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    last, comma, first = plain.partition(", ")
    swapped = f"{first} {last}" if comma else plain
    squeezed = "".join(sign for sign in plain if sign.isalnum())
    return list(dict.fromkeys(form for form in (plain, swapped, squeezed) if form))
