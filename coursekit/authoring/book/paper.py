"""The book on paper: each page as a PDF, printed by a Chromium of this computer."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from coursekit.authoring.sources import BuildError

#: What Chromium and its relatives are called, and where they lie off the search path.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "brave-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
SECONDS = 180


class PaperError(BuildError):
    """A page cannot be printed; the message says why and what to do."""


def browser() -> str:
    """Return the path of a Chromium, Chrome or Edge of this computer.

    Raises
    ------
    PaperError
        If there is none.
    """
    named = os.environ.get("COURSEKIT_CHROMIUM")
    found = map(shutil.which, [named] if named else BROWSERS)
    if path := next(filter(None, found), None):
        return path
    looked = f"COURSEKIT_CHROMIUM={named}" if named else "Chromium, Chrome and Edge"
    raise PaperError(
        f"a PDF is printed by a browser, and none was found (looked for {looked}). The "
        "pages are written: open one and print it to a PDF there, or install Chromium, "
        "or set COURSEKIT_CHROMIUM to the path of one."
    )


def print_pdf(program: str, page: Path) -> Path:
    """Print one page to a PDF beside it, with an outline of its headings.

    Parameters
    ----------
    program : str
        The browser, from `browser`.
    page : Path
        The page; its PDF has the same name with the ending ``.pdf``.

    Returns
    -------
    pdf : Path
        The file that was written.

    Raises
    ------
    PaperError
        If the browser does not write the file.
    """
    pdf = page.with_suffix(".pdf").resolve()
    pdf.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-extensions",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            "--virtual-time-budget=10000",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={pdf}",
            page.resolve().as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to start for root
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise PaperError(
                f"{page.name}: {program} must print a page within {SECONDS} s; it did "
                "not. Close other browsers and try again, or print from the page."
            ) from None
    if not pdf.is_file() or not pdf.stat().st_size:
        last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise PaperError(
            f"{page.name}: {program} must write {pdf.name}; it ended with exit code "
            f"{ran.returncode} and wrote nothing ({last}). Print from the page instead."
        )
    return pdf
