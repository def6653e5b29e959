"""Markdown of a lesson as HTML: formulas, links between pages, headings, tables."""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from coursekit.authoring.book.formulas import display, mathml

TAGS = re.compile(r"<annotation.*?</annotation>|<[^>]+>", re.S)
EMPTY_HEAD = re.compile(
    r"<thead>\s*<tr>(?:\s*<th[^>]*>\s*</th>)+\s*</tr>\s*</thead>\s*"
)
EMPTY_HEADER = re.compile(r"<th[^>]*>\s*</th>")
FIRST_CELL = re.compile(r"(<tr>\s*)<td([^>]*)>(.*?)</td>", re.S)
TO_NOTEBOOK = re.compile(r"^(?P<path>(?![a-z][a-z0-9+.-]*:)[^#?]+)\.ipynb(?=#|$)", re.I)


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its level, its words as HTML, and the id to link to."""

    level: int
    page: str
    id: str

    @property
    def text(self) -> str:
        """The words alone, as a search reads them."""
        return plain_text(self.page)


class Prose:
    """Renders the Markdown cells of one page and collects its headings.

    Parameters
    ----------
    folder : Path
        Where the notebook lies: pictures are read from there and put into the page.
    alone : bool, default=False
        True where the other pages are not beside this one: links to them become text.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self.headings: list[Heading] = []
        self._renderer = _Renderer(self.headings, folder, alone)

    def render(self, markdown: str) -> str:
        """Return one cell's Markdown as HTML.

        Raises
        ------
        FormulaError
            If a formula cannot be written as MathML.
        """
        return MarkdownWithMath(renderer=self._renderer).render(markdown).strip()


def plain_text(page: str) -> str:
    """Return the words of a piece of HTML.

    >>> plain_text("Forget <code>.eval()</code> &amp; see")
    'Forget .eval() & see'
    """
    return html.unescape(TAGS.sub("", page)).strip()


class _Renderer(IPythonRenderer):
    def __init__(self, headings: list[Heading], folder: Path, alone: bool) -> None:
        super().__init__(escape=False, embed_images=True, path=str(folder))
        self._headings, self._alone = headings, alone

    def block_html(self, html: str) -> str:
        """Leave it alone: nbconvert would close a ``<details>`` before its content."""
        return html

    def inline_html(self, html: str) -> str:
        return html

    def inline_math(self, body: str) -> str:
        return mathml(html.unescape(body))

    def block_math(self, body: str) -> str:
        return display(html.unescape(body))

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def heading(self, text: str, level: int, **_: Any) -> str:
        """Give it the id that JupyterLab and GitHub give it: lessons link to those."""
        words = plain_text(text)
        base = name = words.replace(" ", "-")
        taken = {heading.id for heading in self._headings}
        number = 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        self._headings.append(Heading(level, text, name))
        return f'<h{level} id="{html.escape(name)}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if self._alone and TO_NOTEBOOK.match(url):
            return text
        return super().link(text, TO_NOTEBOOK.sub(r"\g<path>.html", url), title)

    def table(self, text: str) -> str:
        """Say which cells are headers; a header without words would name nothing."""
        if EMPTY_HEAD.search(text) or EMPTY_HEADER.search(text):
            text = FIRST_CELL.sub(r'\1<th scope="row"\2>\3</th>', text)
        text = EMPTY_HEADER.sub("<td></td>", EMPTY_HEAD.sub("", text))
        text = re.sub(r"<th(?! scope)\b", '<th scope="col"', text)
        return f'<div class="scrolls"><table>\n{text}</table></div>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<div class="code">{super().block_code(code, info)}</div>\n'
