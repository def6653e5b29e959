"""Slides of one lesson: a page with reveal.js inside, which opens from disk.

Which cells stand on which slide:

1. A cell with ``slideshow.slide_type`` in its metadata goes where it says, as in
   nbconvert: "slide" begins a slide, "subslide" one below the last, "fragment" comes
   with the next key, "-" continues, "skip" leaves the cell out, "notes" makes it a
   speaker note.
2. Any other cell goes by rule. A heading begins a slide. A prediction ends its slide,
   so that the question is up while the room guesses, and the result comes with the
   next key. A cell that does not fit any more begins a slide with the same heading.
   Cells for instructors become speaker notes; cells that only import are left out.
"""

import ast
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from nbformat import NotebookNode

from coursekit.authoring.book.cells import Cells
from coursekit.authoring.book.course import Chapter
from coursekit.authoring.book.guesses import names_of
from coursekit.authoring.book.pages import templates
from coursekit.authoring.book.prose import Prose, plain_text
from coursekit.authoring.book.reveal import reveal
from coursekit.authoring.sources import BuildError, tags_of

#: About how many lines a slide holds, and how wide one is, in characters.
LINES, WIDTH = 20, 80
#: Lines that a figure, and one line of code, takes in the size of the text.
FIGURE, CODE_LINE = 12, 0.8
BEFORE_HEADING = re.compile(r"^(?=#{1,3} )", re.M)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
HEADING = re.compile(r"^#{1,3} (.+)")


@dataclass
class Slide:
    """What stands on one slide, and what is said beside it."""

    heading: str
    continued: bool = False
    #: True on a slide that stands below the one before, not beside it.
    below: bool = False
    parts: list[Markup] = field(default_factory=list)
    notes: list[Markup] = field(default_factory=list)
    lines: float = 0.0
    #: How many keys it takes to see all of it, after the one that shows the slide.
    steps: int = 0
    #: True after a prediction: what comes next would spoil it.
    full: bool = False


def slides_of(chapter: Chapter) -> str:
    """Return the slides of a lesson as one page.

    Raises
    ------
    BuildError
        If a cell breaks a rule, or reveal.js is not installed; the message says more.
    """
    prose = Prose(chapter.path.parent, alone=True)
    cells = Cells(chapter.cells, prose.render, templates(), spoil=True)
    try:
        slides = arrange(chapter.cells, cells)
    except BuildError as error:
        raise BuildError(f"{chapter.path.name}: {error}") from error
    page = templates().get_template("slides.html")
    return page.render(stacks=stacked(slides), title=prose.headings[0], reveal=reveal)


def arrange(cells: Sequence[NotebookNode], pages: Cells) -> list[Slide]:
    """Put the cells of a lesson on slides by the rules above."""
    slides: list[Slide] = []
    for cell in map(_piece_by_piece, cells):
        for piece in cell:
            kind = _kind(piece)
            if kind == "skip":
                continue
            page = _without_sections(pages.render(piece))
            if kind == "notes" and slides:
                slides[-1].notes.append(page)
                continue
            lines = lines_of(piece)
            if not slides or _begins(kind, slides[-1], piece, lines):
                slides.append(_next(kind, slides, piece, pages))
            slide = slides[-1]
            slide.steps += kind == "fragment"
            slide.parts.append(_in_step(slide.steps, page))
            slide.lines += lines
            slide.full = bool(names_of(piece))
    return slides


def stacked(slides: Sequence[Slide]) -> list[list[Slide]]:
    """Return the slides from left to right, each with those below it."""
    stacks: list[list[Slide]] = []
    for slide in slides:
        if slide.below:
            stacks[-1].append(slide)
        else:
            stacks.append([slide])
    return stacks


def _without_sections(page: str) -> Markup:
    """Return a part of a slide without sections: to reveal.js each would be a slide."""
    page = re.sub(r"<section\b", '<div role="group"', page)
    return Markup(page.replace("</section>", "</div>"))


def _in_step(step: int, page: Markup) -> Markup:
    """Return a part of a slide so that reveal.js shows it with its step, 0 at once."""
    fragment = Markup('<div class="fragment" data-fragment-index="{}">{}</div>')
    return fragment.format(step, page) if step else page


def _piece_by_piece(cell: NotebookNode) -> Iterator[NotebookNode]:
    """Yield a cell; one with headings in its middle in pieces, so that each begins."""
    fences = FENCED.search(cell.source)
    if cell.cell_type != "markdown" or fences or "instructor" in tags_of(cell):
        yield cell
        return
    for source in filter(str.strip, BEFORE_HEADING.split(cell.source)):
        piece = NotebookNode(cell)
        piece.source = source
        yield piece


def _kind(cell: NotebookNode) -> str:
    """Return the slide type of a cell: its own, or "notes", "skip" or "" by rule."""
    if own := cell.metadata.get("slideshow", {}).get("slide_type"):
        return own
    if "instructor" in tags_of(cell):
        return "notes"
    return "skip" if _only_prepares(cell) else ""


def _only_prepares(cell: NotebookNode) -> bool:
    """Tell whether a cell imports and seeds, and shows nothing."""
    if cell.cell_type != "code" or cell.outputs:
        return False
    try:
        lines = ast.parse(cell.source).body
    except SyntaxError:  # a magic command, say
        return False
    return any(isinstance(line, ast.Import | ast.ImportFrom) for line in lines) and all(
        isinstance(line, ast.Import | ast.ImportFrom)
        or "default_rng" in ast.unparse(line)
        for line in lines
    )


def _begins(kind: str, before: Slide, cell: NotebookNode, lines: float) -> bool:
    if kind:
        return kind in ("slide", "subslide")
    if cell.cell_type == "markdown" and HEADING.match(cell.source):
        return True
    return before.full or before.lines + lines > LINES


def _next(kind: str, slides: list[Slide], cell: NotebookNode, pages: Cells) -> Slide:
    """Return an empty slide under the cell's heading, or the last one's."""
    before = slides[-1] if slides else Slide("")
    below = kind == "subslide" and bool(slides)
    own = cell.cell_type == "markdown" and HEADING.match(cell.source)
    if own:
        plain = NotebookNode(cell)
        plain.source, plain.metadata = own[1], NotebookNode()
        return Slide(plain_text(pages.render(plain)), below=below)
    # what does not fit on a slide below goes on below
    below |= before.below and not kind
    return Slide(before.heading, continued=True, below=below)


def lines_of(cell: NotebookNode) -> float:
    """Return about how many lines of text a cell is as high as."""
    if cell.cell_type == "markdown":
        folded = re.sub(r"</summary>.*?</details>", "", cell.source, flags=re.S)
        lines = sum(
            math.ceil(len(line) / WIDTH) for line in folded.splitlines() if line
        )
        return lines + 0.5 * folded.count("\n\n") + 2.5 * (folded.count("$$") // 2)
    if names_of(cell):
        return 4
    pictures = sum("<figure" in _html(made) for made in cell.outputs)
    code = sum("<pre" in _html(made) for made in cell.outputs)
    listed = sum(
        _html(made).count("\n") for made in cell.outputs if "<pre" in _html(made)
    )
    boxes = 1.7 * (len(cell.outputs) - pictures - code)
    source = 1 + cell.source.count("\n") + 1
    return FIGURE * pictures + CODE_LINE * (source + listed) + boxes + 1


def _html(made: NotebookNode) -> str:
    return made.get("data", {}).get("text/html", "")
