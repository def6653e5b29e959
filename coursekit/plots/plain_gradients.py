"""Gradients on their way back through plain nets, drawn; each with its alt text."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES, line

#: What the axis of `prepare_depth_axes` shows.
LIMITS = (1e-32, 1e22)
#: Half the gap between 1 and the next float32: less than this, added to 1, is lost.
FLOAT32 = 6e-8


def draw_slopes(
    ax: Axes, z: np.ndarray, slopes: Mapping[str, np.ndarray], *, marked: float
) -> str:
    """Draw the slopes of activations, and a line at the largest of one.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    z : ndarray of shape (points,)
        What goes into the activation, no unit.
    slopes : mapping of str to ndarray of shape (points,)
        g'(z) by name of the activation, no unit; at most four.
    marked : float
        Height of the line.

    Returns
    -------
    str
        Alt text.
    """
    for index, (name, slope) in enumerate(slopes.items()):
        ax.plot(z, slope, label=name, **line(index))
    ax.axhline(marked, color=GREY, linewidth=0.8, linestyle=":")
    ax.annotate(f"{marked:g}", (z[0], marked + 0.02), color=GREY)
    ax.set(xlabel="z (no unit)", ylabel="slope g'(z) (no unit)", ylim=(-0.05, 1.12))
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = ", ".join(f"{name} {slope.max():.2f}" for name, slope in slopes.items())
    return (
        f"Curves of the slope of {len(slopes)} activations over z from {z[0]:g} to "
        f"{z[-1]:g}. The largest slopes: {told}."
    )


def draw_lengths(
    ax: Axes,
    lengths: Mapping[str, np.ndarray],
    predicted: Sequence[np.ndarray],
) -> str:
    """Draw the length of the gradient at every layer, on a log axis.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    lengths : mapping of str to ndarray of shape (seeds, L + 1)
        Relative lengths by label, no unit, for layers 0 to L; at most four.
    predicted : sequence of ndarray of shape (L + 1,)
        One for each label; drawn as a grey line.

    Returns
    -------
    str
        Alt text.
    """
    for index, (label, values) in enumerate(lengths.items()):
        layers = np.arange(values.shape[-1])
        ax.plot(layers, values.T, linewidth=0.6, alpha=0.6, **line(index))
        every = max(1, len(layers) // 10)
        style = {**SERIES[index], "markevery": every, "markersize": 4}
        ax.plot(layers, np.median(values, axis=0), label=label, **style)
    for number, values in enumerate(predicted):
        label = "predicted" if number == 0 else None
        ax.plot(np.arange(len(values)), values, color=GREY, lw=1, label=label, zorder=3)
    ax.set(yscale="log", xlabel="layer (0 is next to the data)")
    ax.set_ylabel("length of the gradient\nover that at the end (no unit)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{label}, measured {np.median(values[:, 0]):.1e}"
        for label, values in lengths.items()
    )
    seeds, depth = next(iter(lengths.values())).shape
    return (
        f"Length of the gradient at each layer of {depth - 1}, on a logarithmic axis, "
        f"each of {seeds} seeds thin and their median thick, beside straight grey "
        f"lines: the prediction. What reaches layer 0: {told}."
    )


def draw_growth(
    ax: Axes, kinds: Sequence[str], lengths: np.ndarray, *, theory: float
) -> str:
    """Draw how the gradient grows on its way back, by kind of net, on a log axis.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    kinds : sequence of str
        Names for the legend; at most four.
    lengths : ndarray of shape (kinds, seeds, L + 1)
        Relative lengths, no unit, for layers 0 to L.
    theory : float
        Growth in each layer, drawn as a grey line.

    Returns
    -------
    str
        Alt text.
    """
    layers = np.arange(lengths.shape[-1])
    for index, kind in enumerate(kinds):
        ax.plot(layers, lengths[index].T, linewidth=0.6, alpha=0.6, **line(index))
        style = {**SERIES[index], "markevery": 3, "markersize": 4}
        ax.plot(layers, np.median(lengths[index], axis=0), label=kind, **style)
    expected = theory ** (layers[-1] - layers)
    label = f"{theory:.3f} a layer"
    ax.plot(layers, expected, color=GREY, linewidth=1, label=label, zorder=3)
    ax.set(yscale="log", xlabel="layer (0 is next to the data)")
    ax.set_ylabel("length of the gradient\nover that at the end (no unit)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{kind}, measured {np.median(lengths[index, :, 0]):.3g}"
        for index, kind in enumerate(kinds)
    )
    return (
        f"Length of the gradient at each layer of {layers[-1]}, on a logarithmic axis, "
        f"each of {lengths.shape[1]} seeds thin and their median thick, beside a grey "
        f"line for a growth of {theory:.3f} a layer. What reaches layer 0, times what "
        f"left the last layer: {told}."
    )


def prepare_depth_axes(ax: Axes) -> None:
    """Draw axes, labels and legend of the panel that `draw_depth_state` fills."""
    ax.set(yscale="log", xlim=(-1, 61), ylim=LIMITS)
    ax.set_yticks([1e-30, 1e-20, 1e-10, 1, 1e10, 1e20])
    ax.minorticks_off()
    ax.set(xlabel="layer (0 is next to the data)")
    ax.set_ylabel("length of the gradient\nover that at the end (no unit)")
    ax.axhspan(LIMITS[0], FLOAT32, color="#f0f0f0", zorder=0)
    said = "less than float32 can add to 1"
    ax.annotate(said, (60, 3e-32), color=GREY, ha="right")
    style = {**SERIES[0], "linestyle": ""}
    ax.plot([], [], label="measured", markersize=4, **style)
    ax.plot([], [], label="predicted", **line(1))
    ax.legend(frameon=False, loc="upper right", ncols=2)


def draw_depth_state(ax: Axes, lengths: np.ndarray, predicted: np.ndarray) -> None:
    """Draw one net's lengths, each shape (L + 1,), as points on the predicted line."""
    layers = np.arange(len(lengths))
    style = {**SERIES[0], "linestyle": ""}
    ax.plot(layers, lengths, markersize=4, **style)
    ax.plot(layers, predicted, **line(1))
