"""What axe-core has to say about our part of a page in JupyterLab."""

from typing import Any

import pytest

#: What the course brings: rendered text and outputs. Menus, toolbars, the file browser,
#: the editors of cells and their prompts are JupyterLab's.
OURS = [".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-OutputArea-output"]
#: Inside it: what JupyterLab's renderers add.
THEIRS = ["mjx-container", ".jp-InternalAnchorLink"]
#: Rules about a whole page, which is JupyterLab's to keep.
#: And one about tables: Markdown has none without a row of headers, so those of the card
#: at the top of each notebook are empty.
NOT_OURS = (
    "region",
    "page-has-heading-one",
    "landmark-one-main",
    "bypass",
    "empty-table-header",
)


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
        options={"rules": {rule: {"enabled": False} for rule in NOT_OURS}},
    )
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
