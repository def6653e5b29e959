"""Read the cells of a py:percent source and give each an id that is a word."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from coursekit.extras import how_to_install

#: "long" marks a cell that takes a learner up to a minute; where the variables of
#: `coursekit.authoring.environment.quick` are set it does less, and says the same.
KNOWN_TAGS = frozenset(
    {"instructor", "answer", "solution", "predict", "explorer", "question", "long"}
)
KEPT_METADATA = ("tags", "task", "slideshow")
LONGEST_ID = 64


class BuildError(Exception):
    """A source breaks a rule or a cell fails; the message names file and cell.

    ``misused`` is True where what was asked for is to blame, not a source.
    """

    def __init__(self, message: str, *, misused: bool = False) -> None:
        super().__init__(message)
        self.misused = misused


def read_cells(path: Path, name: str) -> list[NotebookNode]:
    """Return the cells of one source, with ids, tags and nothing else.

    An id is the title of the cell's percent line (``# %% check-forward``), otherwise
    the cell's heading or first words.

    Parameters
    ----------
    path : Path
        The py:percent script.
    name : str
        What messages call it.

    Returns
    -------
    cells : list of NotebookNode
        Code cells without outputs, Markdown cells.

    Raises
    ------
    BuildError
        If jupytext is missing, the script has no cells, an id is used twice, or a
        tag or a metadata key is unknown.
    """
    try:
        import jupytext
    except ImportError:
        raise BuildError(
            "jupytext reads the sources, and it is not installed here. Install what "
            f"teachers and authors need: {how_to_install('teach')}."
        ) from None
    text = path.read_text(encoding="utf-8")
    cells = jupytext.reads(text, fmt="py:percent").cells
    cells = [cell for cell in cells if cell.source.strip()]
    if not cells:
        raise BuildError(f"{name}: there is no cell; start one with a line '# %%'.")
    for cell in cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines())
    for cell, cell_id in zip(cells, _ids(cells, name), strict=True):
        cell.id = cell_id
        cell.metadata = _kept_metadata(cell, f"{name}, cell {cell_id}")
    return cells


def tags_of(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def slug(text: str) -> str:
    """Return ``text`` as a word for an id: small letters, digits and hyphens.

    Examples
    --------
    >>> slug("## Why it works: the Jacobian")
    'why-it-works-the-jacobian'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return word[:LONGEST_ID].strip("-")


def _ids(cells: list[NotebookNode], name: str) -> Iterator[str]:
    """Yield one id a cell; only ids that nobody wrote are made unique by a number."""
    titles = [slug(cell.metadata.get("title", "")) for cell in cells]
    for title in titles:
        if title and titles.count(title) > 1:
            raise BuildError(
                f"{name}, cell {title}: two cells have this title. Titles become ids: "
                "give each its own."
            )
    taken = {title for title in titles if title}
    for cell, title in zip(cells, titles, strict=True):
        word = base = title or _first_words(cell)
        number = 2
        while not title and word in taken:
            word, number = f"{base}-{number}", number + 1
        taken.add(word)
        yield word


def _first_words(cell: NotebookNode) -> str:
    """Return the id of a cell without a title: its heading, or its first five words."""
    lines = [line for line in cell.source.splitlines() if line.strip()]
    first = next((line for line in lines if re.match(r"#+ ", line)), lines[0])
    words = slug(first).split("-")
    kept = "-".join(words if first.startswith("#") else words[:5])[:48].strip("-")
    return kept if re.match(r"[a-z]", kept) else f"cell-{kept}".strip("-")


def _kept_metadata(cell: NotebookNode, where: str) -> NotebookNode:
    """Return tags, task and slideshow of a cell; anything else is a slip."""
    own = {"title", "lines_to_next_cell", "cell_marker"}
    unknown = set(cell.metadata) - own - set(KEPT_METADATA)
    if unknown:
        raise BuildError(
            f"{where}: metadata must be one of {list(KEPT_METADATA)}; got "
            f"{sorted(unknown)}."
        )
    strange = sorted(set(tags_of(cell)) - KNOWN_TAGS)
    if strange:
        raise BuildError(
            f"{where}: tags must be among {sorted(KNOWN_TAGS)}; got {strange}."
        )
    kept = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
    return NotebookNode(kept)
