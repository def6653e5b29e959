"""Draw expected, got and error as three small heat maps: inline SVG and its words."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from coursekit.grading.colours import colour, ink_on
from coursekit.grading.finding import Gap, finding, number, pattern
from coursekit.grading.verdict import Picture

#: What is drawn of a larger array: a window about the worst entry.
MAX_ROWS, MAX_COLUMNS = 8, 12
_GRID, _LEFT, _TOP, _BAR, _BETWEEN = 216, 40, 46, 30, 14
_NUMBERS_FROM = 32  # pixels of width a cell needs to hold its number
_PANEL = _LEFT + _GRID + _BETWEEN


@dataclass(frozen=True)
class HeatMaps:
    """The drawing, and which part of the arrays it is.

    ``words`` says what is seen, complete; ``caption`` only what a message that names
    the number of wrong entries and the worst does not say.
    """

    svg: Markup
    words: str
    caption: str
    part: str


@dataclass(frozen=True)
class _Window:
    """The part of the arrays that is drawn: one slice, some rows and columns of it."""

    lead: tuple[int, ...]
    rows: range
    columns: range
    row_axis: str
    column_axis: str

    def index(self, row: int, column: int, ndim: int) -> tuple[int, ...]:
        return (*self.lead, row, column)[len(self.lead) + 2 - ndim :]


def draw(picture: Picture) -> HeatMaps | None:
    """Return the three heat maps of ``picture``, or None where nothing can be drawn.

    Parameters
    ----------
    picture : Picture
        Expected and got of one shape, any number of axes. Of more than two axes the
        slice with the largest error is drawn, of large arrays a window about it.

    Returns
    -------
    HeatMaps or None
        None for arrays that are empty, not numbers, or of different shapes.
    """
    gap = Gap.of(picture)
    if gap is None:
        return None
    window = _window(gap)
    words = finding(gap)
    caption = words[0].upper() + words[1:] if pattern(gap) else ""
    svg = _svg(picture.value, gap, window, words)
    return HeatMaps(svg, words, caption, _part(gap, window))


def _window(gap: Gap) -> _Window:
    """Choose the slice and the window that hold the worst entry."""
    shape, worst = (1, 1, *gap.got.shape), (0, 0, *gap.worst)
    axes = ("", "", *gap.axes)
    spans = [
        range(start, min(start + most, length))
        for most, length, at in zip(
            (MAX_ROWS, MAX_COLUMNS), shape[-2:], worst[-2:], strict=True
        )
        for start in [max(0, min(at - most // 2, length - most))]
    ]
    return _Window(gap.worst[:-2], *spans, row_axis=axes[-2], column_axis=axes[-1])


def _part(gap: Gap, window: _Window) -> str:
    """Say which slice and which indices are drawn; empty when it is all of them."""
    said = [f"{gap.axes[k]} = {index}" for k, index in enumerate(window.lead)]
    lengths = (1, 1, *gap.got.shape)[-2:]
    spans = zip(
        (window.row_axis, window.column_axis),
        (window.rows, window.columns),
        lengths,
        strict=True,
    )
    for axis, span, length in spans:
        if len(span) < length:
            said.append(f"{axis} {span[0]} to {span[-1]} of {length}")
    return ", ".join(said)


def _svg(value: str, gap: Gap, window: _Window, words: str) -> Markup:
    """Lay the three panels side by side; colours follow the theme's text colour."""
    cell_width = min(44.0, max(_GRID / len(window.columns), _GRID / MAX_COLUMNS))
    cell_height = 24.0 if cell_width >= _NUMBERS_FROM else cell_width
    values = _Scale("cividis", *_range(gap.expected, gap.got))
    reach = _reach(gap.error)
    errors = _Scale("PuOr", -reach, reach)
    size = (cell_width, cell_height)
    panels = [
        _panel("expected", gap.expected, values, gap, window, size),
        _panel("yours", gap.got, values, gap, window, size),
        _panel("error = yours − expected", gap.error, errors, gap, window, size),
    ]
    width = 3 * _PANEL - _BETWEEN
    height = round(_TOP + cell_height * len(window.rows) + _BAR)
    shifted = [
        Markup('<g transform="translate({} 0)">{}</g>').format(k * _PANEL, panel)
        for k, panel in enumerate(panels)
    ]
    label = f"Three heat maps of {value}: expected, yours, and the error. {words}"
    return Markup(
        '<svg role="img" aria-label="{label}" viewBox="0 0 {w} {h}" width="{w}" '
        'height="{h}" style="max-width:100%;height:auto" fill="currentColor" '
        'font-family="inherit" font-size="11" xmlns="http://www.w3.org/2000/svg">'
        "<title>{label}</title>{panels}</svg>"
    ).format(label=label, w=width, h=height, panels=Markup("").join(shifted))


@dataclass(frozen=True)
class _Scale:
    """Colours from ``low`` to ``high``."""

    name: str
    low: float
    high: float

    def __call__(self, value: float) -> str:
        span = self.high - self.low
        return colour(self.name, (value - self.low) / span if span else 0.5)


def _range(*arrays: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest finite value of all ``arrays``."""
    finite = np.concatenate([array[np.isfinite(array)].ravel() for array in arrays])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _reach(error: np.ndarray) -> float:
    """Return the largest finite error, the half width of the error's scale."""
    return max(map(abs, _range(error)))


def _panel(
    title: str,
    array: np.ndarray,
    scale: _Scale,
    gap: Gap,
    window: _Window,
    size: tuple[float, float],
) -> Markup:
    """Draw one heat map with its title, its indices and its scale."""
    width, height = size
    right, bottom = width * len(window.columns), height * len(window.rows)
    parts = [_text(_LEFT, 12, title, "start", weight="bold")]
    arrows = zip((window.row_axis, window.column_axis), "↓→", strict=True)
    names = [f"{axis} {arrow}" for axis, arrow in arrows if axis]
    parts.append(_text(_LEFT, 27, ", ".join(names), "start"))
    for k, column in enumerate(window.columns):
        if window.column_axis:
            parts.append(_text(_LEFT + (k + 0.5) * width, _TOP - 5, column))
    for r, row in enumerate(window.rows):
        y = _TOP + r * height
        if window.row_axis:
            parts.append(_text(_LEFT - 6, y + height / 2 + 4, row, "end"))
        for k, column in enumerate(window.columns):
            at = window.index(row, column, array.ndim)
            box = (_LEFT + k * width, y, width, height)
            parts.append(_cell(array[at], scale, box, _tip(gap, at)))
    if gap.wrong.any():
        parts.append(_outline(gap, window, size))
    parts.append(_bar(scale, _LEFT, _TOP + bottom + 8, min(right, 120)))
    return Markup("").join(parts)


def _cell(
    value: float, scale: _Scale, box: tuple[float, float, float, float], tip: str
) -> Markup:
    """Draw one entry: its colour and, where there is room, its number."""
    x, y, width, height = box
    finite = bool(np.isfinite(value))
    fill = scale(value) if finite else "#ffffff"
    ink = ink_on(fill)
    marks = Markup("")
    if not finite:  # struck through: it has no place on the scale
        marks += Markup(
            f'<path d="M{x} {y}l{width} {height}m{-width} 0l{width} {-height}" '
            'stroke="#b00020" fill="none"/>'
        )
    if width >= _NUMBERS_FROM or not finite:
        marks += _text(
            x + width / 2, y + height / 2 + 4, _short(value), fill=ink, halo=not finite
        )
    return Markup(
        f'<g><rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'fill="{fill}"/>{marks}<title>{escape(tip)}</title></g>'
    )


def _tip(gap: Gap, at: tuple[int, ...]) -> str:
    """Return what the pointer reads over one entry."""
    place = f"{list(at)}: " if at else ""
    return f"{place}expected {number(gap.expected[at])}, yours {number(gap.got[at])}"


def _short(value: float) -> str:
    """Write a number in at most five signs, for a cell.

    Examples
    --------
    >>> _short(-0.6881), _short(123.4), _short(0.0001), _short(0.0)
    ('−0.69', '123', '1e−4', '0')
    """
    size = abs(value)
    if not np.isfinite(value) or not value:
        return number(value)
    if 0.005 <= size < 99.5:
        return f"{value:.{1 if size >= 9.95 else 2}f}".replace("-", "−")
    if 99.5 <= size < 9999.5:
        return f"{value:.0f}".replace("-", "−")
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def _outline(gap: Gap, window: _Window, size: tuple[float, float]) -> Markup:
    """Outline the worst entry in white on black, visible on every colour."""
    width, height = size
    row, column = (0, 0, *gap.worst)[-2:]
    x = _LEFT + (column - window.columns[0]) * width
    y = _TOP + (row - window.rows[0]) * height
    rect = Markup(
        '<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" fill="none" '
        'stroke="{}" stroke-width="{}"/>'
    )
    box = (x + 1, y + 1, width - 2, height - 2)
    return rect.format(*box, "#000000", 4) + rect.format(*box, "#ffffff", 1.5)


def _bar(scale: _Scale, x: float, y: float, width: float) -> Markup:
    """Draw the scale as a bar between its two ends."""
    low, high = number(scale.low), number(scale.high)
    start = x + 7 * len(low) + 4
    step = width / 16
    rects = [
        f'<rect x="{start + k * step:g}" y="{y:g}" width="{step + 0.6:g}" '
        f'height="8" fill="{colour(scale.name, (k + 0.5) / 16)}"/>'
        for k in range(16)
    ]
    ends = _text(start - 4, y + 8, low, "end") + _text(
        start + width + 4, y + 8, high, "start"
    )
    return Markup("".join(rects)) + ends


def _text(
    x: float,
    y: float,
    text: object,
    anchor: str = "middle",
    *,
    weight: str = "normal",
    fill: str = "",
    halo: bool = False,
) -> Markup:
    """Write ``text``; without ``fill`` in the colour of the text around the drawing."""
    extra = f' fill="{fill}"' if fill else ""
    if halo:
        extra += ' stroke="#ffffff" stroke-width="3" paint-order="stroke"'
    return Markup(  # not Markup.format, which is ten times slower: cards have hundreds
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}"'
        f"{extra}>{escape(text)}</text>"
    )
