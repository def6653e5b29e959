"""Slices through the loss along the gradient, with and without batch norm."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, line

LABELS = {"none": "without norm", "batch": "with batch norm"}
FARTHEST = 4.0
LOW, HIGH = 3e-3, 300.0


def prepare_slice(ax: Axes) -> None:
    """Draw axes, labels and legend of the panel that `draw_slice_state` fills."""
    ax.set(yscale="log", xlim=(0, FARTHEST), ylim=(LOW, HIGH))
    ax.set(xlabel="step against the gradient (learning rates)", ylabel="loss (nats)")
    for index, name in enumerate(LABELS):
        ax.plot([], [], label=LABELS[name], linewidth=2, **line(index))
        thin = {**line(index), "linewidth": 0.8, "linestyle": ":"}
        ax.plot([], [], label="what its gradient promises", **thin)
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))


def draw_slice_state(
    ax: Axes,
    steps: np.ndarray,
    losses: Mapping[str, np.ndarray],
    promises: Mapping[str, np.ndarray],
    *,
    step: float,
    points: Mapping[str, float],
) -> None:
    """Draw the loss of both nets along their gradients, and a marker at one step.

    Parameters
    ----------
    ax : Axes
        Prepared by `prepare_slice`.
    steps : ndarray of shape (points,)
        In learning rates.
    losses, promises : mapping of str to ndarray of shape (points,)
        Loss (nats) for "none" and "batch", and the straight line of the gradient.
    step : float
        Where the markers stand, in learning rates.
    points : mapping of str to float
        The losses there (nats).
    """
    ax.axvline(step, color=GREY, linewidth=0.8)
    for index, name in enumerate(LABELS):
        style = line(index)
        ax.plot(steps, np.clip(losses[name], LOW, 2 * HIGH), linewidth=2, **style)
        thin = {**style, "linewidth": 0.8, "linestyle": ":"}
        below = np.maximum(promises[name], LOW / 2)
        ax.plot(steps, below, **thin)
        height = np.clip(points[name], LOW * 1.1, HIGH * 0.8)
        above = points[name] > HIGH  # an arrowhead where the point is off the picture
        marker = "^" if above else "os"[index]
        ax.plot(step, height, color=style["color"], marker=marker, markersize=9)


def draw_slice(
    ax: Axes,
    steps: np.ndarray,
    losses: Mapping[str, np.ndarray],
    promises: Mapping[str, np.ndarray],
    *,
    lr: float,
) -> str:
    """Draw the loss of both nets along their gradients.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps, losses, promises
        As in `draw_slice_state`.
    lr : float
        The learning rate, for the text.

    Returns
    -------
    str
        Alt text.
    """
    prepare_slice(ax)
    points = {name: float(np.interp(1.0, steps, losses[name])) for name in LABELS}
    draw_slice_state(ax, steps, losses, promises, step=1.0, points=points)
    told = "; ".join(
        f"{LABELS[name]} measured {losses[name][0]:.2f} at the start, "
        f"{points[name]:.2g} after one step, {losses[name][-1]:.2g} after four"
        for name in LABELS
    )
    return (
        "Loss on a logarithmic axis against the length of a step, 0 to 4 learning "
        f"rates of {lr:g}, with dotted lines for what each gradient promises. {told}."
    )
