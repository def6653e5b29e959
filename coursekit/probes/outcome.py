"""What can come back from one call of a learner's answer: plain data, no objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

#: What a case may hold and an observation may report.
Value = np.ndarray | float | int | bool | str


@dataclass(frozen=True)
class Odd:
    """A value of a kind that does not cross: reported by the name of its type."""

    type_name: str


@dataclass(frozen=True)
class Observed:
    """The call returned; ``values`` are what the probe saw, by name."""

    values: Mapping[str, Value | Odd]
    printed: str = ""


@dataclass(frozen=True)
class Raised:
    """The call raised; ``line`` counts from the first line of the answer."""

    type_name: str
    message: str
    line: int | None = None
    source_line: str = ""
    printed: str = ""
    #: the exception's base classes by name, so that a judge need not import them
    bases: tuple[str, ...] = field(default=())


Outcome = Observed | Raised
