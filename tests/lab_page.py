"""JupyterLab's page in a browser: open notebooks, run cells, move explorers by keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pytest

SECONDS = 1000
#: Milliseconds between two looks at a condition: each look costs the browser time.
OFTEN = 100
#: The panel in front, and the place of one of its cells by the cell's id.
PANEL = """
    const app = window.jupyterapp;
    const panel = app.shell.currentWidget;
    const content = panel.content;
    const place = id => {
        const found = content.widgets.findIndex(cell => cell.model.id === id);
        if (found < 0) throw new Error(`no cell has the id ${id}`);
        return found;
    };
"""
#: What the output of an explorer has: progress bars are live too, but have no picture.
LIVE = {"application/vnd.jupyter.widget-view+json", "image/png"}


class LabPage:
    """A tab with JupyterLab in it, what it asked for, and what went wrong there."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("console", self._listen)
        self.open(address)

    def open(self, address: str) -> None:
        """Load JupyterLab; return once it has put its windows where they were."""
        self.page.goto(address)
        self.page.wait_for_function("window.jupyterapp", timeout=90 * SECONDS)
        self.page.evaluate("window.jupyterapp.restored")

    def _listen(self, said: Any) -> None:
        if said.type == "error":
            self._complain(said.text)

    def _complain(self, text: str) -> None:
        # what was asked of a kernel that is shut down since: JupyterLab's own business
        if "Canceled future" not in text:
            self.complaints.append(text)

    def set_theme(self, name: str) -> None:
        """Change the theme to "Light" or "Dark" and wait until it is there."""
        self.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
            f"JupyterLab {name}",
        )
        self.wait_for_theme(name)

    def wait_for_theme(self, name: str) -> None:
        """Return once the page has the theme "Light" or "Dark"."""
        body = f'body[data-jp-theme-name="JupyterLab {name}"]'
        self.page.wait_for_selector(body, state="attached", timeout=60 * SECONDS)

    def in_both_themes(self) -> Iterator[str]:
        """Yield the theme that the page has, then change it and yield the other."""
        first, second = "Light", "Dark"
        if self.page.locator('body[data-jp-theme-light="false"]').count():
            first, second = second, first
        yield first
        self.set_theme(second)
        yield second

    @contextmanager
    def notebook(self, path: str) -> Iterator["OpenNotebook"]:
        """Open a notebook, kernel and all; at the end shut the kernel down."""
        self.page.evaluate(
            """async path => {
                const app = window.jupyterapp;
                const panel = await app.commands.execute('docmanager:open', {path});
                await panel.context.ready;
                await panel.revealed;
                await panel.sessionContext.ready;
                app.shell.activateById(panel.id);
                app.shell.collapseLeft();
            }""",
            path,
        )
        self.page.wait_for_function(
            f"path => {{ {PANEL} return panel.context.path === path"
            " && panel.sessionContext.session?.kernel?.status === 'idle'; }",
            arg=path,
            polling=OFTEN,
            timeout=90 * SECONDS,
        )
        self.complaints.clear()
        opened = OpenNotebook(self, PurePosixPath(path).stem)
        try:
            yield opened
        finally:
            opened.close()


@dataclass(frozen=True)
class OpenNotebook:
    """The notebook in front; cells are named by their ids."""

    lab: LabPage
    name: str

    @property
    def page(self) -> Any:
        """The tab of the browser."""
        return self.lab.page

    def do(self, script: str, argument: Any = None) -> Any:
        """Run JavaScript that knows ``app``, ``panel``, ``content`` and ``place``."""
        return self.page.evaluate(f"async argument => {{ {PANEL} {script} }}", argument)

    def close(self) -> None:
        """Shut the kernel down and close the notebook without saving it."""
        self.do(
            "panel.context.model.dirty = false; await panel.sessionContext.shutdown();"
            "await app.commands.execute('application:close')"
        )

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells as they would be saved now."""
        return self.do("return content.model.toJSON().cells")

    def code(self) -> list[dict[str, Any]]:
        """Return the cells of code."""
        return [cell for cell in self.cells() if cell["cell_type"] == "code"]

    def run_all(self, seconds: float = 240) -> None:
        """Run every cell, as the menu does, and wait until the last one is done."""
        self.do("app.commands.execute('notebook:run-all-cells')")
        self._wait_for_the_kernel(seconds)

    def type_into(self, cell_id: str, source: str) -> None:
        """Replace what is written in a cell, by keyboard."""
        self._stand_on(cell_id)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            f"() => {{ {PANEL} return content.activeCell.editor?.hasFocus() }}",
            polling=OFTEN,
        )
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def run_by_keys(self, cell_id: str, seconds: float = 60) -> None:
        """Run one cell by Shift and Enter and wait until it is done."""
        self._stand_on(cell_id)
        self.page.keyboard.press("Shift+Enter")
        self._wait_for_the_kernel(seconds)

    def _stand_on(self, cell_id: str) -> None:
        """Make a cell the active one, in command mode, with the keyboard on it."""
        self.do(
            "content.mode = 'command'; content.deselectAll();"
            "content.activeCellIndex = place(argument);"
            "await content.scrollToItem(place(argument)); content.activate()",
            cell_id,
        )
        self.page.wait_for_function(
            f"id => {{ {PANEL} return content.activeCell.model.id === id"
            " && content.activeCell.node.contains(document.activeElement) }",
            arg=cell_id,
            polling=OFTEN,
        )

    def outputs(self, cell_id: str) -> list[dict[str, Any]]:
        """Return the outputs of a cell."""
        (cell,) = (cell for cell in self.cells() if cell["id"] == cell_id)
        return cell["outputs"]

    def errors(self) -> list[str]:
        """Return the errors shown below cells, as text."""
        return [
            f"{cell['id']}: {output['ename']}: {output['evalue']}"
            for cell in self.code()
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]

    def in_view(self, cell_id: str) -> Any:
        """Scroll to a cell and return a locator of it."""
        mark = f"cell-{cell_id}"
        self.do(
            "const at = place(argument[0]); content.activeCellIndex = at;"
            "await content.scrollToItem(at, 'start');"
            "content.widgets[at].node.dataset.mark = argument[1]",
            [cell_id, mark],
        )
        # light: else all elements of the page are searched for shadow roots, each time
        return self.page.locator(f'css:light=[data-mark="{mark}"]')

    def put_all_on_the_page(self) -> None:
        """Render every cell, also those far from what is in view."""
        self.do(
            "const config = content.notebookConfig;"
            "content.notebookConfig = {...config, windowingMode: 'none'}"
        )
        self.page.wait_for_function(
            f"() => {{ {PANEL} return content.widgets.every("
            "cell => cell.isPlaceholder?.() !== true && cell.node.isConnected) }",
            polling=OFTEN,
        )

    def text_of(self, cell_id: str) -> str:
        """Return the outputs of a cell as plain text."""
        return text_of(self.outputs(cell_id))

    def explorers(self) -> Iterator["ShownExplorer"]:
        """Scroll to one live explorer after the other, once the notebook has run."""
        for cell in self.code():
            if any(LIVE <= set(output.get("data", ())) for output in cell["outputs"]):
                yield ShownExplorer(self, cell["id"])

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
            polling=OFTEN,
            timeout=seconds * SECONDS,
        )


def text_of(outputs: list[dict[str, Any]]) -> str:
    """Return outputs as plain text."""
    texts = (
        output.get("text") or output.get("data", {}).get("text/plain") or ""
        for output in outputs
    )
    return "\n".join("".join(text) for text in texts)


class ShownExplorer:
    """An explorer on the page, moved by keys alone."""

    CONTROLS = "[role=slider], select, input"

    def __init__(self, notebook: OpenNotebook, cell_id: str) -> None:
        self.page = notebook.page
        self.cell = notebook.in_view(cell_id)
        self.root = self.cell.locator(".coursekit-explorer")
        # given by reachable.js, which runs once the first picture is there
        self.root.get_by_role("status").wait_for()
        for control in self.controls():  # JupyterLab lays them out a moment later
            control.wait_for()

    def controls(self) -> list[Any]:
        """Return locators of all controls, in the order of the page."""
        return self.root.locator(self.CONTROLS).all()

    def shown(self) -> tuple[str, str]:
        """Return the picture and the words below it."""
        words = self.root.get_by_role("status").inner_text()
        return self.root.locator("img").get_attribute("src"), words

    def start(self) -> None:
        """Put the keyboard on the cell, before the first control."""
        self.cell.focus()

    def tab_to(self, control: Any) -> None:
        """Press Tab until ``control`` has the keyboard."""
        for _ in range(12):
            if has_focus(control):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not lead to {control.evaluate('n => n.outerHTML')}")

    def move(self, control: Any) -> None:
        """Move a control by keys: an arrow first, then to the far end; or Space."""
        for key in keys_for(control):
            before = value_of(control)
            self.page.keyboard.press(key)
            if key.startswith("Arrow") or key == "Space":
                assert value_of(control) != before, f"{key} changes nothing"

    def wait_until_other_than(self, before: tuple[str, str]) -> None:
        """Return once picture or words are not as ``before``."""
        self.root.evaluate("(node, before) => { node.before = before }", list(before))
        self.page.wait_for_function(
            """node => node.querySelector('img').src !== node.before[0]
                || node.querySelector('[role=status]').innerText !== node.before[1]""",
            arg=self.root.element_handle(),
            polling=OFTEN,
        )
        # the picture comes first, the words, which are its alt text too, right after
        self.page.wait_for_function(
            """node => node.querySelector('img').alt
                === node.querySelector('[role=status]').textContent""",
            arg=self.root.element_handle(),
            polling=OFTEN,
        )


def has_focus(element: Any) -> bool:
    """Tell whether an element has the keyboard."""
    return element.evaluate("node => node === document.activeElement")


def value_of(control: Any) -> str:
    """Return the value that a control says it has."""
    return control.evaluate(
        # not aria-valuenow, which has one decimal only
        "n => n.getAttribute('aria-valuetext') ?? `${n.value} ${n.checked}`"
    )


def keys_for(control: Any) -> tuple[str, ...]:
    """Return the keys that move a control, from wherever it stands, to another end."""
    kind, first = control.evaluate(
        """n => n.getAttribute('role') === 'slider'
            ? ['slider', n.ariaValueNow === n.ariaValueMin]
            : [n.type, n.selectedIndex === 0]"""
    )
    if kind == "checkbox":
        return ("Space",)
    if kind == "slider":
        return ("ArrowRight", "End") if first else ("ArrowLeft", "Home")
    return ("ArrowDown",) if first else ("ArrowUp",)
