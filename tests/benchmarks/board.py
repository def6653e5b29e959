"""Print what a full class costs the board: 200 learners, a check a second, a minute.

Run it from the root of the repository: ``python tests/benchmarks/board.py``. Then the
board is killed (-9) and started again, and its state compared. Options: learners and
seconds. Learners, board and page share this computer.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from board_process import board_process, killed, work


def main(learners: int = 200, seconds: int = 60) -> None:
    """Load a board, kill it, and look at what it knows afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "board.sqlite3")
        with board_process(data) as board:
            load = asyncio.run(work(board, learners, seconds))
            before = board.state()
            killed(board)
        with board_process(data) as board:
            after = board.state()
        print(f"{learners} learners, {seconds} s, a check a second each")
        print(*load.lines(), sep="\n")
        counted = sum(one["checks"] for one in after["learners"])
        same = {**before, "version": 0} == {**after, "version": 0}
        print(f"after kill -9: {counted} checks, the same state: {same}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
