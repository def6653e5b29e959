"""Training loss by depth, drawn; every function gives its alt text."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import GREY, SERIES, line

#: Cross-entropy of ten equal probabilities (nats).
CHANCE = np.log(10)


def draw_losses_by_depth(
    ax: Axes, depths: np.ndarray, losses: np.ndarray, *, kinds: Sequence[str]
) -> str:
    """Draw the final training loss against depth: seeds thin, their median thick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Linear layers.
    losses : ndarray of shape (kinds, depths, seeds)
        Cross-entropy, nats.
    kinds : sequence of str
        Names for the legend; at most four.

    Returns
    -------
    str
        Alt text.
    """
    medians = np.median(losses, axis=-1)
    for index, kind in enumerate(kinds):
        ax.plot(depths, losses[index], linewidth=0.6, alpha=0.6, **line(index))
        ax.plot(depths, medians[index], label=f"{kind} nets", **SERIES[index])
    _mark_chance(ax)
    ax.set(yscale="log", xticks=depths, ylim=(losses.min() / 2, 6))
    ax.set(xlabel="depth (layers)", ylabel="training loss (nats)")
    ax.legend(frameon=False, loc="lower right")
    told = "; ".join(
        f"of {kind} nets measured "
        + ", ".join(f"{loss:.2g}" for loss in medians[index][:-1])
        + f" and {medians[index][-1]:.2g}"
        for index, kind in enumerate(kinds)
    )
    listed = ", ".join(f"{depth}" for depth in depths)
    return (
        f"Training loss on a logarithmic axis against depth, {listed} layers, each of "
        f"{losses.shape[-1]} seeds thin, their median thick. Medians: {told}."
    )


def draw_training_curves(ax: Axes, depths: np.ndarray, curves: np.ndarray) -> str:
    """Draw the training loss of one kind through training, one line for each depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Linear layers; at most four.
    curves : ndarray of shape (depths, seeds, epochs + 1)
        Cross-entropy (nats) before training and after each epoch.

    Returns
    -------
    str
        Alt text.
    """
    epochs = np.arange(curves.shape[-1])
    for index, depth in enumerate(depths):
        ax.plot(epochs, curves[index].T, linewidth=0.6, alpha=0.6, **line(index))
        middle = np.median(curves[index], axis=0)
        ax.plot(epochs, middle, label=f"{depth} layers", **SERIES[index])
    _mark_chance(ax)
    ax.set(yscale="log", xlabel="epochs done", ylim=(curves.min() / 2, 6))
    ax.set_ylabel("training loss (nats)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    ends = np.median(curves[..., -1], axis=-1)
    return (
        f"Training loss on a logarithmic axis through {epochs[-1]} epochs, each of "
        f"{curves.shape[1]} seeds thin, their median thick. At the end it is measured "
        f"{ends[0]:.2g} with {depths[0]} layers and measured {ends[-1]:.2g} with "
        f"{depths[-1]}; the deeper the net, the higher its curve."
    )


def draw_first_gradients(ax: Axes, depths: np.ndarray, gradients: np.ndarray) -> str:
    """Draw the length of the first layer's gradient through training, by depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Linear layers; at most four.
    gradients : ndarray of shape (depths, seeds, epochs)
        Lengths of the gradient of the first weights, at the end of each epoch, in nats
        per unit of weight.

    Returns
    -------
    str
        Alt text.
    """
    epochs = np.arange(1, gradients.shape[-1] + 1)
    for index, depth in enumerate(depths):
        ax.plot(epochs, gradients[index].T, linewidth=0.6, alpha=0.6, **line(index))
        middle = np.median(gradients[index], axis=0)
        ax.plot(epochs, middle, label=f"{depth} layers", **SERIES[index])
    ax.set(yscale="log", xlabel="epochs done", ylim=(1e-2, 20))
    ax.set_ylabel("gradient of the first layer\n(nats per unit of weight)")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = ", ".join(
        f"measured {np.median(gradients[index]):.2g} with {depth} layers"
        for index, depth in enumerate(depths)
    )
    return (
        f"Length of the first layer's gradient on a logarithmic axis through "
        f"{epochs[-1]} epochs, each of {gradients.shape[1]} seeds thin, their median "
        f"thick. Median over training and seeds: {told}."
    )


def _mark_chance(ax: Axes) -> None:
    """Draw a line at the loss of guessing, with its name at the right end."""
    ax.axhline(CHANCE, color=GREY, linewidth=0.8, linestyle=":")
    where = ax.get_yaxis_transform()
    ax.text(0.99, CHANCE * 1.12, "guessing", color=GREY, ha="right", transform=where)
