"""How the trunk of a residual net grows from block to block, measured and expected."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES, line

MEASURED = {**SERIES[0], "linestyle": "", "markersize": 5}
EXPECTED = {"color": GREY, "linestyle": (0, (1, 1.2)), "linewidth": 2.2}


def draw_variances(
    ax: Axes, series: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> str:
    """Draw the variance after each block, with the line that theory expects.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    series : dict of (ndarray of shape (seeds, L + 1), ndarray of shape (L + 1,))
        For each name the measured variances and the expected ones, no unit.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, (name, (measured, expected)) in enumerate(series.items()):
        blocks, middle = np.arange(len(expected)), np.median(measured, axis=0)
        label = "expected" if index == 0 else None
        ax.plot(blocks, expected, label=label, zorder=3, **EXPECTED)
        every = max(1, len(blocks) // 10)
        ax.plot(blocks, middle, label=name, markevery=every, **SERIES[index])
        ax.plot(blocks, measured.T, linewidth=0.6, alpha=0.6, **line(index))
        told.append(f"{name}, expected {expected[-1]:.3g}, measured {middle[-1]:.3g}")
    ax.set(yscale="log", xlabel="blocks passed (blocks)")
    ax.set_xticks(range(0, len(blocks), every))
    ax.set_ylabel("variance of the trunk (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left")
    return (
        f"Variance of the trunk after each of {len(blocks) - 1} blocks, logarithmic "
        f"axis, median of {len(measured)} seeds thick, each seed thin, expected lines "
        f"dotted. After the last block: {'; '.join(told)}."
    )


def draw_ratios(ax: Axes, series: Mapping[str, np.ndarray]) -> str:
    """Draw the length of the branch over that of the skip, block by block.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    series : dict of ndarray of shape (seeds, L)
        Ratios by name, no unit, first block first.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for index, (name, ratios) in enumerate(series.items()):
        blocks, middle = np.arange(1, ratios.shape[1] + 1), np.median(ratios, axis=0)
        ax.plot(blocks, middle, label=name, **SERIES[index])
        ax.plot(blocks, ratios.T, linewidth=0.6, alpha=0.6, **line(index))
        told.append(f"{name} measured {middle[0]:.2f} to {middle[-1]:.2f}")
    ax.plot(blocks, 1 / np.sqrt(blocks), label="1 / √l", zorder=3, **EXPECTED)
    ax.set(ylim=(0, 1.4), xlabel="number l of the block (no unit)")
    ax.set_ylabel("branch / skip (no unit)")
    ax.set_xticks(range(2, len(blocks) + 1, 2))
    ax.legend(frameon=False, ncols=2, fontsize="small", loc="upper right")
    return (
        "Length of the branch over length of the skip in each of "
        f"{len(blocks)} blocks before training, median of {len(ratios)} seeds thick, "
        f"each seed thin. From the first block to the last: {'; '.join(told)}; the "
        f"dotted line 1 / √l ends at {1 / np.sqrt(len(blocks)):.2f}."
    )


def prepare_signal_axes(
    axes: Sequence[Axes], *, most_blocks: int, top: float, most_ratio: float
) -> None:
    """Draw axes and labels of the two panels that `draw_signal` fills.

    Parameters
    ----------
    axes : two Axes
        For the variances and for the ratios.
    most_blocks : int
        Where the axes of blocks end.
    top, most_ratio : float
        Where the axes of variances and of ratios end, no unit.
    """
    for ax, title in zip(axes, ("variance of the trunk", "branch / skip"), strict=True):
        ax.set_title(title, fontsize="medium")
        ax.set(xlim=(-1, most_blocks + 1), xlabel="block (no unit)")
    axes[0].set(yscale="log", ylim=(top**-0.03 * 0.6, top))
    axes[0].set_ylabel("variance (no unit)")
    axes[1].set(ylim=(-0.04 * most_ratio, most_ratio))
    axes[1].set_ylabel("ratio (no unit)")
    axes[1].axhline(1, color=GREY, linewidth=0.8)
    axes[0].plot([], [], label="measured in one net", **MEASURED)
    axes[0].plot([], [], label="expected", **line(1))
    axes[0].figure.legend(loc="outside lower center", ncols=2, frameon=False)


def draw_signal(
    axes: Sequence[Axes],
    variances: np.ndarray,
    expected: np.ndarray,
    ratios: np.ndarray,
) -> None:
    """Draw variances and ratios of one net, each with what is expected.

    A branch that is expected to raise the variance from v to w is expected to have
    ``sqrt((w - v) / v)`` times the length of its skip.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_signal_axes`.
    variances, expected : ndarray of shape (L + 1,)
        No unit.
    ratios : ndarray of shape (L,)
        No unit.
    """
    blocks = np.arange(len(expected))
    shares = np.sqrt(np.diff(expected) / expected[:-1])
    axes[0].plot(blocks, variances, **MEASURED)
    axes[0].plot(blocks, expected, zorder=3, **line(1))
    axes[1].plot(blocks[1:], ratios, **MEASURED)
    axes[1].plot(blocks[1:], shares, zorder=3, **line(1))
