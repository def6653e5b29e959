"""Pages on paper: the browser that prints, and what is said without one."""

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.authoring.book import paper


@pytest.fixture
def page(tmp_path):
    made = tmp_path / "a page.html"
    made.write_text("<!DOCTYPE html><title>t</title>")
    return made


def test_without_a_browser_the_message_says_how_to_print(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("COURSEKIT_CHROMIUM", raising=False)
    monkeypatch.setattr(paper, "BROWSERS", ("chromium",))
    with pytest.raises(paper.PaperError, match="print it to a PDF there"):
        paper.browser()


def test_a_browser_can_be_named(monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHROMIUM", sys.executable)
    assert Path(paper.browser()).samefile(sys.executable)


def test_a_named_browser_that_is_not_there_is_named_in_the_message(monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(paper.PaperError, match="COURSEKIT_CHROMIUM=/nowhere/chrome"):
        paper.browser()


def ran(monkeypatch, writes=b"", code=0):
    """Let a program stand in for the browser; return the commands it is given."""
    commands = []

    def run(command, **_):
        commands.append(command)
        (target,) = (a for a in command if a.startswith("--print-to-pdf="))
        if writes:
            Path(target.partition("=")[2]).write_bytes(writes)
        return subprocess.CompletedProcess(command, code, "", "first\nno display")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_the_pdf_lies_beside_its_page(monkeypatch, page):
    (command,) = [ran(monkeypatch, b"%PDF")]
    pdf = paper.print_pdf("chrome", page)
    assert pdf.read_bytes() == b"%PDF"
    assert pdf.name == "a page.pdf"
    assert command[0][-1].endswith("a%20page.html")


def test_a_browser_that_writes_nothing_is_quoted(monkeypatch, page):
    page.with_suffix(".pdf").write_bytes(b"of yesterday")
    ran(monkeypatch, code=1)
    with pytest.raises(paper.PaperError, match=r"code 1 .*\(no display\)"):
        paper.print_pdf("chrome", page)


def test_a_browser_that_hangs_is_given_up(monkeypatch, page):
    def run(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(paper.PaperError, match="within 180 s"):
        paper.print_pdf("chrome", page)
