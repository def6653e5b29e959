"""Paths through a residual net by their length: how many, and how much they carry."""

from collections.abc import Mapping
from math import comb

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREY, ORANGE, SERIES

#: The deepest net of the explorer, in blocks.
DEEPEST = 60
#: How the expected shares are drawn in the explorer.
EXPECTED = {"color": ORANGE, "marker": "s", "markersize": 3, "linewidth": 1}


def count_shares(depth: int) -> np.ndarray:
    """Return which share of all paths through ``depth`` blocks has which length.

    Examples
    --------
    >>> count_shares(2)
    array([0.25, 0.5 , 0.25])
    """
    return np.array([comb(depth, k) / 2**depth for k in range(depth + 1)])


def draw_path_counts(ax: Axes, depth: int, *, low: int, high: int) -> str:
    """Draw the share of paths of each length, with one range of lengths marked.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depth : int
        Blocks of the net.
    low, high : int
        First and last length of the range.

    Returns
    -------
    str
        Alt text.
    """
    shares, lengths = count_shares(depth), np.arange(depth + 1)
    inside = (lengths >= low) & (lengths <= high)
    total = shares[inside].sum()
    label = f"{low} to {high} branches: {100 * total:.0f} % of all paths"
    ax.bar(lengths[inside], shares[inside], color=BLUE, label=label)
    ax.bar(lengths[~inside], shares[~inside], color=ORANGE, hatch="//", label="others")
    ax.set(xlabel="length of the path (branches taken)", ylim=(0, 1.35 * shares.max()))
    ax.set_ylabel("share of the paths (no unit)")
    ax.legend(frameon=False, loc="upper left")
    return (
        f"Bars of a binomial distribution: the lengths of all paths through {depth} "
        f"blocks, with the peak at {depth // 2}. {100 * total:.0f} % of the paths take "
        f"{low} to {high} branches."
    )


def draw_gradient_shares(
    ax: Axes, shares: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> str:
    """Draw which share of a gradient came by paths of which length.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    shares : mapping of str to ndarray of shape (runs, L + 1)
        For up to four kinds of branches; no unit.
    expected : mapping of str to ndarray of shape (L + 1,)
        For the same kinds.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, name in enumerate(shares):
        style = SERIES[index]
        lengths = np.arange(shares[name].shape[1])
        ax.plot(lengths, expected[name], label=name, **{**style, "marker": ""})
        loose = {**style, "linestyle": "", "markersize": 3, "alpha": 0.7}
        ax.plot(lengths, shares[name].T, **loose)
        told.append(f"{name}: measured {(shares[name] @ lengths).mean():.1f}")
    ax.set(xlabel="length of the path (branches taken)", ylim=(0, None))
    ax.set_ylabel("share of the gradient (no unit)")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(frameon=False)
    runs = len(next(iter(shares.values())))
    return (
        "Curves of the expected share of the gradient against the length of the path, "
        f"with points for {runs} draws each. Mean length: {'; '.join(told)}."
    )


def prepare_path_axes(ax: Axes) -> None:
    """Draw axes, labels and legend of what `draw_path_state` fills."""
    ax.set(xlim=(-1, DEEPEST + 1), ylim=(0, 1.08), yticks=[0, 0.5, 1])
    ax.set_xlabel("length of the path (branches taken)")
    ax.set_ylabel("share over largest share (no unit)")
    ax.bar([-9], [0], color=GREY, alpha=0.4, label="number of paths")
    ax.plot([], [], color=BLUE, linewidth=4, label="gradient, one draw")
    ax.plot([], [], label="gradient, expected", **EXPECTED)
    ax.figure.legend(loc="outside upper center", ncols=3, frameon=False)


def draw_path_state(
    ax: Axes, counts: np.ndarray, drawn: np.ndarray, expected: np.ndarray
) -> None:
    """Draw counts, drawn and expected shares of one net, each over its largest.

    Parameters
    ----------
    ax : Axes
        Prepared by `prepare_path_axes`.
    counts, drawn, expected : ndarray of shape (L + 1,)
        Shares, no unit.
    """
    lengths = np.arange(len(counts))
    edges = np.arange(len(counts) + 1) - 0.5
    ax.stairs(counts / counts.max(), edges, fill=True, color=GREY, alpha=0.4)
    ax.vlines(lengths, 0, drawn / drawn.max(), color=BLUE, linewidth=4)
    ax.plot(lengths, expected / expected.max(), **EXPECTED)
    ax.axvline(len(counts) - 1, color=GREY, linewidth=0.8, linestyle=":")
