"""Guess first: which results a page folds away, and the question as something to fill.

A notebook shows a result when its cell is run, so nothing spoils the guess. A page has
no kernel: the outputs from the cell after a prediction to the one that reveals it are
folded, and the guess the lesson came with, which is nobody's, gives way to a field.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from coursekit.authoring.sources import BuildError

PREDICTS = re.compile(r"^(\w+)\s*=\s*predict\(", re.M)
REVEALS = re.compile(r"^\s*(\w+)\.reveal\(", re.M)
#: What `coursekit.lesson.predict` and `Prediction.reveal` display.
QUESTION = re.compile(
    r"<strong>Predict</strong> (?P<question>.*?)"
    r"(?:<br><span [^>]*>Choices: (?P<choices>.*?)\.</span>)?<br>Your guess:.*</div>",
    re.S,
)
REVEALED = re.compile(
    r"(?P<before><div [^>]*>)You (?:guessed|have not guessed).*?; "
    r"(?P<found>(?:it is|measured:) .*?\.)"
    r"(?: (?:Exactly right|Very close|Your guess is|Not this time)[^<]*)?</div>",
    re.S,
)
CHOICE = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Question:
    """What a prediction asks, as HTML, with its choices where it has any."""

    text: str
    choices: tuple[str, ...]


def names_of(cell: NotebookNode) -> list[str]:
    """Return the variables that hold the predictions a cell makes, in order."""
    return PREDICTS.findall(cell.source) if cell.cell_type == "code" else []


def folded(cells: Sequence[NotebookNode]) -> set[str]:
    """Return the ids of the cells whose outputs would spoil a guess.

    Raises
    ------
    BuildError
        If a prediction is never revealed; the message names its cell.
    """
    found: set[str] = set()
    for place, cell in enumerate(cells):
        for name in names_of(cell):
            found |= set(_until_revealed(name, cell, cells[place + 1 :]))
    return found


def _until_revealed(
    name: str, cell: NotebookNode, later: Sequence[NotebookNode]
) -> list[str]:
    passed = []
    for after in later:
        if after.cell_type == "code" and not names_of(after):
            passed.append(after.id)
            if name in REVEALS.findall(after.source):
                return passed
    raise BuildError(
        f"cell {cell.id}: a later cell must call {name}.reveal(...); none does. Reveal "
        "the truth after the experiment, or take the prediction out."
    )


def question(page: str) -> Question | None:
    """Return the question in an output of ``predict``, None if it is something else."""
    found = QUESTION.search(page)
    if found is None:
        return None
    choices = CHOICE.findall(found["choices"] or "")
    return Question(found["question"].strip(), tuple(choices))


def revealed(page: str, name: str) -> str | None:
    """Return what a reveal found, without the guess of the lesson.

    Parameters
    ----------
    page : str
        An output of a cell, as HTML.
    name : str
        The variable of the prediction: the page's script puts the reader's guess in.

    Examples
    --------
    >>> revealed("<div a>You guessed 4; it is 6. Your guess is 2 too low.</div>", "n")
    '<div a><span class="yours" data-guess="n"></span>It is 6.</div>'
    """
    found = REVEALED.fullmatch(page.strip())
    if found is None:
        return None
    said = found["found"][0].upper() + found["found"][1:]
    place = f'<span class="yours" data-guess="{html.escape(name)}"></span>'
    return f"{found['before']}{place}{said}</div>"
