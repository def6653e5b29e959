"""What the experiments of lesson 07 found, drawn; every function gives its alt text."""

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREEN, GREY, ORANGE, SERIES, line


def draw_who_shares(axes: np.ndarray, shape: tuple[int, int, int]) -> str:
    """Draw a batch of sequences twice: entries of one colour share mean and variance.

    Parameters
    ----------
    axes : ndarray of two Axes
        For layer norm and for batch norm.
    shape : (B, T, d)
        Size of the batch; each row of a picture is one vector, B times T of them.

    Returns
    -------
    str
        Alt text.
    """
    batch, time, d = shape
    vectors = np.repeat(np.arange(batch * time)[:, None], d, axis=1)
    features = np.repeat(np.arange(d)[None], batch * time, axis=0)
    titles = ("layer norm: one group a row", "batch norm: one group a column")
    for ax, groups, title in zip(axes, (vectors, features), titles, strict=True):
        # odd groups are drawn in another half of the map, so that neighbours differ
        shade = (groups % 2) * 0.5 + groups / groups.max() * 0.45
        ax.imshow(shade, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        ax.set_title(title, fontsize="medium")
        ax.set_xticks(range(d), [f"{i}" for i in range(d)])
        ax.set_yticks(
            range(batch * time),
            [f"{b}, {t}" for b in range(batch) for t in range(time)],
        )
        for edge in range(1, batch):
            ax.axhline(edge * time - 0.5, color="white", linewidth=3)
        ax.set(xlabel="feature i", ylabel="sample b, time step t")
    return (
        f"Two grids of {batch * time} vectors (rows: sample and time step) by {d} "
        f"features (columns). Under layer norm each of the {batch * time} rows has its "
        f"own mean and variance; under batch norm each of the {d} columns has."
    )


def draw_spectrum(ax: Axes, without: np.ndarray, with_eps: np.ndarray) -> str:
    """Draw the singular values of two Jacobians, each times its own std.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    without, with_eps : ndarray of shape (d,)
        Singular values at eps = 0 and with an eps, times ``sqrt(var + eps)``, no
        unit, largest first.

    Returns
    -------
    str
        Alt text.
    """
    number = np.arange(1, len(without) + 1)
    floor = 1e-17
    series = {"eps = 0": without, "eps above 0": with_eps}
    for index, (label, values) in enumerate(series.items()):
        style = {**SERIES[index], "linestyle": ""}
        size = 8 - 4 * index
        ax.plot(
            number, np.maximum(values, floor), label=label, markersize=size, **style
        )
    ax.set(yscale="log", ylim=(floor / 5, 20))
    ax.set_xlabel("number of the singular value (no unit)")
    ax.set_ylabel("singular value times std (no unit)")
    ax.legend(frameon=False, loc="center left")
    kept = int((without > 1e-10).sum())
    return (
        f"Points: {len(without)} singular values on a logarithmic axis. At eps = 0 the "
        f"first {kept} are 1, the last {len(without) - kept} are zero up to rounding. "
        f"With an eps, {int((with_eps > 1e-10).sum())} are above zero, the smallest of "
        f"them {with_eps[with_eps > 1e-10].min():.2f}."
    )


def draw_row_changes(
    ax: Axes, layer: np.ndarray, batch: np.ndarray, *, touched: int
) -> str:
    """Draw how much each row of the output moved when one row of the input did.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    layer, batch : ndarray of shape (n,)
        Largest change in each row under layer norm and under batch norm, no unit.
    touched : int
        The row that was changed.

    Returns
    -------
    str
        Alt text.
    """
    rows = np.arange(len(layer))
    for index, (name, change) in enumerate(
        {"layer norm": layer, "batch norm": batch}.items()
    ):
        style = {**SERIES[index], "linestyle": ""}
        ax.plot(rows, change, label=name, markersize=4, **style)
    ax.axvline(touched, color=GREY, linewidth=0.8, zorder=0)
    top = 1.2 * max(layer.max(), batch.max())
    ax.annotate(" the row we changed", (touched, 0.93 * top), color=GREY)
    ax.set_ylim(-0.05 * top, top)
    ax.set(xlabel="row of the batch", ylabel="change of the output (no unit)")
    ax.legend(frameon=False, loc="upper right")
    return (
        f"Points for {len(rows)} rows. After row {touched} of the input was changed, "
        f"{int((layer > 0).sum())} row of the output moved under layer norm and "
        f"{int((batch > 0).sum())} rows under batch norm."
    )


def draw_batch_sizes(
    ax: Axes, batch_sizes: np.ndarray, accuracies: np.ndarray, *, norms: tuple[str, ...]
) -> str:
    """Draw test accuracy against batch size: seeds thin, their median thick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    batch_sizes : ndarray of shape (sizes,)
        Samples.
    accuracies : ndarray of shape (norms, sizes, seeds)
        Between 0 and 1.
    norms : tuple of str
        Names for the legend.

    Returns
    -------
    str
        Alt text.
    """
    medians = np.median(accuracies, axis=-1)
    for index, name in enumerate(norms):
        ax.plot(batch_sizes, medians[index], label=f"{name} norm", **SERIES[index])
        thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
        ax.plot(batch_sizes, accuracies[index], **thin)
    ax.set_xscale("log", base=2)
    ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
    ax.set(ylim=(0, 1.02), xlabel="batch size (samples)")
    ax.set_ylabel("test accuracy (no unit)")
    ax.legend(frameon=False, loc="lower right")
    told = "; ".join(
        f"{name} norm measured {medians[index, 0]:.2f} to {medians[index, -1]:.2f}"
        for index, name in enumerate(norms)
    )
    return (
        f"Test accuracy against batch size, {batch_sizes[0]} to {batch_sizes[-1]}, "
        f"median of {accuracies.shape[-1]} seeds thick, each seed thin; from the "
        f"smallest batch to the largest {told}."
    )


def draw_variance_errors(
    ax: Axes, offsets: np.ndarray, one_pass: np.ndarray, two_pass: np.ndarray
) -> str:
    """Draw the worst error of two float32 formulas for a variance of 1.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    offsets : ndarray of shape (offsets,)
        Means of the numbers, no unit, above zero.
    one_pass, two_pass : ndarray of shape (offsets,)
        Errors of the variance, no unit.

    Returns
    -------
    str
        Alt text.
    """
    labels = ("one pass: E[x²] − E[x]²", "two passes: E[(x − E[x])²]")
    for index, (label, error) in enumerate(
        zip(labels, (one_pass, two_pass), strict=True)
    ):
        ax.plot(offsets, error, label=label, **SERIES[1 - index])
    spacing = np.spacing((offsets**2).astype(np.float32))
    ax.plot(
        offsets, spacing, color=GREY, linewidth=0.8, label="gap between float32s at x²"
    )
    ax.axhline(1.0, color=GREY, linestyle=":", linewidth=0.8)
    ax.annotate("the true variance, 1", (offsets[0], 1.6), color=GREY)
    ax.set(xscale="log", yscale="log", xlabel="mean of x (no unit)")
    ax.set_ylabel("worst error of the variance (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "Two curves on logarithmic axes. The error of the one-pass formula grows with "
        "the square of the mean and passes the true variance, 1, between means of 1000 "
        "and 10000; the error of two passes stays far below it. Worst errors at a mean "
        f"of 10000: measured {one_pass[offsets == 1e4][0]:.0f} and "
        f"{two_pass[offsets == 1e4][0]:.0e}."
    )


def draw_learned_spread(
    ax: Axes, steps: np.ndarray, without: np.ndarray, learned: np.ndarray
) -> str:
    """Draw the standard deviation of a norm's output vectors through training.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray of shape (times,)
        Updates done.
    without, learned : ndarray of shape (times, vectors)
        Standard deviation of each output vector, without and with gamma and beta, no
        unit.

    Returns
    -------
    str
        Alt text.
    """
    labels = ("without gamma and beta", "with gamma and beta")
    for index, (label, stds) in enumerate(zip(labels, (without, learned), strict=True)):
        low, middle, high = np.percentile(stds, [5, 50, 95], axis=1)
        style = line(index)
        ax.plot(steps, middle, label=label, **style)
        ax.fill_between(steps, low, high, color=style["color"], alpha=0.2, linewidth=0)
    ax.set(xlabel="updates done", ylabel="std of an output vector (no unit)")
    ax.legend(frameon=False, loc="upper left")
    return (
        f"Two curves through {steps[-1]} updates: the median over {without.shape[1]} "
        "test vectors of the output's standard deviation, with a band from the 5th to "
        "the 95th percentile. Without gamma and beta it stays at 1.00 throughout; with "
        f"them it ends at measured {np.median(learned[-1]):.2f}."
    )


def draw_learned_parameters(ax: Axes, gamma: np.ndarray, beta: np.ndarray) -> str:
    """Draw gamma and beta of every feature after training, in the order of gamma.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    gamma, beta : ndarray of shape (d,)
        No unit.

    Returns
    -------
    str
        Alt text.
    """
    order, features = np.argsort(gamma), np.arange(len(gamma))
    ax.axhline(1, color=BLUE, linewidth=0.8, alpha=0.6)
    ax.axhline(0, color=GREEN, linewidth=0.8, alpha=0.6)
    ax.plot(features, gamma[order], label="gamma", color=BLUE, marker="o", linestyle="")
    ax.plot(features, beta[order], label="beta", color=GREEN, marker="^", linestyle="")
    ax.set(xlabel="feature, sorted by its gamma", ylabel="value (no unit)")
    ax.legend(frameon=False, loc="center right")
    return (
        f"Points for {len(gamma)} features, with lines where they started: gamma at 1, "
        f"beta at 0. After training gamma runs from measured {gamma.min():.2f} to "
        f"{gamma.max():.2f}, beta from measured {beta.min():.2f} to {beta.max():.2f}."
    )


def draw_bars(ax: Axes, before: np.ndarray, after: np.ndarray) -> str:
    """Draw one vector before and after layer norm, entry by entry.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    before, after : ndarray of shape (d,)
        Entries in any unit, and normalized.

    Returns
    -------
    str
        Alt text.
    """
    place = np.arange(len(before))
    ax.bar(place - 0.2, before, 0.4, label="x", color=ORANGE, hatch="//")
    ax.bar(place + 0.2, after, 0.4, label="LN(x)", color=GREEN)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(xlabel="feature i", ylabel="value", xticks=place)
    ax.legend(frameon=False)
    return (
        f"Bars for {len(before)} features. Before: mean {before.mean():.2f}, standard "
        f"deviation {before.std():.2f}. After: mean {abs(after.mean()):.2f}, standard "
        f"deviation {after.std():.2f}."
    )
