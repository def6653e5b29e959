"""One cell of a notebook as a piece of a page."""

import html
import re
from collections.abc import Callable, Iterator

from jinja2 import Environment
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbformat import NotebookNode

from coursekit.authoring.book import guesses
from coursekit.authoring.sources import tags_of

#: What tqdm leaves behind: progress is no result.
PROGRESS = re.compile(r"^[^\n]*\d+%\|[^\n]*\d+/\d+ \[[^\n]*$", re.M)
MOVES = (
    "This picture moves in JupyterLab: open the lesson with <code>coursekit lab</code> "
    "and try the controls."
)
highlight = Highlight2HTML()


class Cells:
    """Turns the cells of one notebook into HTML, in their order.

    Parameters
    ----------
    cells : list of NotebookNode
        All cells of the notebook, the hidden ones included.
    markdown : callable
        Markdown in, HTML out.
    templates : Environment
        Has ``question.html``.
    spoil : bool, default=False
        True leaves results open beside the guesses, as slides show them.
    """

    def __init__(
        self,
        cells: list[NotebookNode],
        markdown: Callable[[str], str],
        templates: Environment,
        *,
        spoil: bool = False,
    ) -> None:
        self._markdown = markdown
        self._question = templates.get_template("question.html")
        self._folded = set() if spoil else guesses.folded(cells)

    def render(self, cell: NotebookNode) -> str:
        """Return one cell as HTML: prose, or code with its outputs."""
        if cell.cell_type == "markdown":
            return self._prose(cell)
        if cell.cell_type != "code":
            return ""
        results = "\n".join(self._results(cell))
        if results and "explorer" in tags_of(cell):
            results += f'\n<p class="moves">{MOVES}</p>'
        if results and cell.id in self._folded:
            results = (
                '<details class="guess"><summary>Guess first, then open the result'
                f"</summary>\n{results}\n</details>"
            )
        source = code(cell.source)
        if results:
            results = f'<div class="results">{results}</div>'
        if guesses.names_of(cell):  # the question says all that its code says
            source = f"<details><summary>The cell that asks</summary>{source}</details>"
            return f'<div class="cell asks">{results}\n{source}</div>'
        return f'<div class="cell">{source}\n{results}</div>'

    def _prose(self, cell: NotebookNode) -> str:
        page = self._markdown(cell.source)
        if "instructor" in tags_of(cell):
            return (
                f'<aside class="instructor" aria-label="For instructors: {cell.id}">'
                f"{page}</aside>"
            )
        if "question" in tags_of(cell):
            return f'<div class="question">{page}</div>'
        return page

    def _results(self, cell: NotebookNode) -> Iterator[str]:
        """Yield each output as HTML, with questions to fill in and no one's guesses."""
        asked = iter(guesses.names_of(cell))
        shown = iter(guesses.REVEALS.findall(cell.source))
        for page in filter(None, map(output, cell.outputs)):
            if question := guesses.question(page):
                yield self._question.render(name=next(asked), question=question)
            elif guesses.revealed(page, ""):
                yield guesses.revealed(page, next(shown))
            else:
                yield page


def code(source: str) -> str:
    """Return Python source in colours; a box that scrolls where it is wider than it."""
    return f'<div class="code">{highlight(source.rstrip(), language="ipython3")}</div>'


def output(made: NotebookNode) -> str:
    """Return one output of a cell as HTML, "" if there is nothing to see."""
    data = made.get("data", {})
    if "text/html" in data:
        # The caption repeats the alt text for those who see; once is enough to hear.
        quiet = '<figcaption aria-hidden="true">'
        return data["text/html"].replace("<figcaption>", quiet)
    if "image/png" in data:
        alt = html.escape(data.get("text/plain", ""))
        source = "".join(data["image/png"].split())
        return f'<img alt="{alt}" src="data:image/png;base64,{source}">'
    if made.output_type == "error":
        text = "\n".join(made.traceback)
    else:
        text = made.get("text", data.get("text/plain", ""))
    text = PROGRESS.sub("", strip_ansi(text)).strip("\n")
    return f'<pre class="text">{html.escape(text, quote=False)}</pre>' if text else ""
