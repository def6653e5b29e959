"""Norms beside layer norm, drawn: group norm, RMS norm, and the S that DyT copies."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREY, ORANGE, line


def draw_groups(
    axes: Sequence[Axes], groups: Sequence[int], *, channels: int, positions: int
) -> str:
    """Draw two samples for each number of groups; one colour shares mean and variance.

    Parameters
    ----------
    axes : sequence of Axes
        One for each number of groups.
    groups : sequence of int
        Numbers of groups G; each divides ``channels``.
    channels, positions : int
        C, and H times W.

    Returns
    -------
    str
        Alt text.
    """
    names = {1: "G = 1: layer norm", channels: f"G = {channels}: instance norm"}
    for ax, count in zip(axes, groups, strict=True):
        size = channels // count
        group = np.repeat(np.arange(2 * channels)[:, None] // size, positions, axis=1)
        shade = (group % 2) * 0.5 + group / max(group.max(), 1) * 0.45
        ax.imshow(shade, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        ax.axhline(channels - 0.5, color="white", linewidth=4)
        ax.set_title(names.get(count, f"G = {count}"), fontsize="medium")
        ax.set_yticks([(channels - 1) / 2, channels + (channels - 1) / 2], ["0", "1"])
        ax.set_xticks([])
        ax.set(xlabel=f"{positions} positions")
    axes[0].set_ylabel(f"sample, its {channels} channels")
    counted = ", ".join(f"{2 * count} with G = {count}" for count in groups)
    return (
        f"Grids of 2 samples with {channels} channels (rows) at {positions} positions "
        "(columns); patches of one colour share one mean and one variance. Patches: "
        f"{counted}. Layer norm has one for each sample, instance norm one for each "
        "sample and channel."
    )


def draw_shifts(
    ax: Axes, shifts: np.ndarray, layer: np.ndarray, rms: np.ndarray
) -> str:
    """Draw how much a norm's output moves when a constant is added to its input.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    shifts : ndarray of shape (points,)
        The constants, no unit.
    layer, rms : ndarray of shape (points,)
        Largest change of an output entry, no unit.

    Returns
    -------
    str
        Alt text.
    """
    ax.plot(shifts, layer, label="layer norm", **line(0))
    ax.plot(shifts, rms, label="RMS norm", **line(1))
    ax.set(xlabel="added to every entry (no unit)", ylabel="largest change (no unit)")
    ax.legend(frameon=False)
    return (
        "Two curves: how much the output changes when a constant is added to every "
        "entry of the input. Layer norm: 0 throughout. RMS norm: up to "
        f"{rms.max():.1f} at {shifts[rms.argmax()]:.0f}."
    )


def draw_clouds(
    axes: Sequence[Axes],
    entries: Sequence[np.ndarray],
    normalized: Sequence[np.ndarray],
    *,
    slopes: Sequence[float],
    tanhs: Sequence[tuple[float, float]],
    gains: Sequence[float],
    titles: Sequence[str],
) -> str:
    """Draw what goes into a norm against what comes out, with a line and an S.

    Parameters
    ----------
    axes : sequence of Axes
        One for each norm.
    entries, normalized : sequence of ndarray of shape (n,)
        In and out, no unit.
    slopes : sequence of float
        Of the lines through 0.
    tanhs : sequence of (float, float)
        ``(height, alpha)`` of ``height * tanh(alpha * x)``.
    gains : sequence of float
        The tanh's error over the line's, no unit.
    titles : sequence of str
        Above each panel.

    Returns
    -------
    str
        Alt text.
    """
    panels = zip(axes, entries, normalized, slopes, tanhs, titles, strict=True)
    for ax, x, y, slope, (height, alpha), title in panels:
        step = max(len(x) // 4000, 1)
        cloud = {"linestyle": "", "marker": ".", "markersize": 1.5, "alpha": 0.35}
        ax.plot(x[::step], y[::step], color=GREY, **cloud)
        ends = np.linspace(x.min(), x.max(), 100)
        ax.plot(ends, slope * ends, color=BLUE, linestyle="--", label="line")
        curve = height * np.tanh(alpha * ends)
        ax.plot(ends, curve, color=ORANGE, linewidth=2, label="height · tanh(alpha x)")
        ax.set_title(title, fontsize="medium")
        ax.set(xlabel="entry of x (no unit)", ylim=(-6, 6))
    axes[0].set_ylabel("entry of LN(x) (no unit)")
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(
        handles, labels, loc="outside lower center", ncols=2, frameon=False
    )
    told = ", ".join(
        f"{title} measured {gain:.2f}"
        for title, gain in zip(titles, gains, strict=True)
    )
    return (
        f"Clouds of input entry against output entry of {len(titles)} norms of a "
        "trained net, each with its best line and its best tanh. Error of the tanh "
        f"over error of the line: {told}."
    )
