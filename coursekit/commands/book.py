"""``coursekit html`` and ``coursekit slides``: the course without Jupyter."""

import argparse
from pathlib import Path

from coursekit.commands.base import BROKEN, DONE, MISUSED, add_command, complain

HTML_EXAMPLES = """\
examples:
  coursekit html book               then open book/index.html
  coursekit html book --pdf         and a PDF of each lesson and exercise
  coursekit html mine --instructor  with the notes for instructors

Each page holds all it needs: it opens from a disk or a stick, without any network.
"""
SLIDES_EXAMPLES = """\
examples:
  coursekit slides 05_batch_norm    writes 05_batch_norm.slides.html
  coursekit slides 05 --out talk.html

The page holds all it needs, reveal.js included: it opens without any network. Arrow
keys and Space move. S opens the speaker view in a window of its own, which the browser
must allow: notes, clock and the next slide. Esc shows all slides, F fills the screen,
Shift and ? list the keys. An address that ends in .html#/7 leads to slide 7, and one
that ends in .html?print-pdf shows all slides as pages, to print or to save as PDF;
with &showNotes=separate-page behind it, the notes too.
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add both commands to the parser."""
    command = add_command(commands, html, HTML_EXAMPLES)
    command.add_argument(
        "out", type=Path, metavar="OUT", help="the folder to write; made if not there"
    )
    command.add_argument(
        "--instructor",
        action="store_true",
        help="write the instructor's edition, with the cells for instructors",
    )
    command.add_argument(
        "--pdf",
        action="store_true",
        help="print each page to a PDF too, with the Chromium or Chrome of this "
        "computer",
    )
    command = add_command(commands, slides, SLIDES_EXAMPLES)
    command.add_argument(
        "name", metavar="NAME", help="the lesson, such as 05_batch_norm or 05"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the page to write (default: NAME.slides.html)",
    )


def html(options: argparse.Namespace) -> int:
    """Write the course as pages that open from disk, without network or Python."""
    from coursekit.authoring.book import course, files
    from coursekit.authoring.sources import BuildError
    from coursekit.study.folder import CourseMissingError, course_folder

    try:
        chapters = course.read_course(course_folder())
        book = files.write_book(chapters, options.out, instructor=options.instructor)
    except files.FolderError as error:
        return complain("html", error, MISUSED)
    except (BuildError, CourseMissingError) as error:
        return complain("html", error, BROKEN)
    print(f"{len(book.pages)} pages, {book.size / 1e6:.1f} MB, in {book.folder}")
    if options.pdf and (code := print_pages(book.chapters)):
        return code
    print(f"Open {book.folder / 'index.html'} in a browser.")
    return DONE


def print_pages(pages: tuple[Path, ...]) -> int:
    """Print pages to PDFs beside them, with a progress bar."""
    from tqdm import tqdm

    from coursekit.authoring.book import paper

    try:
        program = paper.browser()
        pdfs = [
            paper.print_pdf(program, page)
            for page in tqdm(pages, desc="PDF", unit="page", disable=None)
        ]
    except paper.PaperError as error:
        return complain("html", error, BROKEN)
    print(f"{len(pdfs)} PDFs, {sum(p.stat().st_size for p in pdfs) / 1e6:.1f} MB")
    return DONE


def slides(options: argparse.Namespace) -> int:
    """Write the slides of one lesson: a page with reveal.js and speaker notes."""
    from coursekit.authoring.book import course
    from coursekit.authoring.book.slides import slides_of
    from coursekit.authoring.notebooks import write_if_new
    from coursekit.authoring.sources import BuildError
    from coursekit.study.folder import CourseMissingError, course_folder

    try:
        chapters = course.read_course(course_folder())
    except (BuildError, CourseMissingError) as error:
        return complain("slides", error, BROKEN)
    try:
        chapter = course.find(chapters, options.name)
    except BuildError as error:
        return complain("slides", error, MISUSED)
    out = options.out or Path(f"{chapter.name}.slides.html")
    try:
        write_if_new(out, slides_of(chapter))
    except BuildError as error:
        return complain("slides", error, BROKEN)
    except OSError as error:
        return complain(
            "slides",
            f"the slides must go into {out}; they cannot be written there ({error}). "
            "Name another file with --out.",
            BROKEN,
        )
    print(f"Open {out} in a browser.")
    return DONE
