"""Find a learner's row in a platform's worksheet; where it is not certain, do not."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from coursekit.grading.display import printable
from coursekit.grading.exports.chosen import who
from coursekit.grading.records.settled import Settled


class Roster:
    """The rows of a worksheet by the platform's ids, then by the names of people.

    Parameters
    ----------
    ids : sequence of mapping
        For each kind of id, the best first, the id in each row.
    names : mapping
        The ways in which each row names its learner.
    """

    def __init__(
        self, ids: Sequence[Mapping[int, str]], names: Mapping[int, Sequence[str]]
    ) -> None:
        self.names = names
        self.by_id = [_rows_by((i.strip(), row) for row, i in of.items()) for of in ids]
        self.by_name = _rows_by(
            (form, row)
            for row, several in names.items()
            for name in several
            for form in {*_forms(name), _squeezed(name)}
        )

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
                people = " and ".join(who(one) for one in several)
                line = f"{people} fit the same row (line {row + 1})"
                notes.append(f"not filled in: {line}; fill in the right one by hand")
                continue
            pairs.append((row, several[0]))
            notes += self._doubts(row, several[0])
        return pairs, notes

    def _find(self, settled: Settled) -> list[int]:
        """Return the rows of the first kind of key that fits at all."""
        learner, known = settled.graded.learner, settled.graded.learner_id
        for rows in self.by_id:
            if found := rows.get(known.strip() or learner.strip()):
                return found
        for form in _forms(learner):
            if found := self.by_name.get(form):
                return found
        return []

    def _doubts(self, row: int, settled: Settled) -> list[str]:
        """Say so where only one of id and name fits: the other may be right."""
        graded, names = settled.graded, [n for n in self.names[row] if n.strip()]
        known = graded.learner_id.strip()
        if known in ("", graded.learner) or graded.learner.startswith("anon"):
            return []
        if not any(row in rows.get(known, ()) for rows in self.by_id):
            return [f"matched by the name alone (line {row + 1}): {who(settled)}"]
        if not names or any(_alike(name, graded.learner) for name in names):
            return []
        there = printable(names[0], 80, 1)
        return [f"matched by the id alone: {who(settled)} is called {there!r} there"]


def _rows_by(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    keys: dict[str, list[int]] = defaultdict(list)
    for key, row in pairs:
        if key and row not in keys[key]:
            keys[key].append(row)
    return dict(keys)


def _forms(name: str) -> list[str]:
    """Return a name as people write it, the closest first.

    Examples
    --------
    >>> _forms("Doe,  Jane"), _forms("Jane Doe")
    (['doe, jane', 'jane doe'], ['jane doe'])
    """
    plain = _plain(name)
    last, comma, first = plain.partition(", ")
    forms = [plain, f"{first} {last}"] if comma else [plain]
    return [form for form in forms if form]


def _squeezed(name: str) -> str:
    """Return a name as Canvas writes it in the names of files.

    >>> _squeezed("O'Brien, Zoë")
    'obrienzoë'
    """
    return "".join(sign for sign in _plain(name) if sign.isalnum())


def _plain(name: str) -> str:
    r"""Return a name without what differs between platforms for no reason.

    Canvas puts a name that begins with '=' between quotes, so that Excel shows it.

    >>> _plain('="=cmd()"'), _plain("Zoe\u0308  Doe")
    ('=cmd()', 'zoë doe')
    """
    bare = re.sub(r'\A="(.*)"\Z', r"\1", name.strip())
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())


def _alike(one: str, other: str) -> bool:
    """Whether two names have the same words, in whichever order and with what between.

    >>> _alike("Doe, Jane", "Jane Doe"), _alike("Doe, Jane", "doejane")
    (True, True)
    """
    if _squeezed(one) == _squeezed(other):
        return True
    words = (sorted(re.findall(r"\w+", _plain(name))) for name in (one, other))
    return next(words) == next(words)
