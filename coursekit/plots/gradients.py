"""Figures about gradients taken by differences."""

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES


def draw_error_over_step(ax: Axes, steps: np.ndarray, errors: np.ndarray) -> str:
    """Draw how far a central difference is off, over its step, on two log axes.

    Thin lines show the two errors it is made of: ``h**2 / 12``, about what is left
    of the series of a function such as the sine, and ``1e-16 / h``, its rounding.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps, errors : ndarray of shape (n,)
        The steps ``h``, in any order, and the size of the error at each; no unit.

    Returns
    -------
    alt : str
        The alt text, with the step of the smallest error.
    """
    ax.loglog(steps, errors, label="measured error", **SERIES[0])
    ax.loglog(steps, steps**2 / 12, color=GREY, linestyle=":", label="$h^2/12$")
    ax.loglog(steps, 1e-16 / steps, color=GREY, linestyle="--", label="$10^{-16}/h$")
    ax.set(
        xlabel="step h (no unit)",
        ylabel="error (no unit)",
        ylim=(errors.min() / 10, errors.max() * 10),
    )
    ax.legend(frameon=False)
    best = np.argmin(errors)
    return (
        "A V-shaped curve on two log axes: the error of a central difference over its "
        "step h. From the right it falls with the square of h, to the left of its "
        "lowest point rounding makes it rise as 1/h. The lowest error is measured "
        f"{errors[best]:.0e}, at a step of measured {steps[best]:.0e}."
    )
