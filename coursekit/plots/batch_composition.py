"""What a batch norm net answers, by the company its images keep."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREEN, GREY, SERIES, line

CHANCE = 0.1


def draw_gap(
    ax: Axes,
    batch_sizes: np.ndarray,
    training: Mapping[str, np.ndarray],
    evaluation: np.ndarray,
) -> str:
    """Draw test accuracy against the size of the batches the net is asked with.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    batch_sizes : ndarray of shape (sizes,)
        Images.
    training : mapping of str to ndarray of shape (sizes, seeds)
        Accuracies in training mode, between 0 and 1, by the order of the images.
    evaluation : ndarray of shape (seeds,)
        Accuracies in evaluation mode.

    Returns
    -------
    str
        Alt text.
    """
    _draw_curves(ax, batch_sizes, training, float(np.median(evaluation)))
    for index, found in enumerate(training.values()):
        thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
        ax.plot(batch_sizes, found, **thin)
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{order}, measured {np.median(found[0]):.2f} to {np.median(found[-1]):.2f}"
        for order, found in training.items()
    )
    return (
        f"Test accuracy against batch size, {batch_sizes[0]} to {batch_sizes[-1]} "
        f"images, median of {len(evaluation)} seeds thick, each seed thin. Training "
        f"mode from the smallest batch to the largest: {told}. Evaluation mode, which "
        f"does not depend on the batch: measured {np.median(evaluation):.2f}."
    )


def _draw_curves(
    ax: Axes,
    batch_sizes: np.ndarray,
    training: Mapping[str, np.ndarray],
    evaluation: float,
) -> None:
    """Draw the medians over seeds, and lines for evaluation and for guessing."""
    ax.axhline(evaluation, label="evaluation mode", **line(2))
    for index, (order, found) in enumerate(training.items()):
        middle = np.median(found, axis=-1)
        ax.plot(batch_sizes, middle, label=f"training, {order}", **SERIES[index])
    ax.axhline(CHANCE, color=GREY, linestyle=":", linewidth=0.8, label="guessing")
    ax.set_xscale("log", base=2)
    ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
    ax.minorticks_off()
    ax.set(ylim=(0, 1.02), xlabel="batch size (images)")
    ax.set_ylabel("test accuracy (no unit)")


def prepare_composition_axes(
    axes: Sequence[Axes],
    batch_sizes: np.ndarray,
    training: Mapping[str, np.ndarray],
    evaluation: float,
) -> None:
    """Draw the axes of both panels, and the curves of the right one.

    Parameters as in `draw_gap`, with ``training`` of shape (sizes, 1).
    """
    left, right = axes
    left.set_title("answers (bright: many)", fontsize="medium")
    left.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xticks=range(10), yticks=range(10))
    left.set(xlabel="answer", ylabel="digit in the image", aspect="equal")
    _draw_curves(right, batch_sizes, training, evaluation)
    right.set_title("accuracy", fontsize="medium")
    right.figure.legend(
        *right.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize="small",
    )


def draw_composition(
    axes: Sequence[Axes], shares: np.ndarray, *, batch_size: int, accuracy: float
) -> None:
    """Draw how often each digit got each answer, and where this stands among others.

    Parameters
    ----------
    axes : two Axes
        Prepared by `prepare_composition_axes`.
    shares : ndarray of shape (10, 10)
        Share of the images of each digit (rows) that got each answer, 0 to 1.
    batch_size : int
        Images.
    accuracy : float
        Between 0 and 1.
    """
    axes[0].imshow(shares, cmap="cividis", vmin=0, vmax=1, zorder=0.5)
    ring = {"fillstyle": "none", "markersize": 15, "markeredgewidth": 2}
    axes[1].plot(batch_size, accuracy, color=GREEN, marker="o", **ring)
