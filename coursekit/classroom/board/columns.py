"""What the board has columns for: a closed list, so that nobody writes on the wall."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One task or short question, and the mistakes it knows by name."""

    name: str
    exercise: str
    points: int
    mistakes: frozenset[str] = frozenset()
    #: whether it is a short question, whose mistakes are wrong answers
    short: bool = False

    @property
    def lesson(self) -> str:
        """The exercise as the board heads it.

        Examples
        --------
        >>> Column("layer_norm_forward", "07_layer_norm", 10).lesson
        '07 layer norm'
        """
        return self.exercise.replace("_", " ")


class Columns(Mapping[str, Column]):
    """The columns by name, in the order in which they stand."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def lessons(self) -> dict[str, str]:
        """The headings by exercise, each once."""
        return {column.exercise: column.lesson for column in self.values()}

    def known(self, task: str, mistakes: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``mistakes`` that the task has, each once.

        A learner's course may be newer than the board's; what it alone knows is left
        out rather than repeated on a wall.
        """
        return tuple(m for m in dict.fromkeys(mistakes) if m in self[task].mistakes)
