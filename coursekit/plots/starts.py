"""What the start of the branches does to training, drawn."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREY, ORANGE, SERIES, line


def draw_losses_by_depth(
    ax: Axes, depths: np.ndarray, losses: Mapping[str, np.ndarray]
) -> str:
    """Draw training losses against depth; a cross at the top where a net diverged.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Blocks.
    losses : dict of ndarray of shape (depths, seeds)
        In nats, by name; NaN or infinite where a net has diverged.

    Returns
    -------
    str
        Alt text.
    """
    finite = np.concatenate([rows[np.isfinite(rows)] for rows in losses.values()])
    some_lost = any(not np.isfinite(rows).all() for rows in losses.values())
    top, told = finite.max() * (6 if some_lost else 2), []
    places = np.arange(len(depths))
    for index, (name, rows) in enumerate(losses.items()):
        lost = ~np.isfinite(rows)
        middle = np.where(lost.any(axis=1), np.nan, np.median(rows, axis=1))
        ax.plot(places, middle, label=name, **SERIES[index])
        shown = np.where(lost, np.nan, rows)
        ax.plot(places, shown, linewidth=0.6, alpha=0.6, **line(index))
        ends = [
            f"measured {median:.3f} at {depth}" if not gone else f"NaN at {depth}"
            for depth, median, gone in zip(
                depths, middle, lost.any(axis=1), strict=True
            )
        ]
        told.append(f"{name} {', '.join(ends)}")
        for place in places[lost.any(axis=1)]:
            colour = SERIES[index]["color"]
            ax.plot(place, top / 2, color=colour, marker="X", markersize=11)
            ax.annotate(
                "NaN  ",
                (place, top / 2),
                color=colour,
                va="center",
                ha="right",
                annotation_clip=False,
            )
    ax.set(yscale="log", ylim=(finite.min() / 2, top), xlabel="depth (blocks)")
    ax.set_xticks(places, [f"{depth}" for depth in depths])
    ax.set_ylabel("training loss (nats)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "Training loss after training against depth in blocks, on a logarithmic axis, "
        f"median of {rows.shape[1]} seeds thick, each seed thin: {'; '.join(told)}."
    )


def draw_first_update(
    ax: Axes, depths: np.ndarray, moved: Mapping[str, np.ndarray]
) -> str:
    """Draw how far one update moves the end of the trunk, against depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Blocks.
    moved : dict of ndarray of shape (depths, seeds)
        Length of the change over length, no unit, by name.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, (name, rows) in enumerate(moved.items()):
        middle = np.median(rows, axis=1)
        ax.plot(depths, middle, label=name, **SERIES[index])
        ax.plot(depths, rows, linewidth=0.6, alpha=0.6, **line(index))
        told.append(f"{name}, measured {middle[0]:.1e} to {middle[-1]:.1e}")
    ax.set(xscale="log", yscale="log", xlabel="depth (blocks)")
    ax.set_xticks(depths, [f"{depth}" for depth in depths])
    ax.minorticks_off()
    ax.set_ylabel("move of the trunk (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left")
    return (
        "Relative change of the trunk's end after one update against depth, both axes "
        f"logarithmic, median of {rows.shape[1]} seeds thick, each seed thin. From "
        f"{depths[0]} to {depths[-1]} blocks: {'; '.join(told)}."
    )


def draw_double_zero(
    ax: Axes, steps: np.ndarray, ratios: Mapping[str, np.ndarray]
) -> str:
    """Draw the ratio of branch to skip through training, by what started at zero.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray of shape (times,)
        Updates done.
    ratios : dict of ndarray of shape (seeds, times)
        Length of the branch over length of the skip, no unit, by name.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, (name, rows) in enumerate(ratios.items()):
        middle = np.median(rows, axis=0)
        ax.plot(steps, middle, label=name, **SERIES[index])
        ax.plot(steps, rows.T, linewidth=0.6, alpha=0.6, **line(index))
        told.append(f"{name} measured {middle[-1]:.2f}" if rows.any() else f"{name} 0")
    ax.set(xlabel="updates done (updates)", ylabel="branch / skip (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        "Length of the branch over length of the skip, mean over blocks, through "
        f"{steps[-1]} updates, median of {len(rows)} seeds thick, each seed thin. All "
        f"start at 0; at the end: {', '.join(told)}."
    )


def draw_start_and_end(
    ax: Axes, names: Sequence[str], start: np.ndarray, end: np.ndarray
) -> str:
    """Draw one row a scheme: the ratio of branch to skip before and after training.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    names : sequence of str
        The schemes, first row first.
    start, end : ndarray of shape (schemes,)
        Length of the branch over length of the skip, no unit.

    Returns
    -------
    str
        Alt text.
    """
    rows = np.arange(len(names))[::-1]
    ax.hlines(rows, start, end, color=GREY, linewidth=1.2, zorder=1)
    ax.plot(start, rows, "o", color=BLUE, markersize=8, label="before training")
    ax.plot(end, rows, "D", color=ORANGE, markersize=6, label="after training")
    ax.set_yticks(rows, names)
    ax.set_ylabel("initialization")
    ax.set(xlabel="branch / skip, mean over blocks (no unit)", xlim=(-0.04, None))
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{name}, measured {before:.2f} to {after:.2f}"
        for name, before, after in zip(names, start, end, strict=True)
    )
    return (
        f"For each of {len(names)} initializations, the length of the branch over that "
        f"of the skip before and after training: {told}."
    )


def draw_thousand(
    ax: Axes,
    steps: np.ndarray,
    accuracies: np.ndarray,
    *,
    nets: Sequence[str],
    depths: Sequence[int],
) -> str:
    """Draw the test accuracy of each net through training.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray of shape (times,)
        Updates done.
    accuracies : ndarray of shape (nets, times)
        Between 0 and 1.
    nets : sequence of str
        Their names.
    depths : sequence of int
        Blocks or layers of each; told as measured, because tests take fewer.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, (net, depth) in enumerate(zip(nets, depths, strict=True)):
        style = {**SERIES[index], "markersize": 4}
        ax.plot(steps, accuracies[index], label=f"{net}: {depth:,} deep", **style)
        reached = accuracies[index, -1]
        told.append(f"{net}, measured {depth} deep, reaches measured {reached:.2f}")
    ax.axhline(0.1, color=GREY, linewidth=0.8, linestyle=":")
    ax.annotate("chance", (steps[-1], 0.06), color=GREY, ha="right", va="top")
    ax.set(ylim=(-0.04, 1.02), xlabel="updates done (updates)")
    ax.set_ylabel("test accuracy (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return (
        f"Test accuracy of {len(nets)} nets through {steps[-1]} updates. At the end: "
        f"{'; '.join(told)}. Chance is 0.1."
    )
