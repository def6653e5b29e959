"""Time ``coursekit --help`` beside an empty Python: run it as a script.

Prints both medians in milliseconds and their ratio.
"""

import statistics
import subprocess
import sys
import time

RUNS = 15


def median(*arguments: str) -> float:
    """Return the median time in milliseconds of running Python with ``arguments``."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True
        )
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


if __name__ == "__main__":
    empty, helped = median("-c", "pass"), median("-m", "coursekit", "--help")
    print(f"python -c pass    {empty:6.0f} ms")
    print(f"coursekit --help  {helped:6.0f} ms, {helped / empty:.1f} times as long")
