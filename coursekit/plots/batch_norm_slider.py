"""One feature of a small batch: what moves when a single sample moves."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREY, ORANGE

#: half the width of both axes of the outputs, and of the inputs
Y_LIMIT, X_LIMIT = 5.9, 3.5
MOVED = {"color": ORANGE, "marker": "s", "markersize": 9, "linestyle": ""}
OTHERS = {"color": BLUE, "marker": "o", "markersize": 6, "linestyle": ""}
BEFORE = {
    "color": GREY,
    "marker": "o",
    "markersize": 6,
    "linestyle": "",
    "fillstyle": "none",
}


def prepare_slider_axes(axes: Sequence[Axes]) -> None:
    """Draw axes and labels of the two panels that `draw_batch_state` fills."""
    axes[0].set_title("outputs of the batch", fontsize="medium")
    axes[0].set(xlabel="sample n", xlim=(-0.7, 11.7), xticks=range(0, 12, 2))
    axes[1].set_title("the line they lie on", fontsize="medium")
    axes[1].set(xlabel="input x (no unit)", xlim=(-X_LIMIT, X_LIMIT))
    for ax in axes:
        ax.set(ylim=(-Y_LIMIT, Y_LIMIT), ylabel="output y (no unit)")
        ax.axhline(0, color=GREY, linewidth=0.6)
    for style, label in (
        (MOVED, "sample 0, which you move"),
        (OTHERS, "the others"),
        (BEFORE, "before the move"),
    ):
        axes[0].plot([], [], label=label, **style)
    axes[0].figure.legend(loc="outside lower center", ncols=3, frameon=False)


def draw_batch_state(
    axes: Sequence[Axes],
    x: np.ndarray,
    y: np.ndarray,
    before: np.ndarray,
    *,
    line: tuple[float, float],
) -> None:
    """Draw the outputs of one batch, where they were before, and the line they lie on.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_slider_axes`.
    x, y : ndarray of shape (N,)
        Inputs and outputs; sample 0 is the one that is moved. No unit.
    before : ndarray of shape (N,)
        Outputs before the move.
    line : (float, float)
        Slope and height at 0 of the output as a function of the input.
    """
    numbers = np.arange(len(x))
    left, right = axes
    left.vlines(numbers, before, y, color=GREY, linewidth=1)
    left.plot(numbers, before, **BEFORE)
    slope, height = line
    ends = np.array([-X_LIMIT, X_LIMIT])
    right.plot(ends, slope * ends + height, color=GREY, linewidth=1.2)
    for ax, places in ((left, numbers), (right, x)):
        ax.plot(places[1:], y[1:], **OTHERS)
        ax.plot(places[:1], y[:1], **MOVED)


def draw_moved_sample(
    axes: Sequence[Axes],
    x: np.ndarray,
    y: np.ndarray,
    before: np.ndarray,
    *,
    line: tuple[float, float],
) -> str:
    """Draw one position of the explorer; parameters as in `draw_batch_state`.

    Returns
    -------
    str
        Alt text.
    """
    prepare_slider_axes(axes)
    draw_batch_state(axes, x, y, before, line=line)
    moved = np.abs(y - before)[1:]
    return (
        f"Left: the outputs of {len(x)} samples, hollow before and filled after sample "
        f"0 moved to {x[0]:g}; all {int((moved > 0).sum())} others moved too, by up to "
        f"{moved.max():.2f}. Right: input against output; all samples lie on one line "
        f"of slope {line[0]:.2f}."
    )
