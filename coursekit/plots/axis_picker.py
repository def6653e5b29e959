"""A block of shape (B, T, d), and which of its entries share one mean and variance."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from coursekit.plots.style import BLUE, ORANGE


def prepare_block(axes: Sequence[Axes], block: np.ndarray) -> None:
    """Draw the block as one grid for each sample, with its numbers.

    Parameters
    ----------
    axes : B Axes
        One for each sample.
    block : ndarray of shape (B, T, d)
        Numbers with few digits, any unit.
    """
    _, time, d = block.shape
    for b, (ax, sample) in enumerate(zip(axes, block, strict=True)):
        ax.set_title(f"sample b = {b}", fontsize="medium")
        ax.set(xlim=(-0.5, d - 0.5), ylim=(time - 0.5, -0.5), aspect="equal")
        ax.set(xticks=range(d), yticks=range(time), xlabel="feature i")
        ax.tick_params(length=0)
        ax.set_xticks(np.arange(d + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(time + 1) - 0.5, minor=True)
        ax.grid(which="minor", color="#cccccc", linewidth=0.8)
        ax.tick_params(which="minor", length=0)
        for (t, i), value in np.ndenumerate(sample):
            ax.text(i, t, f"{value:g}", ha="center", va="center")
    axes[0].set_ylabel("time step t")


def draw_group(
    axes: Sequence[Axes], groups: np.ndarray, entry: tuple[int, int, int]
) -> None:
    """Colour the entries of one group, and frame the entry that was looked at.

    Parameters
    ----------
    axes : B Axes
        Prepared by `prepare_block`.
    groups : ndarray of int of shape (B, T, d)
        Entries of one number share one mean and variance.
    entry : (b, t, i)
        Where to look.
    """
    for ax, shared in zip(axes, groups == groups[entry], strict=True):
        if shared.any():
            tint = np.where(shared[..., None], to_rgba(BLUE, 0.35), 0.0)
            ax.imshow(tint, interpolation="nearest", zorder=0.5)
            t, i = np.nonzero(shared)
            ax.plot(i + 0.32, t - 0.32, "o", markersize=3, color=BLUE)
    b, t, i = entry
    frame = {"fill": False, "edgecolor": ORANGE, "linewidth": 3, "zorder": 5}
    axes[b].add_patch(Rectangle((i - 0.5, t - 0.5), 1, 1, **frame))


def draw_groups(
    axes: np.ndarray,
    block: np.ndarray,
    groups: dict[str, np.ndarray],
    *,
    entry: tuple[int, int, int],
) -> str:
    """Draw the block once for each norm, the group of one entry coloured.

    Parameters
    ----------
    axes : ndarray of Axes of shape (norms, B)
        A row for each norm.
    block : ndarray of shape (B, T, d)
        Numbers with few digits, any unit.
    groups : dict of str to ndarray of int of shape (B, T, d)
        For each norm, entries of one number share one mean and variance.
    entry : (b, t, i)
        Where to look.

    Returns
    -------
    str
        Alt text.
    """
    told = []
    for row, (norm, numbers) in zip(axes, groups.items(), strict=True):
        prepare_block(row, block)
        draw_group(row, numbers, entry)
        for ax in row:
            ax.label_outer()
        row[0].set_ylabel(f"{norm}\ntime step t")
        told.append(f"under {norm} {(numbers == numbers[entry]).sum()} entries")
    for ax in axes[1:].flat:
        ax.set_title("")
    b, t, i = entry
    return (
        f"A block of {block.shape[0]} samples, {block.shape[1]} time steps and "
        f"{block.shape[2]} features, one grid of numbers for each sample. Coloured is "
        f"what shares one mean and variance with the framed entry b = {b}, t = {t}, "
        f"i = {i}: {'; '.join(told)}."
    )
