"""The pages of the book: each holds all it needs and opens from disk."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coursekit.authoring.book.cells import Cells
from coursekit.authoring.book.course import Chapter
from coursekit.authoring.book.prose import Heading, Prose
from coursekit.authoring.sources import BuildError

TEMPLATES = Path(__file__).parent / "templates"
COURSE = "Residual connections and normalization"


@dataclass(frozen=True)
class Page:
    """A chapter as HTML, with its headings; the frame around it comes later."""

    chapter: Chapter
    body: Markup
    headings: tuple[Heading, ...]

    @property
    def title(self) -> Heading:
        """The heading at the top."""
        return self.headings[0]

    @property
    def contents(self) -> tuple[Heading, ...]:
        """The headings below it that a table of contents shows."""
        return tuple(h for h in self.headings if h.level in (2, 3))


@cache
def templates() -> Environment:
    """Return the templates; style and script go into every page as they are."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(
        course=COURSE,
        inline=lambda name: Markup((TEMPLATES / name).read_text(encoding="utf-8")),
    )
    return made


def page_of(chapter: Chapter, *, instructor: bool = False) -> Page:
    """Return one chapter as HTML.

    Raises
    ------
    BuildError
        If a cell breaks a rule, such as a formula that cannot be written as MathML.
    """
    prose = Prose(chapter.path.parent)
    try:
        cells = Cells(chapter.cells, prose.render, templates())
        shown = chapter.shown(instructor=instructor)
        body = "\n".join(_each(cells, shown))
    except BuildError as error:
        raise BuildError(f"{chapter.path.name}: {error}") from error
    return Page(chapter, Markup(body), tuple(prose.headings))


def _each(cells: Cells, shown: Sequence) -> Iterator[str]:
    for cell in shown:
        try:
            yield cells.render(cell)
        except BuildError as error:
            raise BuildError(f"cell {cell.id}: {error}") from error


def framed(pages: Sequence[Page], *, instructor: bool = False) -> dict[str, str]:
    """Return every file of the book: its address and its text.

    Parameters
    ----------
    pages : sequence of Page
        All pages in their order.
    instructor : bool, default=False
        Whether they are the instructor's edition, which says so.
    """
    shared = {
        "pages": pages,
        "lessons": _lessons(pages),
        "index": _index(pages),
        "instructor": instructor,
    }
    first = templates().get_template("index.html")
    frame = templates().get_template("page.html")
    made = {"index.html": first.render(shared, page=None, root="")}
    for before, page, after in zip(
        [None, *pages[:-1]], pages, [*pages[1:], None], strict=True
    ):
        around = {"before": before, "after": after, "root": "../"}
        made[page.chapter.address] = frame.render(shared, page=page, **around)
    return made


def _lessons(pages: Sequence[Page]) -> list[tuple[Page, Page | None]]:
    """Return each lesson with its exercise."""
    exercises = {p.chapter.name: p for p in pages if p.chapter.kind == "exercise"}
    return [
        (page, exercises.get(page.chapter.name))
        for page in pages
        if page.chapter.kind == "lesson"
    ]


def _index(pages: Sequence[Page]) -> Markup:
    """Return all headings for the search, as JSON: page, heading and address."""
    rows = [
        [page.title.text, "" if h is page.title else h.text, page.chapter.address, h.id]
        for page in pages
        for h in page.headings
    ]
    # "<" could end the script element the index stands in
    return Markup(json.dumps(rows, ensure_ascii=False).replace("<", "\\u003c"))
