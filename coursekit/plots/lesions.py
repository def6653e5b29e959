"""Trained nets that lost blocks, drawn: the error without each, and without several."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coursekit.plots.style import BLUE, GREY, ORANGE, SERIES, line

#: Wrong answers of a net that guesses one of ten digits.
CHANCE = 0.9


def draw_lesions(
    axes: Sequence[Axes],
    one: Mapping[str, np.ndarray],
    whole: Mapping[str, np.ndarray],
    several: Mapping[str, np.ndarray],
    *,
    deleted: np.ndarray,
) -> str:
    """Draw the error without each block (left) and without several (right).

    Parameters
    ----------
    axes : two Axes
        Where to draw.
    one : mapping of str to ndarray of shape (seeds, blocks)
        For up to four kinds of nets: share of wrong answers without each block.
    whole : mapping of str to ndarray of shape (seeds,)
        Without any lesion.
    several : mapping of str to ndarray of shape (seeds, counts, draws)
        Without several random blocks.
    deleted : ndarray of shape (counts,)
        How many.

    Returns
    -------
    str
        Alt text.
    """
    left, right = axes
    told = []
    for index, kind in enumerate(one):
        blocks = np.arange(1, one[kind].shape[1] + 1)
        label = f"{kind} net"
        left.plot(blocks, np.median(one[kind], axis=0), label=label, **SERIES[index])
        thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
        left.plot(blocks, one[kind].T, **thin)
        means = several[kind].mean(axis=-1)
        counts = np.concatenate([[0], deleted])
        errors = np.concatenate([whole[kind][:, None], means], axis=1)
        right.plot(counts, np.median(errors, axis=0), **SERIES[index])
        right.plot(counts, errors.T, **thin)
        told.append(
            f"{kind} net: measured {np.median(whole[kind]):.2f} whole, measured "
            f"{np.median(one[kind].mean(axis=1)):.2f} without one block, measured "
            f"{np.median(means[:, -1]):.2f} without {deleted[-1]}"
        )
    for ax in axes:
        ax.axhline(CHANCE, color=GREY, linewidth=0.8, linestyle=":")
        ax.set_ylim(0, 1.04)
    left.set(xlabel="block deleted", ylabel="test error (no unit)")
    left.set_xticks(np.arange(1, max(v.shape[1] for v in one.values()) + 1))
    left.legend(frameon=False, loc="center right")
    right.set(xlabel="random blocks deleted")
    right.set_xticks([0, *deleted])
    return (
        "Two panels of test error, with a dotted line where a net only guesses. Left, "
        "without one block, by the block's number; right, against the number of random "
        f"blocks deleted. Errors: {'; '.join(told)}."
    )


def prepare_lesion_axes(axes: Sequence[Axes]) -> None:
    """Draw axes and labels of the two panels that `draw_lesion_state` fills."""
    left, right = axes
    left.set_title("blocks in use (hatched: moved)", fontsize="medium")
    left.set(xlim=(0, 10), ylim=(0, 3), xticks=[], yticks=[])
    left.set_frame_on(False)
    right.set_title("error (black line: whole net)", fontsize="medium")
    right.set(xlim=(0, 1.12), ylim=(-0.6, 1.6), yticks=[1, 0])
    right.set_yticklabels(["residual", "plain"])
    right.axvline(CHANCE, color=GREY, linewidth=0.8, linestyle=":")
    right.annotate(
        "guessing", (CHANCE, 1.45), color=GREY, ha="center", fontsize="small"
    )
    right.set(xlabel="test error (no unit)")


def draw_lesion_state(
    axes: Sequence[Axes],
    order: Sequence[int],
    deleted: Sequence[int],
    errors: Sequence[float],
    whole: Sequence[float],
) -> None:
    """Draw the blocks that are left, the ones that are gone, and both errors.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_lesion_axes`.
    order, deleted : sequence of int
        Numbers of the blocks that work, in order, and of those that do not, from 0.
    errors, whole : (float, float)
        Share of wrong answers of the residual and of the plain net, now and before.
    """
    left, right = axes
    for place, number in enumerate(order):
        moved = "" if number == sorted(order)[place] else "//"
        corner = (place + 0.08, 1.7)
        left.add_patch(
            Rectangle(corner, 0.84, 0.8, fill=False, color=BLUE, hatch=moved)
        )
        left.text(place + 0.5, 2.1, f"{number + 1}", ha="center", va="center", **LABEL)
    if not order:
        left.text(0.1, 2.1, "none", va="center", color=GREY)
    for place, number in enumerate(deleted):
        corner = (place + 0.08, 0.3)
        box = Rectangle(corner, 0.84, 0.8, fill=False, color=GREY, linestyle=":")
        left.add_patch(box)
        left.text(
            place + 0.5, 0.7, f"{number + 1}", ha="center", va="center", color=GREY
        )
    if deleted:
        left.text(0.1, 1.25, "deleted", color=GREY)
    for row, (now, before) in enumerate(zip(errors, whole, strict=True)):
        y = 1 - row
        right.barh(y, now, 0.5, color=(BLUE, ORANGE)[row], hatch=("", "//")[row])
        right.plot([before, before], [y - 0.38, y + 0.38], color="black", linewidth=1.5)
        right.text(now + 0.02, y, f"{now:.2f}", va="center")


LABEL = {"bbox": {"boxstyle": "round,pad=0.1", "color": "white"}}
