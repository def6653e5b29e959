"""Compare one observed value with the expected one: form first, then numbers."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case
from coursekit.probes.outcome import Odd, Value
from coursekit.probes.plain import with_article

#: Norm-wise closeness that tells "computed in single precision" from "wrong".
SINGLE = 1e-5


@dataclass(frozen=True)
class Problem:
    """Why a value is not the expected one; ``form`` is kind, shape or element type."""

    reason: Reason
    text: str
    form: bool


def quoted(name: str) -> str:
    """Set a Python name in backticks and leave other descriptions alone."""
    return f"`{name}`" if name.replace(".", "_").isidentifier() else name


def number(value: complex, other: complex = 0.0) -> str:
    """Write a number with six digits, or with all where six do not tell two apart."""
    short = f"{value:.6g}"
    return repr(value) if value != other and short == f"{other:.6g}" else short


def differs(got: Value | Odd, expected: Value, case: Case) -> bool:
    """Tell whether a value is not the expected one, in form or in its numbers.

    Shapes must be equal: nothing is broadcast. Numbers may differ by the case's
    ``atol + rtol * abs(expected)``, entry by entry.
    """
    if form_problem("", got, expected, case) is not None:
        return True
    if isinstance(expected, str):
        return got != expected
    return bool(wrong_entries(np.asarray(got), np.asarray(expected), case).any())


def alike(got: Value | Odd, other: Value | Odd, case: Case) -> bool:
    """Whether two observed values are the same answer, written differently perhaps.

    Looser than `differs`, because mistakes lose digits where right answers do
    not: relative to the largest entry, and not finite counts as equal to not finite.

    Examples
    --------
    >>> alike(Odd("None"), np.zeros(2), Case({}, rtol=0.0, atol=0.0))
    False
    """
    if isinstance(got, Odd | str) or isinstance(other, Odd | str):
        # an array compared with anything else would give an array of comparisons
        return type(got) is type(other) and got == other
    a, b = np.asarray(got), np.asarray(other)
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return False
    size = np.abs(b).max(initial=0.0)
    if not isfinite(size):
        return not np.isfinite(a).all()
    room = case.atol + max(case.rtol, 1e-7) * size
    # where only a is not finite, neither is the gap, and no comparison holds
    return bool(np.abs(_wide(a) - _wide(b)).max(initial=0.0) <= 10 * room)


def _wide(array: np.ndarray) -> np.ndarray:
    """Return numbers in an element type in which a difference can be taken."""
    return array.astype(complex if array.dtype.kind == "c" else float, copy=False)


def form_problem(
    name: str, got: Value | Odd, expected: Value, case: Case
) -> Problem | None:
    """Return what is wrong with kind, shape or element type, in this order."""
    subject = quoted(name)
    if isinstance(got, Odd):
        kind = with_article(got.type_name)
        text = f"{subject} should be {_kind(expected)}; yours is {kind}."
        return Problem(Reason.WRONG_TYPE, text, form=True)
    if isinstance(got, str) or isinstance(expected, str):
        if isinstance(got, str) and isinstance(expected, str):
            return None
        text = f"{subject} should be {_kind(expected)}; yours is {_kind(got)}."
        return Problem(Reason.WRONG_TYPE, text, form=True)
    ours, theirs = np.asarray(expected), np.asarray(got)
    if theirs.shape != ours.shape:
        hint = shape_hint(theirs.shape, ours.shape, case.axes.get(name, "").split())
        text = f"{subject} should have shape {ours.shape}; yours is {theirs.shape}."
        return Problem(Reason.WRONG_SHAPE, f"{text} {hint}".rstrip(), form=True)
    if not _same_element_type(theirs, ours, exact=isinstance(expected, np.ndarray)):
        return Problem(Reason.WRONG_DTYPE, _dtype_text(subject, theirs, ours), True)
    return None


def _same_element_type(got: np.ndarray, expected: np.ndarray, *, exact: bool) -> bool:
    """Whole numbers of any width are one type; a lone 3 may stand for 3.0."""
    if got.dtype == expected.dtype:
        return True
    if got.dtype.kind in "iu" and expected.dtype.kind in "iu":
        return True
    return not exact and got.dtype.kind in "iuf" and expected.dtype.kind in "iuf"


def _dtype_text(subject: str, got: np.ndarray, expected: np.ndarray) -> str:
    """Say which element type came, and whether the numbers in it are right."""
    text = f"{subject} should be {expected.dtype}; yours is {got.dtype}."
    if got.dtype.kind == "f" and _close(got, expected):
        return (
            f"{text} The values are right, in {got.dtype}: something on the way is "
            f"made in {got.dtype} or cast to it. Keep the input's dtype."
        )
    if got.dtype.kind in "iu" and expected.dtype.kind == "f":
        return f"{text} Whole numbers cut off everything behind the point."
    return text


def _close(got: np.ndarray, expected: np.ndarray) -> bool:
    """Whether ``got`` has the digits that single precision keeps."""
    gap = np.abs(_wide(got) - _wide(expected))
    room = 1e-2 if got.dtype == np.float16 else SINGLE
    return bool((gap <= room * max(np.abs(expected).max(initial=0.0), 1e-30)).all())


def _kind(value: Value) -> str:
    """Name what a value is, for the sentence "should be …"."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    return "text" if isinstance(value, str) else "a number"


def shape_hint(got: tuple, expected: tuple, axes: list[str]) -> str:
    """Say what a wrong shape most likely comes from, or nothing.

    Examples
    --------
    >>> shape_hint((1, 6), (6,), ["d"])
    'It has an axis of length 1 too many: sum without `keepdims`, or take `[0]`.'
    >>> shape_hint((), (6,), ["d"])
    'A single number came back: one sum too many. There is one entry for each d.'
    """
    if got == ():
        each = " and ".join(axes) or "entry of the shape"
        return (
            "A single number came back: one sum too many. "
            f"There is one entry for each {each}."
        )
    if len(got) > len(expected) and _squeezed(got) == _squeezed(expected):
        return (
            "It has an axis of length 1 too many: sum without `keepdims`, "
            "or take `[0]`."
        )
    if len(got) < len(expected) and _squeezed(got) == _squeezed(expected):
        return "An axis of length 1 is missing: `keepdims=True` keeps it."
    if got == expected[::-1]:
        return "The axes are in the opposite order: something is transposed."
    if len(got) < len(expected) and got == expected[-len(got) :]:
        return "The leading axes are gone: sum or index over fewer axes."
    if len(got) > len(expected) and got[len(got) - len(expected) :] == expected:
        return "The leading axes are still there: sum over every axis but the last."
    return ""


def _squeezed(shape: tuple) -> tuple:
    return tuple(length for length in shape if length != 1)


def wrong_entries(got: np.ndarray, expected: np.ndarray, case: Case) -> np.ndarray:
    """Return a mask of the entries that leave the case's tolerance."""
    ours, theirs = _wide(np.asarray(expected)), _wide(np.asarray(got))
    with np.errstate(all="ignore"):
        gap = np.abs(theirs - ours)
        near = gap <= case.atol + case.rtol * np.abs(ours)
    if isfinite(gap.max(initial=0.0)):  # neither NaN nor infinite: nothing else to ask
        return ~near
    return ~(near | (theirs == ours) | (np.isnan(theirs) & np.isnan(ours)))


def value_problem(name: str, got: Value, expected: Value, case: Case) -> Problem | None:
    """Return which numbers of a value of the right form are wrong, first and worst."""
    subject = quoted(name)
    if isinstance(expected, str):
        if got == expected:
            return None
        text = f"{subject}: expected {expected}, got {got}."
        return Problem(Reason.WRONG_VALUE, text, form=False)
    ours, theirs = np.asarray(expected), np.asarray(got)
    wrong = wrong_entries(theirs, ours, case)
    if not wrong.any():
        return None
    lost = wrong & ~np.isfinite(theirs)
    if lost.any():
        text = f"{subject} {_nonfinite(theirs, ours, lost)}"
        return Problem(Reason.NON_FINITE, text, form=False)
    text = f"{subject} {_difference(theirs, ours, wrong)}"
    if _close(theirs, ours) and wrong.size > 1 and case.rtol < SINGLE / 10:
        text += (
            " The first digits are right: look for a float32, a rounding, or a sum "
            "that cancels."
        )
    return Problem(Reason.WRONG_VALUE, text, form=False)


def _at(index: tuple) -> str:
    return f"[{', '.join(str(int(i)) for i in index)}]"


def _nonfinite(got: np.ndarray, expected: np.ndarray, lost: np.ndarray) -> str:
    """Say how many entries are NaN or infinite, and what the first should be."""
    if got.ndim == 0:
        return f"should be {number(expected[()])}; yours is {got[()]}."
    first = tuple(np.argwhere(lost)[0])
    return (
        f"is NaN or infinite at {lost.sum()} of {lost.size} entries, first at "
        f"{_at(first)}: expected {number(expected[first])}, got {got[first]}."
    )


def _difference(got: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    """Say how many entries differ, the first, and the one that differs most."""

    def pair(at: tuple) -> str:
        a, b = expected[at].item(), got[at].item()
        return f"expected {number(a, b)}, got {number(b, a)}"

    if got.ndim == 0:
        return f"is wrong: {pair(())}."
    first = tuple(np.argwhere(wrong)[0])
    gap = np.where(wrong, np.abs(_wide(got) - _wide(expected)), -1.0)
    worst = np.unravel_index(gap.argmax(), gap.shape)
    many = f"differs at {wrong.sum()} of {wrong.size} entries"
    if tuple(worst) == first:
        return f"{many}, first and most at {_at(first)}: {pair(first)}."
    return (
        f"{many}: first at {_at(first)}, {pair(first)}; "
        f"most at {_at(worst)}, {pair(worst)}."
    )
