"""Pages that open from disk in a real browser, with the network off."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

#: For axe, where nothing but the colours of the page has changed since it ran.
COLOURS_ALONE = {"runOnly": ["color-contrast", "link-in-text-block"]}
#: Leave of the words in a block of code the first of each kind to be seen: the others
#: look the same, and axe takes milliseconds for each.
ONE_OF_A_KIND = """() => {
    for (const block of document.querySelectorAll('pre, pre code')) {
        const kinds = new Set();
        for (const word of block.children) {
            const kind = word.cloneNode().outerHTML;
            if (kinds.has(kind) && !word.children.length)
                word.style.visibility = 'hidden';
            kinds.add(kind);
        }
    }
}"""


@contextmanager
def visits(browser: Any, folder: Path) -> Iterator[Callable]:
    """Give a function that opens pages of a folder.

    At the end no page has asked for anything outside itself or reported an error.
    """
    contexts, asked, errors = [], [], []

    def visit(
        address: str, width: int = 1280, height: int = 800, scheme="light", **more
    ) -> Any:
        context = browser.new_context(
            offline=True,
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))

        def complain(text: str) -> None:
            errors.append(f"{page.url}: {text}")

        page.on("pageerror", lambda error: complain(str(error)))
        page.on(
            "console",
            lambda said: complain(said.text) if said.type == "error" else None,
        )
        path, rest = re.fullmatch(r"([^?#]*)(.*)", address).groups()
        page.goto((folder / path).as_uri() + rest)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def unfold(page: Any) -> None:
    """Open all that is folded."""
    # in a frame: at the start of one a page that became narrow folds its contents
    page.evaluate(
        """new Promise(requestAnimationFrame).then(() => {
            for (const part of document.querySelectorAll('details')) part.open = true;
        })"""
    )


def check_with_axe(page: Any) -> None:
    """Unfold a page; fail if axe finds, by day or by night, what keeps people out."""
    run = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed",
    )
    unfold(page)
    page.evaluate(ONE_OF_A_KIND)
    for scheme, rules in (("light", {}), ("dark", COLOURS_ALONE)):
        page.emulate_media(color_scheme=scheme)
        # axe takes a header with nothing but a formula for empty; readers speak it
        found = run.Axe().run(
            page,
            context={"exclude": "th:has(> math:only-child)"},
            options={"resultTypes": ["violations"], **rules},
        )
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
