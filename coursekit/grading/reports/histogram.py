"""The distribution of scores as a small inline SVG, and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from coursekit.grading.reports.words import count, points

_MOST_BARS = 12
_WIDTH, _HEIGHT, _TOP, _LEFT, _BOTTOM = 480, 120, 18, 8, 34


@dataclass(frozen=True)
class Bar:
    """How many scores lie from ``low`` to ``high``; the last bar takes both ends."""

    low: float
    high: float
    count: int


def bars(scores: Sequence[float], out_of: int) -> list[Bar]:
    """Return the bars of a histogram, whole points wide, at most twelve.

    Parameters
    ----------
    scores : sequence of float
        Points, from 0 to ``out_of``; overrides may have halves, or more than there are.
    out_of : int
        Points there are.

    Examples
    --------
    >>> [bar.count for bar in bars([0, 1, 1.5, 3], 3)]
    [1, 2, 1]
    """
    step = max(1, -(-out_of // _MOST_BARS))
    number = max(1, -(-out_of // step))
    counts = [0] * number
    for score in scores:
        counts[min(max(int(score // step), 0), number - 1)] += 1
    return [
        Bar(at * step, min((at + 1) * step, out_of), held)
        for at, held in enumerate(counts)
    ]


def summary(scores: Sequence[float], out_of: int) -> str:
    """Return the distribution in one sentence.

    Examples
    --------
    >>> summary([2, 5, 9], 10)
    '3 scores from 2 to 9 of 10 points, median 5.'
    """
    if not scores:
        return "There is no score yet."
    low, high, middle = min(scores), max(scores), median(scores)
    return (
        f"{count(len(scores), 'score')} from {points(low)} to {points(high)} of "
        f"{count(out_of, 'point')}, median {points(middle)}."
    )


def histogram(scores: Sequence[float], out_of: int, exercise: str) -> Markup:
    """Return the drawing; its title says each bar, for those who do not see it."""
    drawn = bars(scores, out_of)
    label = f"Histogram of the scores in {exercise}. " + "; ".join(
        f"{_span(bar, last=bar is drawn[-1])} points: {bar.count}" for bar in drawn
    )
    width = (_WIDTH - 2 * _LEFT) / len(drawn)
    tallest = max((bar.count for bar in drawn), default=0) or 1
    parts = []
    for at, bar in enumerate(drawn):
        size = _HEIGHT * bar.count / tallest
        x, y = _LEFT + at * width, _TOP + _HEIGHT - size
        middle = x + width / 2
        if bar.count:
            parts.append(_RECT.format(x + 2, y, width - 4, size))
            parts.append(_TEXT.format(middle, y - 4, bar.count))
        span = _span(bar, last=bar is drawn[-1])
        parts.append(_TEXT.format(middle, _TOP + _HEIGHT + 15, span))
    base = _TOP + _HEIGHT
    return Markup(
        '<svg class="histogram" role="img" aria-label="{label}" viewBox="0 0 {w} {h}" '
        'fill="currentColor" font-size="12" xmlns="http://www.w3.org/2000/svg">'
        '<title>{label}</title>{parts}<path d="M{l} {b}H{r}" stroke="currentColor"/>'
        '<text x="{m}" y="{t}" text-anchor="middle">points</text></svg>'
    ).format(
        label=label,
        w=_WIDTH,
        h=_TOP + _HEIGHT + _BOTTOM,
        parts=Markup("").join(parts),
        l=_LEFT,
        r=_WIDTH - _LEFT,
        b=base,
        m=_WIDTH // 2,
        t=base + 30,
    )


_RECT = Markup(
    '<rect class="bar" x="{:.4g}" y="{:.4g}" width="{:.4g}" height="{:.4g}"/>'
)
_TEXT = Markup('<text x="{:.4g}" y="{:.4g}" text-anchor="middle">{}</text>')


def _span(bar: Bar, *, last: bool) -> str:
    """Write the whole points that a bar stands for."""
    high = bar.high if last else bar.high - 1
    return f"{bar.low:g}" if high <= bar.low else f"{bar.low:g}–{high:g}"
