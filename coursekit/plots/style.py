"""The one look of every figure: colours, each with a second coding beside it.

Okabe and Ito's palette keeps apart under the common kinds of colour blindness; a line
style and a marker of its own keep each curve apart in grey print too.
"""

from collections.abc import Mapping
from typing import Any

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY = "#666666"
#: The same hues for words, dark enough to be read on white: a line needs a contrast of
#: 3 to what is behind it, small words need 4.5 (WCAG 2.2, 1.4.3 and 1.4.11).
INK: Mapping[str, str] = {
    BLUE: BLUE,
    ORANGE: "#B84F00",
    GREEN: "#007D5B",
    PINK: "#A84C80",
    GREY: GREY,
}

#: what a figure compares takes these in order: the first series, the second, ...
SERIES: tuple[Mapping[str, Any], ...] = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": ORANGE, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PINK, "linestyle": ":", "marker": "D"},
)


def line(index: int) -> dict[str, Any]:
    """Return colour and line style of series ``index``, without its marker.

    Examples
    --------
    >>> line(1)
    {'color': '#D55E00', 'linestyle': '--'}
    """
    style = SERIES[index]
    return {"color": style["color"], "linestyle": style["linestyle"]}
