"""One step of a central difference: the function close up, and how far it is off."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.gradients import draw_window, prepare_window
from coursekit.plots.style import BLUE, GREY, INK, ORANGE

#: where an error of exactly 0 stands on an axis that has no place for it
FLOOR, CEILING = 1e-15, 1e3


def prepare_step_axes(axes: Sequence[Axes]) -> None:
    """Draw axes and labels of the two panels that `draw_step` fills."""
    prepare_window(axes[0])
    axes[0].set_title("the function near x, 3 h wide", fontsize="medium")
    axes[0].set_ylabel("rise (h times the true slope)")
    axes[0].plot([], [], color=BLUE, label="f as stored")
    axes[0].plot([], [], color=ORANGE, linestyle="--", marker="s", label="secant")
    axes[1].set_title("error of the secant's slope", fontsize="medium")
    axes[1].set(xscale="log", yscale="log", xlim=(3e-17, 3), ylim=(FLOOR / 5, CEILING))
    axes[1].set(xlabel="step h (no unit)", ylabel="error (no unit)")
    axes[1].plot([], [], color=GREY, linestyle=":", label="theory: cut-off, rounding")
    axes[0].figure.legend(loc="outside lower center", ncols=4, frameon=False)


def draw_step(
    axes: Sequence[Axes],
    window: tuple[np.ndarray, np.ndarray],
    steps: np.ndarray,
    errors: np.ndarray,
    theory: Sequence[np.ndarray],
    *,
    now: int,
) -> None:
    """Draw one step: its window, the errors of all steps, and a marker at this one.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_step_axes`.
    window : (offsets, rises)
        As in `coursekit.plots.gradients.draw_window`.
    steps, errors : ndarray of shape (steps,)
        All steps and the error at each, NaN where there is none; no unit. An error of
        0 is drawn at the bottom.
    theory : sequence of ndarray of shape (steps,)
        The parts of the error that theory gives; no unit.
    now : int
        Which of the steps the window shows.
    """
    draw_window(axes[0], *window)
    axes[1].plot(steps, np.maximum(errors, FLOOR), color=BLUE)
    for part in theory:
        axes[1].plot(steps, part, color=GREY, linestyle=":")
    axes[1].axvline(steps[now], color=ORANGE, linewidth=0.8)
    if np.isnan(errors[now]):
        axes[1].annotate(" no step is left", (steps[now], 10), color=INK[ORANGE])
        return
    height = max(errors[now], FLOOR)
    axes[1].plot(steps[now], height, color=ORANGE, marker="s", markersize=9)
