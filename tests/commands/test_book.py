"""``coursekit html`` and ``coursekit slides``, as they are typed."""

import pytest

from coursekit import cli
from coursekit.authoring.book import paper, reveal
from coursekit.commands.base import BROKEN, DONE, MISUSED
from coursekit.extras import how_to_install
from coursekit.study import folder


@pytest.fixture
def small_course(monkeypatch, tmp_path):
    """Let the course be its first lesson."""
    whole = folder.course_folder()
    for kind in ("notebooks", "exercises"):
        (tmp_path / "course" / kind).mkdir(parents=True)
        text = (whole / kind / "00_start_here.ipynb").read_bytes()
        (tmp_path / "course" / kind / "00_start_here.ipynb").write_bytes(text)
    monkeypatch.setattr(folder, "course_folder", lambda: tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_html_writes_the_book_and_says_how_large_it_is(small_course, capsys):
    assert cli.main(["html", "book"]) == DONE
    assert (small_course / "book/notebooks/00_start_here.html").is_file()
    said = capsys.readouterr().out
    assert said.startswith("3 pages, 0.")
    assert "index.html in a browser" in said


def test_html_into_the_notebooks_counts_as_misused(small_course, capsys):
    assert cli.main(["html", "course"]) == MISUSED
    assert "Name another" in capsys.readouterr().err


def test_html_for_instructors_has_their_cells(small_course):
    assert cli.main(["html", "book", "--instructor"]) == DONE
    page = (small_course / "book/notebooks/00_start_here.html").read_text("utf-8")
    assert '<aside class="instructor"' in page


def test_pdf_without_a_browser_leaves_the_pages_and_counts_as_broken(
    small_course, monkeypatch, capsys
):
    monkeypatch.setenv("COURSEKIT_CHROMIUM", "/nowhere/chrome")
    assert cli.main(["html", "book", "--pdf"]) == BROKEN
    assert (small_course / "book/index.html").is_file()
    assert "The pages are written" in capsys.readouterr().err


def test_pdf_prints_each_lesson_and_exercise(small_course, monkeypatch, capsys):
    def print_pdf(program, page):
        pdf = page.with_suffix(".pdf")
        pdf.write_bytes(b"%PDF")
        return pdf

    monkeypatch.setattr(paper, "browser", lambda: "chrome")
    monkeypatch.setattr(paper, "print_pdf", print_pdf)
    assert cli.main(["html", "book", "--pdf"]) == DONE
    assert "2 PDFs" in capsys.readouterr().out


def test_slides_are_named_after_their_lesson(small_course):
    assert cli.main(["slides", "00"]) == DONE
    assert (small_course / "00_start_here.slides.html").is_file()


def test_slides_go_where_out_says(small_course):
    assert cli.main(["slides", "00", "--out", "talks/mine.html"]) == DONE
    assert (small_course / "talks/mine.html").is_file()


def test_slides_that_cannot_be_written_say_where(small_course, capsys):
    assert cli.main(["slides", "00", "--out", "course"]) == BROKEN
    assert "--out" in capsys.readouterr().err


def test_slides_without_reveal_say_what_to_install(small_course, monkeypatch, capsys):
    monkeypatch.setattr(reveal, "PACKAGE", "no-such-package")
    assert cli.main(["slides", "00"]) == BROKEN
    assert how_to_install("teach") in capsys.readouterr().err
    assert not (small_course / "00_start_here.slides.html").exists()


def test_slides_of_no_lesson_count_as_misused(small_course, capsys):
    assert cli.main(["slides", "99"]) == MISUSED
    assert "00_start_here" in capsys.readouterr().err
