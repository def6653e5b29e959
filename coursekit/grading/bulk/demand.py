"""Choose the walls of a run: the best there are, and never less than was asked for."""

import sys
from collections.abc import Sequence

from coursekit.grading.bulk.desk import RunError
from coursekit.grading.isolation import Availability, Level

_ORDER = list(Level)
_MENDING = {
    Level.NAMESPACES: (
        "run it as root, or let users make namespaces: 'sysctl "
        "kernel.unprivileged_userns_clone=1', on Ubuntu also 'sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0'; in Docker add "
        "'--security-opt seccomp=unconfined --security-opt apparmor=unconfined'"
    ),
    Level.LANDLOCK: (
        "use Linux 5.13 or newer with Landlock switched on ('landlock' stands in "
        "/sys/kernel/security/lsm), and a container that does not forbid it"
    ),
}
_ELSEWHERE = "grade on Linux, or here in a Linux container or WSL 2"


def best_level(found: Sequence[Availability], least: Level = Level.LANDLOCK) -> Level:
    """Return the best level that holds.

    Parameters
    ----------
    found : sequence of Availability
        What was found by trying, best first.
    least : Level, default=Level.LANDLOCK
        What a run may not begin below.

    Raises
    ------
    RunError
        If no level that holds is good enough; it says why and what would mend it.

    Examples
    --------
    >>> best_level([Availability(Level.PROCESS, True)], Level.PROCESS).value
    'process'
    """
    allowed = _ORDER[: _ORDER.index(least) + 1]
    for one in found:
        if one.available and one.level in allowed:
            return one.level
    raise RunError(_refusal([one for one in found if one.level in allowed], least))


def _refusal(lacking: Sequence[Availability], least: Level) -> str:
    lines = [
        f"what learners wrote must run behind walls, '{least}' at least, and they "
        "cannot be put up here:"
    ]
    lines += [f"  {one.level}: {one.why or 'it did not hold'}" for one in lacking]
    if sys.platform == "linux":
        lines += [
            f"To have '{one.level}', {_MENDING[one.level]}."
            for one in reversed(lacking)
            if one.level in _MENDING
        ]
    else:
        lines.append(f"To have them, {_ELSEWHERE}.")
    lines.append(
        "If you trust everybody whose work you grade, '--require-isolation process' "
        "runs it in a separate process with limits, and no more than that."
    )
    return "\n".join(lines)
