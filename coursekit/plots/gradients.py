"""Figures about gradients taken by differences."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREEN, GREY, INK, SERIES, line


def draw_error_over_step(
    ax: Axes,
    steps: np.ndarray,
    errors: Mapping[str, np.ndarray],
    cut_off: np.ndarray,
    rounding: np.ndarray,
) -> str:
    """Draw how far a central difference is off, over its step, on two log axes.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray of shape (steps,)
        The steps ``h``, in any order; no unit.
    errors : mapping of str to ndarray of shape (steps,)
        For each precision the size of the error at each step, the first one the more
        precise; NaN where there is no difference to take. No unit.
    cut_off, rounding : ndarray of shape (steps,)
        The two errors that theory adds up, for the first precision; no unit.

    Returns
    -------
    alt : str
        The alt text, with the step of the smallest error of each precision.
    """
    told = []
    for index, (name, error) in enumerate(errors.items()):
        style = {**SERIES[index], "markersize": 3.5}
        ax.loglog(steps, error, label=f"measured, {name}", **style)
        best = np.nanargmin(error)
        told.append(
            f"in {name} the error is lowest at a step of measured {steps[best]:.0e}, "
            f"where it is measured {error[best]:.0e}"
        )
    parts = {
        "cut-off, $h^2|f'''|/6$": cut_off,
        r"rounding, $\varepsilon|f|/2h$": rounding,
    }
    for (name, part), look in zip(parts.items(), (":", "-"), strict=True):
        ax.loglog(steps, part, color=GREY, linestyle=look, linewidth=1, label=name)
    finest = errors[next(iter(errors))]
    lowest, highest = finest[finest > 0].min(), np.nanmax(finest)
    ax.set(xlabel="step h (no unit)", ylabel="error of the slope (no unit)")
    ax.set_ylim(lowest / 10, highest * 300)
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "Two V-shaped curves on two log axes: the error of a central difference over "
        "its step h. From the right each falls with the square of h; left of its "
        f"lowest point rounding makes it rise as 1/h. {told[0].capitalize()}; "
        f"{'; '.join(told[1:])}."
    )


def draw_microscope(
    axes: np.ndarray, windows: Mapping[float, tuple[np.ndarray, np.ndarray]]
) -> str:
    """Draw a function as the computer has it, in windows of different width.

    Parameters
    ----------
    axes : ndarray of Axes
        One for each window.
    windows : mapping of float to (offsets, rises)
        For each step ``h`` the offsets from the middle, in steps, and the rise of the
        function over ``h`` times its true slope; ndarrays of shape (points,), no unit.

    Returns
    -------
    alt : str
        The alt text, with how many different values each window shows.
    """
    for ax, (h, (offsets, rises)) in zip(axes, windows.items(), strict=True):
        prepare_window(ax)
        draw_window(ax, offsets, rises)
        ax.set_title(f"h = {h:g}", fontsize="medium")
    axes[0].set_ylabel("rise (h times the true slope)")
    axes[0].legend(frameon=False, fontsize="small", loc="upper left")
    values = [f"{len(np.unique(rises))}" for _, rises in windows.values()]
    told = ", ".join(f"{h:g}" for h in windows)
    return (
        f"{len(windows)} windows onto the same point of a function, 3 h wide with h = "
        f"{told}; the true slope is the diagonal. The widest window shows a bend, the "
        "narrowest stairs, and what is between them a straight line. Different values "
        f"of the function in each: measured {', '.join(values)}."
    )


def prepare_window(ax: Axes) -> None:
    """Draw what every window onto a function shares: the true slope, axes, labels."""
    ends = np.array([-1.5, 1.5])
    ax.plot(ends, ends, label="true slope", color=GREY, linestyle=":", linewidth=2.5)
    ax.set(xlim=ends, ylim=(-2.2, 2.2), xlabel="distance from x (steps h)")
    ax.set_xticks([-1, 0, 1])


def draw_window(ax: Axes, offsets: np.ndarray, rises: np.ndarray) -> None:
    """Draw the function and the line through its values one step left and right.

    Parameters
    ----------
    ax : Axes
        Prepared by `prepare_window`.
    offsets, rises : ndarray of shape (points,)
        As in `draw_microscope`; the points at -1 and 1 are among the offsets.
    """
    ax.plot(offsets, rises, label="f as stored", **line(0))
    ends = [np.abs(offsets - side).argmin() for side in (-1, 1)]
    (left, right), (low, high) = offsets[ends], rises[ends]
    slope = (high - low) / (right - left)
    heights = (low + slope * (side - left) for side in (-1.5, 1.5))
    ax.plot([-1.5, 1.5], [*heights], label="secant", **line(1))
    ax.plot(
        offsets[ends], rises[ends], linestyle="", color=SERIES[1]["color"], marker="s"
    )


def draw_candidates(
    ax: Axes, off: Mapping[str, Mapping[str, float]], *, tolerance: float
) -> str:
    """Draw how far each candidate for a gradient is off, under each loss.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    off : mapping of str to mapping of str to float
        By loss, then by candidate: the largest difference from the true gradient.
    tolerance : float
        What a careless check would let pass.

    Returns
    -------
    alt : str
        The alt text, with how many candidates pass under each loss.
    """
    names, told = [*next(iter(off.values()))], []
    for index, (loss, found) in enumerate(off.items()):
        style = {**SERIES[index], "linestyle": "", "markersize": 9}
        places = np.arange(len(names)) - 0.12 + 0.24 * index
        ax.plot([*found.values()], places, label=f"loss: sum of {loss}", **style)
        passed = [name for name, error in found.items() if error < tolerance]
        told.append(f"with the sum of {loss} {len(passed)} pass ({', '.join(passed)})")
    ax.axvline(tolerance, color=GREEN, linewidth=1)
    foot = len(names) - 0.45
    ax.annotate(" fails", (tolerance, foot), color=INK[GREEN])
    ax.annotate("passes ", (tolerance, foot), color=INK[GREEN], ha="right")
    ax.set(xscale="log", ylim=(-0.5, len(names) - 0.3))
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("largest difference from the true gradient (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        f"Points for {len(names)} candidates on a logarithmic axis, with a tolerance "
        f"of {tolerance:g}: {'; '.join(told)}."
    )
