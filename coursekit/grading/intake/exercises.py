"""Tell which exercise a notebook belongs to: by its name, else by what is in it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coursekit.grading.intake.answers import is_begun
from coursekit.grading.intake.reading import Notebook

#: What JupyterLab, browsers, systems and `coursekit lab` add to a second copy's name.
_COPY = re.compile(
    r"\s*\(new version [^()]*\)"
    r"|[\s_-]+copy\s*\(?(\d{0,2})\)?(?![^\W_])|\s*\((\d{1,2})\)|-(\d{1,2})(?![^\W_])",
    re.IGNORECASE,
)
_COPY_AT_END = re.compile(r"\s*\((\d{1,2})\)$")
_COPY_OF = re.compile(r"^copy of\s+", re.IGNORECASE)
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_ANSWERED = re.compile(r"""\banswer\(\s*["']([^"'\n]{1,80})["']""")
_EDGES = " \t_-.,+"


@dataclass(frozen=True)
class Named:
    """What a name tells: the exercise, what else is in it, and which copy it is."""

    exercise: str
    rest: str
    copy: int = 0


class Exercises:
    """The exercises of a course, to be recognised.

    Parameters
    ----------
    catalogue : mapping of str to mapping of str to str
        For each exercise its tasks and questions by name, each with its cell as it is
        handed out, '' where that is not known.

    Examples
    --------
    >>> exercises = Exercises({"07_layer_norm": {"axes_of": "", "07-means": ""}})
    >>> exercises.named("Jane Doe 07-Layer-Norm (2)")
    Named(exercise='07_layer_norm', rest='Jane Doe', copy=2)
    """

    def __init__(self, catalogue: Mapping[str, Mapping[str, str]]) -> None:
        self._starts = catalogue
        self._names = {name: frozenset(held) for name, held in catalogue.items()}
        self._patterns = {name: _pattern(name) for name in sorted(catalogue)}

    def __contains__(self, exercise: object) -> bool:
        return exercise in self._names

    def named(self, stem: str) -> Named:
        """Return what a file's name, without its ending, tells.

        Case and the signs between words make no difference. Where the name of one
        exercise is part of another's, the longer counts; where a name holds two
        exercises, it tells of neither.
        """
        stem = unicodedata.normalize("NFC", stem)
        spans = {
            name: found.span()
            for name, pattern in self._patterns.items()
            if (found := pattern.search(stem))
        }
        whole = [
            name
            for name, (start, end) in spans.items()
            if not any(a <= start and end <= b for a, b in _others(spans, name))
        ]
        if len(whole) != 1:
            return Named("", stem.strip(_EDGES) or stem)
        start, end = spans[whole[0]]
        before, after, copy = _COPY_OF.sub("", stem[:start]), stem[end:], 0
        while found := _COPY.match(after) or _COPY_AT_END.search(after):
            copy = int(next((n for n in found.groups() if n), "1"))
            after = after[: found.start()] + after[found.end() :]
        parts = (before.strip(_EDGES), after.strip(_EDGES))
        return Named(whole[0], " ".join(part for part in parts if part), copy)

    def is_name_of_one(self, stem: str) -> bool:
        """Tell whether a name is that of an exercise and holds nothing else."""
        named = self.named(stem)
        return bool(named.exercise) and not named.rest

    def held_by(self, notebook: Notebook) -> list[str]:
        """Return the exercise of which a notebook holds most; several that tie; none.

        What counts is each name of the exercise that an answer's cell is marked with,
        that a cell defines at its top level, or that is answered.
        """
        names = set(_names_in(notebook))
        counts = {one: len(held & names) for one, held in self._names.items()}
        most = max(counts.values(), default=0)
        return sorted(one for one, n in counts.items() if most and n == most)

    def is_held_by(self, notebook: Notebook, exercise: str) -> bool:
        """Tell whether a notebook holds anything of an exercise."""
        return not self._names[exercise].isdisjoint(_names_in(notebook))

    def is_begun_in(self, notebook: Notebook, exercise: str) -> bool:
        """Tell whether a notebook has more of an exercise than was handed out."""
        return is_begun(notebook, self._starts[exercise])


def _pattern(exercise: str) -> re.Pattern[str]:
    """Return what finds the words of an exercise's name with any signs between them."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", exercise))
    inside = r"[\W_]*".join(map(re.escape, words)) or r"(?!)"
    return re.compile(rf"(?<![^\W_]){inside}(?![^\W_])", re.IGNORECASE)


def _others(
    spans: Mapping[str, tuple[int, int]], name: str
) -> Iterable[tuple[int, int]]:
    """Return the places of the other exercises, without those at the same place."""
    return (span for span in spans.values() if span != spans[name])


def _names_in(notebook: Notebook) -> Iterable[str]:
    """Yield every name by which a notebook may be known, without parsing a cell."""
    for cell in notebook.cells:
        yield from (cell.task, cell.nbgrader_id)
        if cell.kind == "code":
            yield from _DEFINED.findall(cell.source)
            yield from _ANSWERED.findall(cell.source)
