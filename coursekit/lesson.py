"""What the cells of a lesson call: predict, claim, show and source."""

import ast
import difflib
import html
import inspect
import keyword
import math
import operator
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure

from coursekit.plots.alt import figure_html, png_bytes

__all__ = ["ClaimError", "Prediction", "claim", "predict", "show", "source"]

#: The guesses of this session in the order of the questions.
PREDICTIONS: list["Prediction"] = []


class ClaimError(AssertionError):
    """A claim of the lesson does not hold here; the message has value and bound."""


class _Output:
    """One output in several forms; outside a notebook its text is printed."""

    def __init__(self, text: str, page: str, **more: Any) -> None:
        self.bundle = {"text/plain": text, "text/html": page, **more}

    def __repr__(self) -> str:
        return self.bundle["text/plain"]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.bundle


def _box(colour: str, inner: str) -> str:
    """Return ``inner`` beside a coloured bar, in the colours of the page's theme."""
    return (
        f'<div style="border-left:4px solid {colour};padding:0.2em 0.8em;'
        f'margin:0.3em 0;color:var(--jp-content-font-color1,inherit)">{inner}</div>'
    )


BLUE = "var(--jp-info-color1,#0072B2)"
GREEN = "var(--jp-success-color1,#009E73)"
RED = "var(--jp-error-color1,#D55E00)"
QUIET = 'style="color:var(--jp-content-font-color2,inherit)"'


def _inline(text: str) -> str:
    """Return ``text`` as HTML, with `code` between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def _plain(value: Any) -> Any:
    """Return a NumPy or torch scalar as Python's own; anything else as it is."""
    shape = getattr(value, "shape", None)
    if shape is None or not hasattr(value, "item") or math.prod(shape) != 1:
        return value
    return value.item()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _told(value: Any, unit: str = "") -> str:
    """Return a value as it is written in a sentence: six digits at most."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()


def show(
    draw: Callable[..., str],
    *data: Any,
    width: float = 6.4,
    height: float = 3.2,
    ncols: int = 1,
    nrows: int = 1,
    **options: Any,
) -> None:
    """Draw one figure and display it with its alt text.

    Parameters
    ----------
    draw : callable
        Called as ``draw(ax, *data, **options)``; returns the alt text. With several
        columns or rows ``ax`` is an array of Axes, shaped as `Figure.subplots`
        returns it.
    *data
        What is drawn, usually arrays.
    width, height : float
        Size of the whole figure in inches.
    ncols, nrows : int, default=1
        How many Axes beside and below one another.
    **options
        Passed on to ``draw``.

    Raises
    ------
    ValueError
        If ``draw`` does not return a text.

    Examples
    --------
    >>> def line(ax, heights):
    ...     ax.plot(heights)
    ...     return f"A line from {heights[0]} to {heights[-1]}."
    >>> show(line, [1, 2, 3])
    A line from 1 to 3.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    alt = draw(figure.subplots(nrows, ncols), *data, **options)
    if not isinstance(alt, str) or not alt.strip():
        name = getattr(draw, "__name__", "draw")
        raise ValueError(
            "show: draw must return the alt text, a sentence that says what the "
            f"picture shows; got {alt!r} from {name}."
        )
    png = png_bytes(figure)
    page = figure_html(png, alt, width=width)
    display(_Output(alt, page, **{"image/png": png}))


@dataclass
class Prediction:
    """A guess and, once `reveal` is called, the truth beside it.

    ``guess`` is None where the learner has put none that can be used.
    """

    question: str
    guess: Any
    choices: tuple[str, ...] = ()
    unit: str = ""
    truth: Any = field(default=None, init=False)

    def reveal(self, truth: Any, *, measured: bool = False) -> None:
        """Show the guess beside the truth and say how far apart they are.

        Parameters
        ----------
        truth : number or str
            What came out; one of the choices where there are choices.
        measured : bool, default=False
            True for results of training and of clocks, whose digits differ between
            computers: the text then says "measured:", and the tests of the
            notebooks do not compare what follows.

        Raises
        ------
        ValueError
            If ``truth`` is not a number, or is not one of the choices.

        Examples
        --------
        >>> predict("How many of 64 directions survive?", 60).reveal(62)
        Predict: How many of 64 directions survive? Your guess: 60.
        You guessed 60; it is 62. Very close.
        """
        truth = _plain(truth)
        if self.choices and truth not in self.choices:
            raise ValueError(
                f"reveal: truth must be one of {list(self.choices)}; got {truth!r}."
            )
        if not self.choices and not _is_number(truth):
            raise ValueError(f"reveal: truth must be one number; got {truth!r}.")
        self.truth = truth
        said = (
            "You have not guessed"
            if self.guess is None
            else f"You guessed {_told(self.guess, self.unit)}"
        )
        found = f"{'measured:' if measured else 'it is'} {_told(truth, self.unit)}"
        text = f"{said}; {found}. {self._comment()}".rstrip()
        display(_Output(text, _box(BLUE, _inline(text))))

    def _comment(self) -> str:
        """Return a friendly sentence on how far the guess is from the truth."""
        guess, truth = self.guess, self.truth
        if guess is None:
            return ""
        if guess == truth:
            return "Exactly right."
        if self.choices:
            return "Not this time: the text below says why."
        if not math.isfinite(truth):
            return "No finite guess comes near."
        if abs(guess - truth) <= 0.05 * abs(truth):
            return "Very close."
        if guess * truth > 0 and not 0.5 < guess / truth < 2:
            factor = max(guess / truth, truth / guess)
            side = "large" if abs(guess) > abs(truth) else "small"
            return f"Your guess is {factor:.3g} times too {side}."
        side = "high" if guess > truth else "low"
        return f"Your guess is {abs(guess - truth):.3g} too {side}."


def predict(
    question: str,
    guess: Any,
    *,
    choices: Sequence[str] | None = None,
    unit: str = "",
) -> Prediction:
    """Record a guess before the experiment; `Prediction.reveal` shows the truth after.

    A guess that cannot be used is answered with a sentence, never with a traceback,
    and the notebook goes on as if there were none.

    Parameters
    ----------
    question : str
        What is asked, with its question mark.
    guess : number or str or None
        The learner edits it. A number, or one of ``choices``; None asks for one.
    choices : sequence of str, optional
        The possible answers, where the question is not about a number.
    unit : str, default=""
        Unit of a number, shown behind it.

    Returns
    -------
    prediction : Prediction
        Keep it and call ``prediction.reveal(truth)`` after the experiment.

    Raises
    ------
    ValueError
        If ``choices`` has fewer than two entries.

    Examples
    --------
    >>> _ = predict("Which axis?", "featurs", choices=["batch", "features"])
    Predict: Which axis? Choices: "batch", "features". 'featurs' is not one of the \
choices; did you mean "features"? Change the guess in this cell and run it again.
    """
    if choices is not None and len(choices) < 2:
        raise ValueError(
            f"predict: choices must name two or more answers; got {choices!r}."
        )
    options = tuple(choices or ())
    usable, trouble = _judge_guess(_plain(guess), options)
    prediction = Prediction(question, usable, options, unit)
    PREDICTIONS[:] = [p for p in PREDICTIONS if p.question != question]
    PREDICTIONS.append(prediction)
    named = ", ".join(f'"{choice}"' for choice in options)
    listed = f"Choices: {named}." if options else ""
    said = trouble or f"Your guess: {_told(usable, unit)}."
    text = " ".join(filter(None, ["Predict:", question, listed, said]))
    page = (
        f"<strong>Predict</strong> {_inline(question)}"
        + (f"<br><span {QUIET}>{_inline(listed)}</span>" if listed else "")
        + f"<br>{_inline(said)}"
    )
    display(_Output(text, _box(BLUE, page)))
    return prediction


def _judge_guess(guess: Any, choices: tuple[str, ...]) -> tuple[Any, str]:
    """Return the guess, or None and the sentence that says why it cannot be used."""
    again = "Change the guess in this cell and run it again."
    if guess is None:
        return None, "Put your guess into this cell and run it again."
    if choices and guess not in choices:
        known = {choice.casefold(): choice for choice in choices}
        near = difflib.get_close_matches(str(guess).casefold(), known, n=1)
        hint = f'; did you mean "{known[near[0]]}"?' if near else "."
        return None, f"{guess!r} is not one of the choices{hint} {again}"
    if not choices and not (_is_number(guess) and math.isfinite(guess)):
        return None, f"{guess!r} is not a number, such as 3 or 0.5. {again}"
    return guess, ""


def _bound_in_words(relation: str, bound: Any, rtol: float | None) -> str:
    if relation == "in":
        return f"from {_told(bound[0])} to {_told(bound[1])}"
    if relation == "~":
        return f"within {100 * rtol:.3g} % of {_told(bound)}"
    return f"{RELATIONS[relation][0]} {_told(bound)}"


RELATIONS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "<": ("below", operator.lt),
    "<=": ("at most", operator.le),
    ">": ("above", operator.gt),
    ">=": ("at least", operator.ge),
    "==": ("exactly", operator.eq),
}


def _comparable(name: str, value: Any, relation: str) -> Any:
    """Return ``value`` ready to compare, or say why it cannot be."""
    plain = _plain(value)
    if _is_number(plain):
        return plain
    if relation == "==" and isinstance(plain, bool | str | tuple | list):
        return tuple(plain) if isinstance(plain, list | tuple) else plain
    shape = getattr(plain, "shape", None)
    got = repr(plain) if shape is None else f"an array of shape {tuple(shape)}"
    raise ValueError(
        f"claim: {name} must be one number to be compared with {relation!r} (reduce "
        f"an array first, for example with .max() or .all()); got {got}."
    )


def claim(
    sentence: str,
    value: Any,
    relation: str,
    bound: Any,
    *,
    rtol: float | None = None,
    measured: bool = False,
) -> None:
    """Say something that can be checked, check it, and show value, bound and verdict.

    Parameters
    ----------
    sentence : str
        What is claimed, in words.
    value : number
        What came out; a scalar of Python, NumPy or torch. With ``"=="`` also a
        text, a truth value or a tuple, such as a shape.
    relation : {"<", "<=", ">", ">=", "==", "in", "~"}
        How ``value`` stands to ``bound``; ``"in"`` includes both ends, ``"~"`` is
        ``abs(value - bound) <= rtol * abs(bound)``.
    bound : number or pair of numbers
        A pair (low, high) for ``"in"``.
    rtol : float, optional
        The relative tolerance of ``"~"``, and of nothing else.
    measured : bool, default=False
        True where the digits may differ between processors: results of training,
        times, rounding errors. The text then says "measured 1.34", and the tests of
        the notebooks compare sentence, bound and verdict, but not these digits.
        False for exact results: "computed 62", compared digit by digit.

    Raises
    ------
    ClaimError
        If the claim does not hold; a NaN never holds.
    ValueError
        If the relation is unknown, or value or bound cannot be compared by it.

    Examples
    --------
    >>> claim("Layer norm takes away two of 64 directions.", 62, "==", 62)
    Claim holds: Layer norm takes away two of 64 directions. (computed 62; bound: \
exactly 62)
    """
    if relation not in RELATIONS and relation not in ("in", "~"):
        known = [*RELATIONS, "in", "~"]
        raise ValueError(f"claim: relation must be one of {known}; got {relation!r}.")
    if (relation == "~") != (rtol is not None):
        raise ValueError(
            f"claim: rtol must be given with '~' and only there; got rtol={rtol} "
            f"with {relation!r}."
        )
    value = _comparable("value", value, relation)
    if relation == "in":
        low, high = (_comparable("each bound", end, relation) for end in bound)
        bound, holds = (low, high), low <= value <= high
    else:
        bound = _comparable("bound", bound, relation)
        if relation == "~":
            holds = abs(value - bound) <= rtol * abs(bound)
        else:
            holds = RELATIONS[relation][1](value, bound)
    verdict = "holds" if holds else "fails"
    found = f"{'measured' if measured else 'computed'} {_told(value)}"
    facts = f"{found}; bound: {_bound_in_words(relation, bound, rtol)}"
    text = f"Claim {verdict}: {sentence} ({facts})"
    page = (
        f"<strong>Claim {verdict}</strong> {_inline(sentence)} "
        f"<span {QUIET}>({html.escape(facts)})</span>"
    )
    display(_Output(text, _box(GREEN if holds else RED, page)))
    if not holds:
        raise ClaimError(text)


def source(*objects: Any) -> None:
    """Display how functions or classes of the package are written.

    Of each docstring only the first line is shown: the rest is in ``help(obj)``.

    Parameters
    ----------
    *objects
        Functions, methods or classes written in Python.

    Raises
    ------
    ValueError
        If something has no Python source.

    Examples
    --------
    >>> source(_is_number)
    def _is_number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)
    """
    text = "\n\n".join(_short_source(obj) for obj in objects)
    page = (
        '<pre style="line-height:1.35;overflow-x:auto;'
        f'color:var(--jp-content-font-color1,inherit)">{_highlighted(text)}</pre>'
    )
    display(_Output(text, page))


def _short_source(obj: Any) -> str:
    """Return the source of ``obj`` with its docstrings cut to their first lines."""
    try:
        text = textwrap.dedent(inspect.getsource(inspect.unwrap(obj)))
    except (TypeError, OSError):
        raise ValueError(
            "source: every object must be a function or class written in Python; "
            f"got {obj!r}."
        ) from None
    lines = text.splitlines()
    for node in reversed(list(ast.walk(ast.parse(text)))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            doc = node.body[0]
            first = ast.get_docstring(node).splitlines()[0]
            indent = " " * doc.col_offset
            lines[doc.lineno - 1 : doc.end_lineno] = [f'{indent}"""{first}"""']
    return "\n".join(lines)


#: Comments and strings come first: a keyword inside one of them is not a keyword.
PYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<string>(?<!\w)[bfruBFRU]{0,2}
        (?:\"{3}.*?\"{3} | '{3}.*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'))
    | (?P<number>\b\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?\b)
    | (?P<keyword>\b(?:KEYWORDS)\b)""".replace("KEYWORDS", "|".join(keyword.kwlist)),
    re.DOTALL | re.VERBOSE,
)


def _highlighted(text: str) -> str:
    """Return Python source as HTML in the colours of the page's own editor theme."""
    pieces, at = [], 0
    for found in PYTHON.finditer(text):
        pieces.append(html.escape(text[at : found.start()], quote=False))
        style = f"color:var(--jp-mirror-editor-{found.lastgroup}-color,inherit)"
        inner = html.escape(found.group(), quote=False)
        pieces.append(f'<span style="{style}">{inner}</span>')
        at = found.end()
    return "".join([*pieces, html.escape(text[at:], quote=False)])
