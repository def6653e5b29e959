"""JupyterLab in a real Chromium: find it, start it, open notebooks and run cells.

Browser tests skip where there is no Chromium, unless COURSEKIT_BROWSER is "required",
as it is in continuous integration.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 1000
CHROMIUMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
#: The panel in front, and the place of one of its cells by the cell's id.
PANEL = """
    const panel = window.jupyterapp.shell.currentWidget;
    const content = panel.content;
    const place = id => {
        const found = content.widgets.findIndex(cell => cell.model.id === id);
        if (found < 0) throw new Error(`no cell has the id ${id}`);
        return found;
    };
"""


@dataclass(frozen=True)
class OpenNotebook:
    """The notebook in front; cells are named by their ids."""

    page: Any

    def _do(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"async argument => {{ {PANEL} {script} }}", argument)

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells as they would be saved now."""
        return self._do("return content.model.toJSON().cells")

    def run_all(self, seconds: float = 180) -> None:
        """Run every cell, as the menu does, and wait until the last one is done."""
        self._do("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self._wait_for_the_kernel(seconds)

    def run(self, cell_id: str, seconds: float = 60) -> None:
        """Run one cell and wait until it is done."""
        self._do(
            "content.activeCellIndex = place(argument);"
            "window.jupyterapp.commands.execute('notebook:run-cell')",
            cell_id,
        )
        self._wait_for_the_kernel(seconds)

    def write(self, cell_id: str, source: str) -> None:
        """Replace what is written in a cell."""
        self._do(
            "content.widgets[place(argument[0])].model.sharedModel"
            ".setSource(argument[1])",
            [cell_id, source],
        )

    def outputs(self, cell_id: str) -> list[dict[str, Any]]:
        """Return the outputs of a cell."""
        (cell,) = (cell for cell in self.cells() if cell["id"] == cell_id)
        return cell["outputs"]

    def errors(self) -> list[str]:
        """Return the errors shown below cells, as text."""
        return [
            f"{cell['id']}: {output['ename']}: {output['evalue']}"
            for cell in self.cells()
            for output in cell.get("outputs", ())
            if output["output_type"] == "error"
        ]

    def in_view(self, cell_id: str) -> Any:
        """Scroll to a cell and return a locator of it."""
        mark = f"cell-{cell_id}"
        self._do(
            "const at = place(argument[0]); content.activeCellIndex = at;"
            "await content.scrollToItem(at, 'start');"
            "content.widgets[at].node.dataset.mark = argument[1]",
            [cell_id, mark],
        )
        return self.page.locator(f'[data-mark="{mark}"]')

    def text_of(self, cell_id: str) -> str:
        """Return the outputs of a cell as plain text."""
        texts = (
            output.get("text") or output.get("data", {}).get("text/plain") or ""
            for output in self.outputs(cell_id)
        )
        return "\n".join("".join(text) for text in texts)

    def answer_cell(self, task: str) -> str:
        """Return the id of the cell in which the answer to ``task`` is written."""
        found = (c["id"] for c in self.cells() if c["metadata"].get("task") == task)
        return next(found)

    def cell_that_shows(self, selector: str) -> str:
        """Return the id of the first cell in whose output ``selector`` is found."""
        self.page.wait_for_selector(selector, state="attached")
        return self._do(
            "return content.widgets.find("
            "cell => cell.node.querySelector(argument)).model.id",
            selector,
        )

    def _wait_for_the_kernel(self, seconds: float) -> None:
        """Wait until every cell that was asked to run has an answer.

        JupyterLab marks a waiting cell with ``*``; the kernel's status alone could
        still be that of before.
        """
        self.page.wait_for_function(
            f"""() => {{ {PANEL}
                const waits = cell => cell.node.querySelector(
                    '.jp-InputPrompt')?.textContent.includes('*')
                    || cell.model.executionState === 'running';
                const kernel = panel.sessionContext.session?.kernel;
                return kernel?.status === 'idle'
                    && !content.widgets.some(waits);
            }}""",
            timeout=seconds * SECONDS,
        )


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome of this system, or None."""
    found = (shutil.which(name) for name in CHROMIUMS)
    return next((path for path in found if path), None)


def skip_or_fail(reason: str) -> None:
    """Skip the test, or fail it where browser tests are required."""
    if os.environ.get("COURSEKIT_BROWSER") == "required":
        pytest.fail(f"{reason}, and COURSEKIT_BROWSER=required", pytrace=False)
    pytest.skip(reason)


# Scoped to the module: while Playwright is open its event loop runs in this thread, and
# other modules want loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a Chromium driven by Playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed (it is in the extra 'test')")
    path = chromium()
    if path is None:
        skip_or_fail("no Chromium or Chrome was found on this computer")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def lab(
    browser: Any, start_lab: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Return a JupyterLab on a fresh study folder, started by ``coursekit lab``."""
    folder = tmp_path_factory.mktemp("browser") / "study"
    return start_lab(folder, "--expose-app-in-browser")


@pytest.fixture
def page(browser: Any, lab: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return JupyterLab's page, ready; keep a picture of it if the test fails."""
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.goto(lab.url("/lab") + "&reset")
    opened.wait_for_function("() => window.jupyterapp", timeout=90 * SECONDS)
    opened.evaluate("() => window.jupyterapp.restored")
    failed = request.session.testsfailed
    yield opened
    if request.session.testsfailed > failed and os.environ.get("COURSEKIT_PICTURES"):
        place = Path(os.environ["COURSEKIT_PICTURES"])
        place.mkdir(parents=True, exist_ok=True)
        opened.screenshot(path=place / f"{request.node.name}.png")
    opened.close()


@pytest.fixture
def open_notebook(page: Any) -> Callable[[str], OpenNotebook]:
    """Return a function that opens a notebook of the study folder, kernel and all."""

    def opened(path: str) -> OpenNotebook:
        page.evaluate(
            """async path => {
                const app = window.jupyterapp;
                const panel = await app.commands.execute('docmanager:open', {path});
                await panel.context.ready;
                await panel.revealed;
                await panel.sessionContext.ready;
                app.shell.activateById(panel.id);
            }""",
            path,
        )
        page.wait_for_function(
            f"() => {{ {PANEL} return panel.context.path === {json.dumps(path)}"
            " && panel.sessionContext.session?.kernel?.status === 'idle'; }",
            timeout=90 * SECONDS,
        )
        return OpenNotebook(page)

    return opened
