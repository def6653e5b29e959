"""What axe-core has to say about our part of a page in JupyterLab."""

from typing import Any

import pytest

from coursekit.grading.colours import contrast

#: What the course brings: rendered text and outputs. Menus, toolbars, the file browser,
#: the editors of cells and their prompts are JupyterLab's.
OURS = [".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-OutputArea-output"]
#: Inside it: what JupyterLab's renderers add.
THEIRS = ["mjx-container", ".jp-InternalAnchorLink"]
#: Rules that are not ours to keep.
NOT_OURS = (
    # about the whole page, which is JupyterLab's
    "region",
    "page-has-heading-one",
    "landmark-one-main",
    "bypass",
    # Markdown has no table without a row of headers: in the card at the top it is empty
    "empty-table-header",
    # JupyterLab lets rendered text scroll, and MathJax's copy of a formula for screen
    # readers can stick out by a pixel; browsers lead the keyboard into real scrollers
    "scrollable-region-focusable",
)
#: The colour of every bar at the left of a box with the colour behind it, as #rrggbb.
BARS = """() => {
    const hex = c => '#' + c.match(/\\d+/g).slice(0, 3).map(
        n => Number(n).toString(16).padStart(2, '0')).join('');
    const behind = e => {
        const c = getComputedStyle(e).backgroundColor;
        return c.endsWith(', 0)') && e.parentElement ? behind(e.parentElement) : c;
    };
    const boxes = document.querySelectorAll(".ck-card, [style*='border-left:']");
    return [...new Set([...boxes].map(box =>
        hex(getComputedStyle(box).borderLeftColor) + ' ' + hex(behind(box))))];
}"""


def what_axe_finds(page: Any) -> list[str]:
    """Return a line for every element of ours that breaks a rule of axe-core."""
    run = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed",
    )
    found = run.Axe().run(
        page,
        context={
            "include": [[one] for one in OURS],
            "exclude": [[one] for one in THEIRS],
        },
        options={
            "rules": {rule: {"enabled": False} for rule in NOT_OURS},
            "resultTypes": ["violations"],
        },
    )
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}: {node['html']}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def faint_bars(page: Any) -> list[str]:
    """Return the colours of bars beside our boxes that do not reach a contrast of 3."""
    pairs = page.evaluate(BARS)
    assert pairs
    return [pair for pair in pairs if contrast(*pair.split()) < 3]
