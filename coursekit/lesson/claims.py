"""Sentences of a lesson that the notebook itself checks."""

import html
import operator
from collections.abc import Callable
from typing import Any

from IPython.display import display

from coursekit.lesson.output import (
    GREEN,
    QUIET,
    RED,
    Output,
    box,
    inline,
    is_number,
    plain,
    told,
)

#: relation: (how it is said, how it is judged)
RELATIONS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "<": ("below", operator.lt),
    "<=": ("at most", operator.le),
    ">": ("above", operator.gt),
    ">=": ("at least", operator.ge),
    "==": ("exactly", operator.eq),
}


class ClaimError(AssertionError):
    """A claim of the lesson does not hold here; the message has value and bound."""


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
    found = (
        f"measured {told(value, digits=3)}" if measured else f"computed {told(value)}"
    )
    facts = f"{found}; bound: {_bound_in_words(relation, bound, rtol)}"
    text = f"Claim {verdict}: {sentence} ({facts})"
    page = (
        f"<strong>Claim {verdict}</strong> {inline(sentence)} "
        f"<span {QUIET}>({html.escape(facts)})</span>"
    )
    display(Output(text, box(GREEN if holds else RED, page)))
    if not holds:
        raise ClaimError(text)


def _bound_in_words(relation: str, bound: Any, rtol: float | None) -> str:
    if relation == "in":
        return f"from {told(bound[0])} to {told(bound[1])}"
    if relation == "~":
        return f"within {100 * rtol:.3g} % of {told(bound)}"
    return f"{RELATIONS[relation][0]} {told(bound)}"


def _comparable(name: str, value: Any, relation: str) -> Any:
    """Return ``value`` ready to compare, or say why it cannot be."""
    value = plain(value)
    if is_number(value):
        return value
    if relation == "==" and isinstance(value, bool | str | tuple | list):
        return tuple(value) if isinstance(value, list | tuple) else value
    shape = getattr(value, "shape", None)
    got = repr(value) if shape is None else f"an array of shape {tuple(shape)}"
    raise ValueError(
        f"claim: {name} must be one number to be compared with {relation!r} (reduce "
        f"an array first, for example with .max() or .all()); got {got}."
    )
