"""Say in words what a pair of arrays, expected and got, shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from coursekit.grading.verdict import Picture

#: Patterns in the error are looked for to this relative precision.
_CLOSE = 1e-6


@dataclass(frozen=True)
class Gap:
    """Where and by how much ``got`` leaves ``expected``; both of one shape, no unit."""

    expected: np.ndarray
    got: np.ndarray
    axes: tuple[str, ...]
    rtol: float = 1e-6
    atol: float = 1e-9

    @classmethod
    def of(cls, picture: Picture) -> "Gap | None":
        """Return the gap of a picture, or None where there is nothing to draw."""
        expected, got = np.asarray(picture.expected), np.asarray(picture.got)
        if expected.shape != got.shape or not expected.size:
            return None
        if any(array.dtype.kind not in "fiub" for array in (expected, got)):
            return None
        axes = picture.axes
        if len(axes) != expected.ndim:
            axes = tuple(f"axis {k}" for k in range(expected.ndim))
        return cls(
            expected.astype(float), got.astype(float), axes, picture.rtol, picture.atol
        )

    @cached_property
    def error(self) -> np.ndarray:
        """``got - expected``; 0 where both are the same infinity or both NaN."""
        with np.errstate(all="ignore"):
            error = self.got - self.expected
        same = (self.got == self.expected) | (
            np.isnan(self.got) & np.isnan(self.expected)
        )
        return np.where(same, 0.0, error)

    @cached_property
    def size(self) -> np.ndarray:
        """Size of the error; a NaN counts as infinitely wrong."""
        return np.nan_to_num(np.abs(self.error), nan=np.inf, posinf=np.inf)

    @cached_property
    def wrong(self) -> np.ndarray:
        """True where the answer is wrong by more than rounding."""
        with np.errstate(all="ignore"):
            return ~(self.size <= self.atol + self.rtol * np.abs(self.expected))

    @cached_property
    def worst(self) -> tuple[int, ...]:
        """Index of the largest error, the first of equals."""
        at = np.unravel_index(int(np.argmax(self.size)), self.size.shape)
        return tuple(map(int, at))


def number(value: float) -> str:
    """Write a number for people: four digits, a real minus sign.

    Examples
    --------
    >>> number(-0.123456), number(float("nan")), number(1e-12)
    ('−0.1235', 'NaN', '1e−12')
    """
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def finding(gap: Gap) -> str:
    """Return what the three heat maps show, in one sentence.

    Examples
    --------
    >>> expected = np.zeros((2, 3))
    >>> finding(Gap(expected, expected + [0.0, 0.5, 0.0], ("B", "d")))
    '2 of 6 entries differ, all of them at d = 1: too large by 0.5.'
    """
    count, size = int(gap.wrong.sum()), gap.wrong.size
    if not count:
        return f"all {size} entries agree."
    said = pattern(gap)
    if not said:
        expected, got = number(gap.expected[gap.worst]), number(gap.got[gap.worst])
        where = f"{list(gap.worst)}: " if gap.worst else ""
        said = f"; most at {where}expected {expected}, got {got}"
    return f"{count} of {size} entries differ{said}."


def pattern(gap: Gap) -> str:
    """Return what the wrong entries have in common, or nothing.

    It goes on after "entries differ": ", all of them at d = 1: too large by 0.5".
    """
    if not gap.wrong.any():
        return ""
    place, part = _place(gap)
    common = next(_patterns(part), "")
    return place + (f": {common}" if common else "")


def _place(gap: Gap) -> tuple[str, Gap]:
    """Say which indices of one axis hold every wrong entry; return that part."""
    for axis, name in enumerate(gap.axes):
        others = tuple(k for k in range(gap.wrong.ndim) if k != axis)
        hit = np.flatnonzero(gap.wrong.any(axis=others))
        if len(hit) < gap.wrong.shape[axis] and len(hit) <= 4:
            arrays = (np.take(array, hit, axis) for array in (gap.expected, gap.got))
            part = replace(gap, **dict(zip(("expected", "got"), arrays, strict=True)))
            indices = ", ".join(str(int(index)) for index in hit)
            return f", all of them at {name} = {indices}", part
    return "", gap


def _patterns(gap: Gap) -> Iterator[str]:
    """Yield what the wrong entries have in common, the simplest first."""
    where = gap.wrong
    got, expected, error = gap.got[where], gap.expected[where], gap.error[where]
    odd = ~np.isfinite(got) & np.isfinite(expected)
    if odd.any():
        kind = "NaN" if np.isnan(got[odd]).all() else "NaN or infinite"
        yield "yours is " + kind + ("" if odd.all() else f" at {odd.sum()} of them")
    if not (np.isfinite(gap.got).all() and np.isfinite(gap.expected).all()):
        return
    several = got.size > 1
    if several and _flat(error):
        yield f"too {'large' if error[0] > 0 else 'small'} by {number(abs(error[0]))}"
    if several and _flat(got):
        yield f"yours is {number(got[0])} at every one of them"
    with np.errstate(all="ignore"):
        factor = got / expected
    if several and np.isfinite(factor).all() and _flat(factor):
        flipped = abs(factor[0] + 1) < _CLOSE
        times = f"yours is {number(factor[0])} times the expected value"
        yield "the sign is flipped" if flipped else times
    yield from _shape_patterns(gap)


def _shape_patterns(gap: Gap) -> Iterator[str]:
    """Yield patterns that need the whole array: a transpose, an axis without effect."""
    if gap.got.ndim >= 2 and gap.got.shape[-1] == gap.got.shape[-2]:
        swapped = np.swapaxes(gap.got, -1, -2)
        if np.allclose(swapped, gap.expected, rtol=_CLOSE):
            yield f"yours has {gap.axes[-2]} and {gap.axes[-1]} exchanged"
    for array, words in ((gap.error, "the error is"), (gap.got, "yours is")):
        same = [
            name
            for axis, name in enumerate(gap.axes)
            if array.shape[axis] > 1 and _flat(array, axis)
        ]
        if same:
            yield f"{words} the same for every {' and '.join(same)}"


def _flat(values: np.ndarray, axis: int | None = None) -> bool:
    """Tell whether ``values`` do not change along ``axis`` (None: at all)."""
    spread = np.ptp(values, axis=axis)
    return bool((spread <= _CLOSE * np.abs(values).max()).all())
