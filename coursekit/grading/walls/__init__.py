"""The walls around untrusted code, and the system calls they are built from.

Runs in the worker, so it imports nothing of the rest of the course.
"""

from coursekit.grading.walls.denied import Denied
from coursekit.grading.walls.levels import Level, missing
from coursekit.grading.walls.walls import Walls

__all__ = ["Denied", "Level", "Walls", "missing"]
