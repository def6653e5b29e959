"""Which walls this computer can put around learner code: probed by doing.

The real walls of each level are built in another process, whose child then tries to get
through. Walls that could be built but do not hold count as missing.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.walls.held import Held
from coursekit.grading.walls.levels import Level

__all__ = ["Availability", "Level", "available_levels", "probe_levels"]

_CODE = """\
import sys
sys.path.insert(0, sys.argv[1])
from coursekit.grading.walls.probe import main
main(*sys.argv[2:])
"""
#: The folder that this package is imported from: the probe takes the same one.
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Availability:
    """Whether a level can be had here; ``why`` says what is missing where it cannot."""

    level: Level
    available: bool
    why: str = ""


def probe_levels() -> list[Availability]:
    """Return every level, best first, and whether it holds on this computer.

    Examples
    --------
    >>> [found.level.value for found in probe_levels()]
    ['namespaces', 'landlock', 'process']
    >>> probe_levels()[-1].available
    True
    """
    process = Availability(Level.PROCESS, True)
    return [_tried(Level.NAMESPACES), _tried(Level.LANDLOCK), process]


def available_levels() -> list[Level]:
    """Return the levels that hold on this computer, best first."""
    return [found.level for found in probe_levels() if found.available]


def _tried(level: Level) -> Availability:
    """Build the walls of ``level`` in another process and report how it went."""
    if sys.platform != "linux":
        return Availability(level, False, "only Linux has it")
    with Held() as held:
        secret = held.folder / "secret"
        secret.write_text("not to be read", encoding="ascii")
        code = [sys.executable, "-I", "-B", "-c", _CODE]
        command = [*code, str(_ROOT), level.value, str(secret)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired) as error:
            return Availability(level, False, str(error))
    lines = (ran.stdout.strip() or ran.stderr.strip() or "died").splitlines()
    why = "" if lines == ["ok"] else lines[-1]
    return Availability(level, ran.returncode == 0, why)
