"""A real Chromium, and in it JupyterLab as `coursekit lab` starts it.

Browser tests skip where there is no Chromium, unless COURSEKIT_BROWSER is "required",
as it is in continuous integration.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lab_page import LabPage

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


def skip_or_fail(reason: str) -> None:
    """Skip the test, or fail it where browser tests are required."""
    if os.environ.get("COURSEKIT_BROWSER") == "required":
        pytest.fail(f"{reason}, and COURSEKIT_BROWSER=required", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium or Chrome that Playwright can drive."""
    if find_spec("playwright") is None:
        skip_or_fail("playwright is not installed (it is in the extra 'test')")
    found = (shutil.which(name) for name in CHROMIUMS)
    path = next((path for path in found if path), None)
    if path is None:
        skip_or_fail("no Chromium or Chrome was found on this computer")
    return path


# Scoped to the module: while Playwright is open its event loop runs in this thread, and
# other modules want loops of their own.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """Return a Chromium driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def lab(
    chromium: str, start_lab: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Return a JupyterLab on a fresh study folder, started by ``coursekit lab``."""
    folder = tmp_path_factory.mktemp("browser") / "study"
    return start_lab(folder, "--expose-app-in-browser")


@pytest.fixture(scope="module")
def window(browser: Any) -> Iterator[Any]:
    """Return a window: its tabs need not each fetch and compile JupyterLab anew."""
    opened = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def lab_page(window: Any, lab: Any) -> LabPage:
    """Return a tab with JupyterLab as it opens, which the tests of a module share."""
    return LabPage(window.new_page(), lab.url("/"))


@pytest.fixture(autouse=True)
def picture_of_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep a picture of JupyterLab where a test fails, if COURSEKIT_PICTURES is set."""
    failed = request.session.testsfailed
    yield
    place = os.environ.get("COURSEKIT_PICTURES")
    if place and request.session.testsfailed > failed:
        if "lab_page" in request.fixturenames:
            page = request.getfixturevalue("lab_page").page
            Path(place).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(place) / f"{request.node.name}.png")
