"""What the experiments of lesson 05 found, drawn; every function gives its alt text."""

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES, line

#: layer norm and batch norm look as they do in the figures of lesson 07
STYLE_OF_NORM = ("layer", "batch", "no")


def draw_who_shares(axes: np.ndarray) -> str:
    """Draw a table, a batch of sequences and a batch of images under batch norm.

    Entries of one colour share one mean and one variance.

    Parameters
    ----------
    axes : ndarray of three Axes
        For (N, D) = (6, 4), (B, T, d) = (2, 3, 4) and (N, C, H, W) = (3, 4, 2, 2).

    Returns
    -------
    str
        Alt text.
    """
    features, side = 4, 2
    table = np.tile(np.arange(features), (6, 1))
    images = np.repeat(table, side, axis=1)
    steps = [f"{b}, {t}" for b in range(2) for t in range(3)]
    pixels = np.arange(3) * side + 0.5
    images_title = "(N, C, H, W): over N, H, W"
    sequence = "sample b, time step t"
    panels = (
        (table, "(N, D): over N", "feature", "sample n", range(6), range(6), 0, 0),
        (table, "(B, T, d): over B, T", "feature", sequence, range(6), steps, 3, 0),
        (images, images_title, "channel c", "sample n", pixels, range(3), side, side),
    )
    shades = np.array([0.0, 0.62, 0.31, 1.0])  # neighbours far apart
    for ax, panel in zip(axes, panels, strict=True):
        groups, title, xlabel, ylabel, yticks, ynames, rows, columns = panel
        ax.imshow(shades[groups], cmap="cividis", vmin=0, vmax=1, aspect="auto")
        ax.set_title(title, fontsize="medium")
        width = groups.shape[1] // features
        ax.set_xticks(np.arange(features) * width + (width - 1) / 2, range(features))
        ax.set_yticks(yticks, ynames)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if columns:  # the pixels of each image
            for edge in range(1, max(groups.shape)):
                ax.axhline(edge - 0.5, color="white", linewidth=0.4)
                ax.axvline(edge - 0.5, color="white", linewidth=0.4)
            for edge in range(columns, groups.shape[1], columns):
                ax.axvline(edge - 0.5, color="white", linewidth=3)
        if rows:
            for edge in range(rows, len(groups), rows):
                ax.axhline(edge - 0.5, color="white", linewidth=3)
        ax.set(xlim=(-0.5, groups.shape[1] - 0.5), ylim=(len(groups) - 0.5, -0.5))
    return (
        "Three grids whose colours mark what shares one mean under batch norm. A table "
        "of 6 samples by 4 features: each column. 2 sequences of 3 time steps by 4 "
        "features: each column again, across both sequences. 3 images of 4 channels of "
        "2 by 2 pixels: each channel, all its pixels in all images. Always 4 means."
    )


def draw_neighbours(
    ax: Axes,
    batch_sizes: np.ndarray,
    outputs: np.ndarray,
    *,
    x: float,
    shown: int = 150,
) -> str:
    """Draw what batch norm in training makes of one value, batch after batch.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    batch_sizes : ndarray of shape (sizes,)
        Samples.
    outputs : ndarray of shape (sizes, batches)
        Output for the one value in each batch, no unit.
    x : float
        The value, which is also its output in evaluation, no unit.
    shown : int, default=150
        How many batches of each size are drawn as points.

    Returns
    -------
    str
        Alt text.
    """
    shift = np.linspace(-0.3, 0.3, shown)
    for place, row in enumerate(outputs):
        style = {**SERIES[0], "linestyle": "", "markersize": 2, "alpha": 0.45}
        label = "training: one point a batch" if place == 0 else None
        ax.plot(place + shift, row[:shown], label=label, **style)
    ax.axhline(x, label="evaluation: always the same", **line(1))
    ax.set_xticks(range(len(batch_sizes)), [f"{size}" for size in batch_sizes])
    ax.set(xlabel="batch size (samples)", ylabel="output for x = 1 (no unit)")
    ax.legend(frameon=False, loc="lower right")
    spreads = outputs.std(axis=1)
    return (
        f"Points: the output for one value, x = {x:g}, in {shown} batches of each "
        f"size. With {batch_sizes[0]} samples it is always 1 or -1; with more it "
        f"scatters about {x:g}, with a standard deviation of {spreads[-3]:.2f} at "
        f"{batch_sizes[-3]} samples and {spreads[-1]:.2f} at {batch_sizes[-1]}. A line "
        f"marks evaluation, where the output is {x:g} in every batch."
    )


def draw_running(
    axes: np.ndarray,
    means: np.ndarray,
    variances: np.ndarray,
    *,
    true: tuple[float, float],
    momentum: float,
) -> str:
    """Draw running mean and running variance, batch after batch.

    Parameters
    ----------
    axes : ndarray of two Axes
        For the mean and for the variance.
    means, variances : ndarray of shape (batches + 1, features)
        Running statistics, in the unit of the data and in that unit squared.
    true : (float, float)
        Mean and variance of the data.
    momentum : float
        Weight of the new batch, for the closed form; no unit.

    Returns
    -------
    str
        Alt text.
    """
    batches = np.arange(len(means))
    left = (1 - momentum) ** batches
    names, starts = ("running_mean", "running_var"), (0.0, 1.0)
    for ax, kept, name, start, end in zip(
        axes, (means, variances), names, starts, true, strict=True
    ):
        ax.plot(batches, kept[:, :20], color=SERIES[0]["color"], alpha=0.25, lw=0.6)
        ax.plot([], [], label="20 features", color=SERIES[0]["color"], lw=0.6)
        curve = left * start + (1 - left) * end
        ax.plot(batches, curve, label="closed form", linewidth=2, **line(1))
        ax.axhline(end, color=GREY, linestyle=":", label="the data's own")
        ax.set(xlabel="batches seen", ylabel=f"{name} (no unit)", ylim=(0, None))
        ax.legend(frameon=False, loc="lower right")
    after = 10
    return (
        f"Two panels of running statistics through {batches[-1]} batches: 20 features "
        f"thin, the closed form thick. After {after} batches the closed form has the "
        f"mean at {(1 - left[after]) * true[0]:.2f} of {true[0]:g} and the variance at "
        f"{left[after] + (1 - left[after]) * true[1]:.2f} of {true[1]:g}; after "
        f"{batches[-1]} both have arrived, and the features scatter about them."
    )


def draw_offset_variances(
    ax: Axes, two_pass: np.ndarray, one_pass: np.ndarray, *, offset: float
) -> str:
    """Draw what float32 batch norm remembers as the variance of each feature.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    two_pass, one_pass : ndarray of shape (features,)
        Running variances by both formulas; the true variance is 1, no unit.
    offset : float
        Mean of the data, no unit.

    Returns
    -------
    str
        Alt text.
    """
    features = np.arange(len(two_pass))
    ax.axhspan(min(one_pass.min(), 0) - 1, 0, color=GREY, alpha=0.15, linewidth=0)
    labels = ("two passes", "one pass")
    for index, (label, kept) in enumerate(
        zip(labels, (two_pass, one_pass), strict=True)
    ):
        style = {**SERIES[index], "linestyle": "", "markersize": 4}
        ax.plot(features, kept, label=label, **style)
    ax.annotate("below zero: NaN", (0, min(one_pass.min(), 0) - 0.8), color=GREY)
    ax.set_ylim(min(one_pass.min(), 0) - 1, None)
    ax.set(xlabel="feature", ylabel="running variance (no unit)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return (
        f"Points for {len(features)} features of mean {offset:g} and variance 1. Two "
        f"passes remember measured {two_pass.min():.1f} to {two_pass.max():.1f}; one "
        f"pass remembers measured {one_pass.min():.1f} to {one_pass.max():.1f}. Below "
        "zero the square root is not a number."
    )


def draw_robustness(
    ax: Axes,
    grid: np.ndarray,
    accuracies: np.ndarray,
    *,
    norms: tuple[str, ...],
    what: str,
) -> str:
    """Draw test accuracy against a setting: seeds thin, their median thick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    grid : ndarray of shape (settings,)
        Above zero; drawn on a logarithmic axis.
    accuracies : ndarray of shape (norms, settings, seeds)
        Between 0 and 1.
    norms : tuple of str
        Names from `STYLE_OF_NORM`.
    what : str
        The setting, for the axis, with its unit.

    Returns
    -------
    str
        Alt text.
    """
    medians = np.median(accuracies, axis=-1)
    for index, name in enumerate(norms):
        style = SERIES[STYLE_OF_NORM.index(name)]
        ax.plot(grid, medians[index], label=f"{name} norm", **style)
        thin = {"color": style["color"], "linewidth": 0.6, "alpha": 0.6}
        ax.plot(grid, accuracies[index], linestyle=style["linestyle"], **thin)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel=what)
    ax.set_xticks(grid, [f"{value:g}" for value in grid])
    ax.minorticks_off()
    ax.set_ylabel("test accuracy (no unit)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{name} norm measured {', '.join(f'{value:.2f}' for value in medians[index])}"
        for index, name in enumerate(norms)
    )
    places = ", ".join(f"{value:g}" for value in grid)
    return (
        f"Test accuracy at {len(grid)} settings ({places}), median of "
        f"{accuracies.shape[-1]} seeds thick, each seed thin. Medians in that order: "
        f"{told}."
    )
