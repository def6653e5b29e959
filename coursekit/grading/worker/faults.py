"""Which exceptions mean that an answer met a limit or a wall."""

import re

from coursekit.grading.reasons import Reason
from coursekit.probes.outcome import Raised

#: (exception class, pattern in its message, reason); the first that fits counts.
_FAULTS = (
    ("TooMuchPrinted", r"", Reason.OUTPUT_LIMIT),
    ("MemoryError", r"", Reason.MEMORY_LIMIT),
    ("RuntimeError", r"can't allocate memory|not enough memory", Reason.MEMORY_LIMIT),
    ("RuntimeError", r"can't start new thread", Reason.SANDBOX_DENIED),
    ("OSError", r"\[Errno (?:27|28|122)\]", Reason.DISK_LIMIT),
    ("OSError", r"\d+ requested and \d+ written", Reason.DISK_LIMIT),
    ("OSError", r"\[Errno 12\]", Reason.MEMORY_LIMIT),
    # not permitted, access denied, read-only, and the network that is not there
    ("PermissionError", r"", Reason.SANDBOX_DENIED),
    ("OSError", r"\[Errno (?:1|11|13|30|38|97|101)\]", Reason.SANDBOX_DENIED),
    ("gaierror", r"", Reason.SANDBOX_DENIED),
)


def fault(raised: Raised) -> Reason | None:
    """Return the limit or wall an exception speaks of, or None.

    Examples
    --------
    >>> fault(Raised("MemoryError", ""))
    <Reason.MEMORY_LIMIT: 'MEMORY_LIMIT'>
    >>> fault(Raised("ValueError", "")) is None
    True
    """
    names = (raised.type_name, *raised.bases)
    for kind, pattern, reason in _FAULTS:
        if kind in names and re.search(pattern, raised.message):
            return reason
    return None
