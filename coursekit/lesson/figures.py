"""Figures of a lesson, each with its alt text."""

from collections.abc import Callable
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure

from coursekit.lesson.output import Output
from coursekit.plots.alt import figure_html, png_bytes


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
    display(Output(alt, page, **{"image/png": png}))
