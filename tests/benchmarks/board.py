"""Print what a full class costs the board: 200 learners, a check a second, a minute.

Run it from the root of the repository: ``python tests/benchmarks/board.py``. Then the
board is killed (-9) and started again, and its state compared. Options: learners and
seconds. Learners, board and the instructor's page in Chromium, where there is one,
share this computer; "page changed" is when the table's cell has the new text.
"""

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from board_process import Board, Load, board_process, killed, line, work

#: Notes when a cell says that a learner has so many tries.
OBSERVE = """() => {
    window.changed = {};
    new MutationObserver(all => {
        for (const {target} of all) {
            const row = target.closest?.("tr"), text = target.textContent;
            const tries = text.match(/, (\\d+) tr/), who = row?.querySelector(".who");
            if (tries && who)
                window.changed[`${who.textContent} ${tries[1]}`] ??= Date.now() / 1000;
        }
    }).observe(document.querySelector("#grid tbody"), {childList: true, subtree: true});
}"""


@contextlib.asynccontextmanager
async def page(board: Board) -> AsyncIterator[Any]:
    """Open the instructor's page in Chromium; None where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        path = None
    if path is None:
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        opened = await browser.new_page(viewport={"width": 1440, "height": 900})
        await opened.goto(board.teach)
        await opened.locator("#link", has_text="Live").wait_for()
        await opened.evaluate(OBSERVE)
        yield opened
        await browser.close()


async def measure(
    board: Board, learners: int, seconds: int
) -> tuple[Load, list[float]]:
    """Let a class work while the page is open; return also the page's delays."""
    async with page(board) as opened:
        load = await work(board, learners, seconds)
        await asyncio.sleep(1)
        changed = await opened.evaluate("() => window.changed") if opened else {}
    times = [at - load.sent_at[key] for key, at in changed.items()]
    return load, times


def main(learners: int = 200, seconds: int = 60) -> None:
    """Load a board, kill it, and look at what it knows afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "board.sqlite3")
        with board_process(data) as board:
            load, changed = asyncio.run(measure(board, learners, seconds))
            before = board.state()
            killed(board)
        with board_process(data) as board:
            after = board.state()
    print(f"{learners} learners, {seconds} s, a check a second each")
    print(*load.lines(), sep="\n")
    if changed:
        print(line("page changed", changed))
    counted = sum(one["checks"] for one in after["learners"])
    same = {**before, "version": 0} == {**after, "version": 0}
    print(f"after kill -9: {counted} checks, the same state: {same}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
