"""Where the norm stands, and what then reaches which layer of a residual net."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from coursekit.plots.style import BLUE, GREY, ORANGE, SERIES, line

NORM = {"facecolor": "#F6D3BF", "edgecolor": ORANGE, "hatch": "///"}
BRANCH = {"facecolor": "#CFE3F1", "edgecolor": BLUE}
#: placement: (title, boxes of the branch from below, whether the trunk has a norm)
DIAGRAMS: Mapping[str, tuple[str, tuple[str, ...], bool]] = {
    "post": ("Post-LN", ("f",), True),
    "pre": ("Pre-LN", ("norm", "f"), False),
    "sandwich": ("sandwich", ("norm", "f", "norm"), False),
    "none": ("no norm", ("f",), False),
}
#: What the explorer shows; what lies outside is drawn at the edge, as a triangle.
GRADIENT_LIMITS, STD_LIMITS = (1e-4, 1e3), (1e-1, 1e3)
DEEPEST = 32


def _box(ax: Axes, x: float, y: float, label: str) -> None:
    """Draw one box with its label in the middle."""
    style = NORM if label == "norm" else BRANCH
    corner = (x - 0.42, y - 0.19)
    patch = FancyBboxPatch(
        corner, 0.84, 0.38, boxstyle="round,pad=0.03", zorder=3, **style
    )
    ax.add_patch(patch)
    ax.annotate(
        label,
        (x, y),
        ha="center",
        va="center",
        zorder=4,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
    )


def draw_placement_diagrams(ax: Axes) -> str:
    """Draw one block of each placement; the trunk runs upwards, the branch beside it.

    Returns
    -------
    str
        Alt text.
    """
    arrow = {"arrowstyle": "->", "color": GREY, "linewidth": 1.4}
    for column, (title, branch, on_trunk) in enumerate(DIAGRAMS.values()):
        x = 2.6 * column
        right, top = x + 1.15, 2.6
        ax.annotate("", (x, 4.05), (x, -0.35), arrowprops=arrow)
        ax.plot([x, right, right], [0.15, 0.15, top], color=GREY, linewidth=1.4)
        ax.annotate("", (x + 0.13, top), (right, top), arrowprops=arrow)
        ax.plot(x, top, marker="o", markersize=13, color="white", markeredgecolor=GREY)
        ax.annotate("+", (x, top - 0.02), ha="center", va="center")
        places = {1: (1.35,), 2: (0.75, 1.75), 3: (0.6, 1.3, 2.0)}[len(branch)]
        for y, label in zip(places, branch, strict=True):
            _box(ax, right, y, label)
        if on_trunk:
            _box(ax, x, 3.3, "norm")
        ax.annotate(title, (x + 0.55, 4.5), ha="center", fontsize="large")
        ax.annotate("x", (x, -0.6), ha="center", va="center")
    ax.set(xlim=(-0.6, 9.6), ylim=(-0.85, 4.9))
    ax.set_axis_off()
    return (
        "Four diagrams of one block; x enters below, the trunk runs straight up to the "
        "sum, the branch f leaves it and comes back. Post-LN has its norm on the "
        "trunk, behind the sum. Pre-LN has it in the branch, before f. The sandwich "
        "has one before and one behind f, in the branch. The fourth block has none."
    )


def _draw_seeds(ax: Axes, depths: np.ndarray, series: Mapping[str, np.ndarray]) -> None:
    """Draw each seed of (depths, seeds) thin and their median thick, by depth."""
    for index, (label, values) in enumerate(series.items()):
        thin = {**line(index), "linewidth": 0.5, "alpha": 0.5}
        ax.plot(depths, values, **thin)
        ax.plot(depths, np.median(values, axis=1), label=label, **SERIES[index])
    ax.set(xscale="log", yscale="log", xlabel="blocks L (no unit)")
    ax.set_xticks(depths, [f"{depth}" for depth in depths])
    ax.minorticks_off()


def draw_last_gradients(
    ax: Axes, depths: np.ndarray, post: np.ndarray, pre: np.ndarray
) -> str:
    """Draw the gradient of the last block's weight against depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Blocks.
    post, pre : ndarray of shape (depths, seeds)
        Norms of the gradient under Post-LN and Pre-LN, no unit.

    Returns
    -------
    str
        Alt text.
    """
    _draw_seeds(ax, depths, {"Post-LN": post, "Pre-LN": pre})
    start = np.median(pre[0])
    rule = start * np.sqrt((1 + 2 * depths[0]) / (1 + 2 * depths))
    ax.plot(depths, rule, color=GREY, linewidth=0.9, label=r"$1/\sqrt{1+2L}$")
    ax.set_ylabel("gradient of the last block (no unit)")
    ticks = [0.1, 0.3, 1, 3]
    ax.set_yticks(ticks, [f"{tick}" for tick in ticks])
    ax.minorticks_off()
    ax.legend(frameon=False)
    ends = [np.median(values, axis=1)[[0, -1]] for values in (post, pre)]
    return (
        "Norm of the gradient of the last block's weight at the start, against depth, "
        f"both axes logarithmic, median of {post.shape[1]} seeds thick. From "
        f"{depths[0]} to {depths[-1]} blocks: Post-LN measured {ends[0][0]:.2f} to "
        f"{ends[0][1]:.2f}, Pre-LN measured {ends[1][0]:.2f} to {ends[1][1]:.2f}, "
        "along the grey line 1 over the root of 1 + 2 L."
    )


def draw_by_trunk(
    ax: Axes, depths: np.ndarray, post: np.ndarray, pre: np.ndarray
) -> str:
    """Draw what share of a gradient the trunk alone carries back, against depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Blocks.
    post, pre : ndarray of shape (depths, seeds)
        Gradient at the stem over that at the last block, no unit.

    Returns
    -------
    str
        Alt text.
    """
    _draw_seeds(ax, depths, {"Post-LN": post, "Pre-LN": pre})
    rule = 3.0 ** (-depths / 2)
    ax.plot(depths, rule, color=GREY, linewidth=0.9, label=r"$3^{-L/2}$")
    ax.set_ylabel("share carried by the trunk (no unit)")
    ax.legend(frameon=False, loc="lower left")
    return (
        "Share of the gradient that reaches the stem along the trunk alone, against "
        "depth, both axes logarithmic. Pre-LN: 1 at every depth. Post-LN falls along "
        f"the grey line 3 to the power of minus L/2, to measured "
        f"{np.median(post[-1]):.0e} at {depths[-1]} blocks."
    )


def draw_start_losses(
    ax: Axes, depths: np.ndarray, without: np.ndarray, final: np.ndarray
) -> str:
    """Draw the loss of untrained Pre-LN nets, without and with a final norm.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Blocks.
    without, final : ndarray of shape (depths, seeds)
        Cross-entropies in nats.

    Returns
    -------
    str
        Alt text.
    """
    _draw_seeds(ax, depths, {"no final norm": without, "final norm": final})
    guess = np.log(10)
    ax.axhline(guess, color=GREY, linewidth=0.9)
    ax.annotate(
        "ten equal guesses", (depths[0], 0.94 * guess), color=GREY, va="top", ha="left"
    )
    ax.set(ylim=(1.5, 40), ylabel="loss before training (nats)")
    ax.set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
    ax.minorticks_off()
    ax.legend(frameon=False, loc="upper left")
    ends = [np.median(values, axis=1)[[0, -1]] for values in (without, final)]
    return (
        f"Loss of untrained Pre-LN nets against depth, {depths[0]} to {depths[-1]} "
        f"blocks, median of {without.shape[1]} seeds thick. Without a final norm it "
        f"grows from measured {ends[0][0]:.1f} to {ends[0][1]:.1f} nats; with one it "
        f"stays between measured {ends[1].min():.1f} and {ends[1].max():.1f}."
    )


def draw_losses(
    ax: Axes, steps: np.ndarray, losses: np.ndarray, *, labels: Sequence[str]
) -> str:
    """Draw training losses of several nets: seeds thin, their median thick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray of shape (times,)
        Updates done.
    losses : ndarray of shape (nets, seeds, times)
        Cross-entropies in nats.
    labels : sequence of str
        One for each net.

    Returns
    -------
    str
        Alt text.
    """
    medians = np.median(losses, axis=1)
    for index, label in enumerate(labels):
        thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
        ax.plot(steps, losses[index].T, **thin)
        style = {**SERIES[index], "markersize": 4}
        ax.plot(steps, medians[index], label=label, **style)
    ax.axhline(np.log(10), color=GREY, linewidth=0.9)
    ax.set(yscale="log", xlabel="updates done", ylabel="training loss (nats)")
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(1, 0.2))
    ends = "; ".join(
        f"{label} ends at measured {median[-1]:.2g}"
        for label, median in zip(labels, medians, strict=True)
    )
    return (
        f"Training loss through {steps[-1]} updates on a logarithmic axis, median of "
        f"{losses.shape[1]} seeds thick, with a grey line where all ten digits are "
        f"equally likely. In nats: {ends}."
    )


def draw_placements(
    axes: Sequence[Axes],
    gradients: Mapping[str, np.ndarray],
    stds: Mapping[str, np.ndarray],
) -> str:
    """Draw gradient by block and spread of the trunk, one line a placement.

    Parameters
    ----------
    axes : two Axes
    gradients : mapping of str to ndarray of shape (depth,)
        Norm of the gradient of each block's last weight, no unit.
    stds : mapping of str to ndarray of shape (depth + 1,)
        Of the trunk, no unit.

    Returns
    -------
    str
        Alt text.
    """
    for index, name in enumerate(gradients):
        style = {**SERIES[index], "markersize": 4}
        blocks = np.arange(1, len(gradients[name]) + 1)
        axes[0].plot(blocks, gradients[name], label=DIAGRAMS[name][0], **style)
        axes[1].plot(np.arange(len(stds[name])), stds[name], **style)
    _label(axes)
    axes[0].figure.legend(loc="outside lower center", ncols=4, frameon=False)
    depth = len(next(iter(gradients.values())))
    told = "; ".join(
        f"{DIAGRAMS[name][0]} gradient measured {gradients[name][0]:.2g} to "
        f"{gradients[name][-1]:.2g}, std of the trunk at the end measured "
        f"{stds[name][-1]:.2g}"
        for name in gradients
    )
    return (
        f"Two panels for {depth} blocks before training, logarithmic: the gradient of "
        f"each block's weight and the std of the trunk. First to last block: {told}."
    )


def _label(axes: Sequence[Axes]) -> None:
    """Give the two panels titles, labels and logarithmic axes."""
    axes[0].set_title("gradient by block", fontsize="medium")
    axes[1].set_title("spread of the trunk", fontsize="medium")
    axes[0].set(yscale="log", xlabel="block", ylabel="gradient norm (no unit)")
    axes[1].set(yscale="log", xlabel="blocks passed", ylabel="std (no unit)")


def prepare_placement_axes(axes: Sequence[Axes]) -> None:
    """Draw axes and labels of the two panels that `draw_placement_state` fills."""
    _label(axes)
    for ax, limits in zip(axes, (GRADIENT_LIMITS, STD_LIMITS), strict=True):
        ax.set(xlim=(-1, DEEPEST + 1), ylim=limits)
        ax.axhline(1, color=GREY, linewidth=0.8)


def draw_placement_state(
    axes: Sequence[Axes], gradients: np.ndarray, stds: np.ndarray
) -> None:
    """Draw one net on the panels of `prepare_placement_axes`.

    Parameters
    ----------
    axes : two Axes
    gradients : ndarray of shape (depth,)
        By block, no unit.
    stds : ndarray of shape (depth + 1,)
        Of the trunk, no unit.
    """
    for index, (ax, values) in enumerate(zip(axes, (gradients, stds), strict=True)):
        low, high = ax.get_ylim()
        place = np.arange(len(values)) + (1 - index)
        inside = (values > low) & (values < high)
        ax.plot(place[inside], values[inside], markersize=4, **SERIES[index])
        edge = np.where(values >= high, high / 1.4, 1.4 * low)
        beyond = {"color": SERIES[index]["color"], "linestyle": "", "marker": "^"}
        ax.plot(place[~inside], edge[~inside], markersize=6, **beyond)
