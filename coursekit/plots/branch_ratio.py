"""What each branch of a residual network contributes, through training and by depth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES, line

#: Which schemes stand in which panel of `draw_ratios`.
PANELS = {
    "starts at zero, or small": ("zero-last", "rezero", "layerscale"),
    "starts as drawn": ("he", "batch norm", "layer norm"),
}


def draw_ratios(
    axes: Sequence[Axes], steps: np.ndarray, ratios: Mapping[str, np.ndarray]
) -> str:
    """Draw branch over skip through training, one panel for each way to start.

    Parameters
    ----------
    axes : two Axes
        Where to draw.
    steps : ndarray of shape (times,)
        Updates done.
    ratios : mapping of str to ndarray of shape (seeds, times)
        For each scheme in `PANELS`: the mean over the blocks, no unit.

    Returns
    -------
    str
        Alt text.
    """
    top = 1.1 * max(values.max() for values in ratios.values())
    told = []
    for ax, (title, schemes) in zip(axes, PANELS.items(), strict=True):
        for index, scheme in enumerate(schemes):
            middle = np.median(ratios[scheme], axis=0)
            ax.plot(steps, middle, label=scheme, markersize=4, **SERIES[index])
            thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
            ax.plot(steps, ratios[scheme].T, **thin)
            told.append(f"{scheme} measured {middle[0]:.2f} to {middle[-1]:.2f}")
        ax.set_title(title, fontsize="medium")
        ax.set(ylim=(-0.04, top), xlabel="updates done")
        ax.legend(frameon=False, loc="upper right")
    axes[0].set_ylabel("branch over skip (no unit)")
    seeds = len(next(iter(ratios.values())))
    return (
        f"Six curves through {steps[-1]} updates in two panels: the length of the "
        f"branch over the length of the skip, mean over the blocks, median of {seeds} "
        f"seeds thick. From the first update to the last: {'; '.join(told)}."
    )


def draw_ratio_by_block(
    ax: Axes, start: Mapping[str, np.ndarray], end: Mapping[str, np.ndarray]
) -> str:
    """Draw branch over skip against the number of the block, and one over its root.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    start, end : mapping of str to ndarray of shape (depth,)
        For each kind of norm, before and after training; no unit.

    Returns
    -------
    str
        Alt text.
    """
    depth = len(next(iter(start.values())))
    blocks, told = np.arange(1, depth + 1), []
    ax.plot(blocks, blocks**-0.5, color=GREY, linewidth=1, label="one over root of l")
    for index, norm in enumerate(start):
        style = {**SERIES[index], "linestyle": ""}
        ax.plot(blocks, start[norm], label=f"{norm}, start", fillstyle="none", **style)
        ax.plot(blocks, end[norm], label=f"{norm}, trained", markersize=4, **style)
        told.append(
            f"{norm} measured {start[norm][0]:.2f} to {start[norm][-1]:.2f} before "
            f"training, measured {end[norm][0]:.2f} to {end[norm][-1]:.2f} after"
        )
    ax.set(xticks=blocks, xlabel="number of the block, l", ylim=(0, None))
    ax.set_ylabel("branch over skip (no unit)")
    ax.legend(frameon=False, loc="upper right")
    return (
        f"Points for {depth} blocks near the curve of one over the root of the block's "
        f"number. From the first block to the last: {'; '.join(told)}."
    )


def draw_damage(
    ax: Axes, ratios: Mapping[str, np.ndarray], damages: Mapping[str, np.ndarray]
) -> str:
    """Draw what a block's deletion costs against its branch over skip.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    ratios, damages : mapping of str to ndarray of shape (seeds, depth)
        For up to four schemes: branch over skip, no unit, and the share of wrong
        answers that the deletion adds.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, scheme in enumerate(ratios):
        style = {**SERIES[index], "linestyle": ""}
        x, y = ratios[scheme].ravel(), damages[scheme].ravel()
        ax.plot(x, y, label=scheme, markersize=4, **style)
        told.append(f"{scheme} measured {y.mean():.3f}")
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlim=(0, None), xlabel="branch over skip after training (no unit)")
    ax.set_ylabel("error added by deletion (no unit)")
    ax.legend(frameon=False, loc="upper left")
    return (
        "Points, one for each block of each trained net: the test error that deleting "
        "the block adds, against the length of its branch over that of the skip. In "
        "each net the larger branches are missed more, and where all are small hardly "
        f"any is. Mean error added: {'; '.join(told)}."
    )
