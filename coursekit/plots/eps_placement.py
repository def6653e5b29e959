"""What eps inside and outside the square root do to a vector of little variance."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, INK, line

LABELS = {"inside": "eps inside the root", "outside": "eps outside the root"}
#: where "variance exactly 0" stands on an axis that has no place for it
LEFT_OF_ALL = 1e-13


def draw_eps_placement(
    ax: Axes,
    variances: np.ndarray,
    inside: np.ndarray,
    outside: np.ndarray,
    *,
    eps: float,
) -> str:
    """Draw the standard deviation of the output against the variance of the input.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    variances : ndarray of shape (points,)
        Of the input, in its unit squared; increasing, above zero.
    inside, outside : ndarray of shape (points,)
        Standard deviations of the output, no unit.
    eps : float
        Marked by a line.

    Returns
    -------
    str
        Alt text.
    """
    for index, (name, std) in enumerate({"inside": inside, "outside": outside}.items()):
        ax.plot(variances, std, label=LABELS[name], **line(index))
    ax.axvline(eps, color=GREY, linewidth=0.8)
    ax.annotate(" variance = eps", (eps, 0.02), color=GREY, va="bottom")
    ax.set(xscale="log", ylim=(-0.05, 1.1))
    ax.set_xlabel("variance of the input (no unit)")
    ax.set_ylabel("std of the output (no unit)")
    ax.legend(frameon=False, loc="center right")
    at = np.abs(np.log10(variances) + 6).argmin()
    return (
        "Two curves of the output's standard deviation against the input's variance, "
        f"on a logarithmic axis. At variance {variances[at]:.0e} the form with eps "
        f"inside the root gives {inside[at]:.2f}, the form with eps outside "
        f"{outside[at]:.2f}; above a variance of 0.01 both give 1.00."
    )


def prepare_eps_axes(axes: Sequence[Axes]) -> None:
    """Draw axes and labels of the two panels that `draw_eps_state` fills."""
    titles = ("spread of the output", "how much a gradient is multiplied")
    labels = ("std of the output (no unit)", "largest slope dy/dx (1 / unit of x)")
    for ax, title, label in zip(axes, titles, labels, strict=True):
        ax.set_title(title, fontsize="medium")
        ax.set(xscale="log", xlim=(LEFT_OF_ALL / 3, 1e3))
        ax.set_xticks([LEFT_OF_ALL, 1e-9, 1e-6, 1e-3, 1.0])
        ax.set_xticklabels(["0", "1e-9", "1e-6", "1e-3", "1"])
        ax.minorticks_off()
        ax.set(xlabel="variance of x (unit of x squared)", ylabel=label)
    axes[0].set_ylim(-0.05, 1.1)
    axes[1].set(yscale="log", ylim=(1e-2, 1e9))
    for index, name in enumerate(LABELS):
        axes[0].plot([], [], label=LABELS[name], **line(index))
    axes[0].figure.legend(loc="outside lower center", ncols=2, frameon=False)


def draw_eps_state(
    axes: Sequence[Axes],
    curves: dict[str, tuple[np.ndarray, np.ndarray]],
    points: dict[str, tuple[float, float]],
    *,
    variances: np.ndarray,
    variance: float,
    eps: float,
) -> None:
    """Draw both curves for one eps, and a marker at one variance.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_eps_axes`.
    curves : dict of (ndarray of shape (points,), ndarray of shape (points,))
        For "inside" and "outside": standard deviation of the output and largest slope
        over ``variances``.
    points : dict of (float, float)
        The same two at ``variance``; a slope that is NaN is marked by a cross at the
        top.
    variances : ndarray of shape (points,)
        Increasing, above zero.
    variance, eps : float
        Where the marker stands and which variance the grey line marks.
    """
    place = variance or LEFT_OF_ALL
    for panel, ax in enumerate(axes):
        ax.axvline(eps, color=GREY, linewidth=0.8)
        for index, name in enumerate(LABELS):
            style, height = line(index), points[name][panel]
            ax.plot(variances, curves[name][panel], **style)
            if np.isnan(height):
                top = ax.get_ylim()[1] / 30
                ax.plot(place, top, color=style["color"], marker="X", markersize=11)
                ax.annotate(
                    "  NaN", (place, top), va="center", color=INK[style["color"]]
                )
                continue
            marker = "os"[index]
            ax.plot(place, height, color=style["color"], marker=marker, markersize=9)
