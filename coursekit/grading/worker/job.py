"""What is sent to a worker and what comes back: plain data on both ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.grading.reasons import Reason
from coursekit.probes.outcome import Outcome, Value


@dataclass(frozen=True)
class Work:
    """One answer to run: its source, and the inputs it is called with.

    ``probe`` names the function that calls it ("coursekit.probes.layer_norm:forward").
    ``forbidden`` are dotted names that raise when the answer calls them; ``signature``
    is the first line of the definition, as the card gives it, for messages.
    """

    task: str
    probe: str
    source: str
    cases: Mapping[str, Mapping[str, Value]]
    forbidden: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class Job:
    """One submission: what its notebook defines beside the answers, and the answers."""

    beside: tuple[str, ...]
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Limits:
    """What one submission may use; times are for each task, sizes for the whole.

    ``memory`` is what it may add to the size of the warm process. All sizes are in
    bytes, all times in seconds.
    """

    load_seconds: float = 5.0
    cpu_seconds: float = 10.0
    wall_seconds: float = 20.0
    memory: int = 256 << 20
    scratch: int = 64 << 20
    output: int = 1 << 20
    results: int = 64 << 20


@dataclass(frozen=True)
class Ran:
    """What came of one answer: an outcome for every case, or why there is none.

    With ``reason`` OK, ``outcomes`` has every case of the work. Any other reason is
    this task's alone, and ``message`` says in words for its learner what happened.
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    reason: Reason = Reason.OK
    message: str = ""
    notes: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
