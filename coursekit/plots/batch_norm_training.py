"""Nets that train with and without batch norm; drawn, with alt texts."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import SERIES, line

#: what a norm is called in a picture
NAMES: Mapping[str, str] = {
    "none": "no norm",
    "batch": "batch norm",
    "noisy batch": "noisy batch norm",
}


def draw_statistics(
    axes: np.ndarray,
    steps: np.ndarray,
    biases: np.ndarray,
    growths: np.ndarray,
    *,
    norms: Sequence[str],
) -> str:
    """Draw bias and weights through training, with and without the statistics' part.

    Parameters
    ----------
    axes : ndarray of two Axes
        For the largest bias and for the growth of the weights.
    steps : ndarray of shape (times,)
        Updates done.
    biases, growths : ndarray of shape (norms, seeds, times)
        Largest absolute bias, and length of the weights over that at the start; no
        unit.
    norms : sequence of str
        What each net's gradient does, for the legend.

    Returns
    -------
    str
        Alt text.
    """
    labels = ("largest bias before a norm (no unit)", "length of weights (start = 1)")
    for ax, values, label in zip(axes, (biases, growths), labels, strict=True):
        for index, name in enumerate(norms):
            _seeds_and_median(ax, steps, values[index], index, name)
        ax.set(xlabel="updates done", ylabel=label)
    axes[0].legend(frameon=False, loc="upper left", fontsize="small")
    told = "; ".join(
        f"{name}: bias measured {np.median(biases[index, :, -1]):.2g}, weights "
        f"measured {np.median(growths[index, :, -1]):.3g} times as long"
        for index, name in enumerate(norms)
    )
    return (
        f"Two panels through {steps[-1]:.0f} updates, {biases.shape[1]} seeds thin, "
        f"their median thick: the largest bias, and the length of the weights. At the "
        f"end, {told}."
    )


def draw_noisy(
    axes: np.ndarray,
    cases: Sequence[tuple[str, float]],
    drifts: np.ndarray,
    accuracies: np.ndarray,
) -> str:
    """Draw drift through training beside the accuracy it ends with.

    Parameters
    ----------
    axes : ndarray of two Axes
        For the drift and for the accuracy.
    cases : sequence of (str, float)
        Norm and learning rate, at most four.
    drifts : ndarray of shape (cases, seeds, updates)
        No unit; NaN where a net diverged.
    accuracies : ndarray of shape (cases, seeds)
        Between 0 and 1.

    Returns
    -------
    str
        Alt text.
    """
    updates = np.arange(1, drifts.shape[-1] + 1)
    told = []
    for index, (norm, lr) in enumerate(cases):
        name, middle = f"{NAMES[norm]}, rate {lr:g}", np.median(drifts[index], axis=0)
        grown = np.isfinite(middle) & (middle < 1e3)
        axes[0].plot(
            updates[grown], middle[grown], label=name, markevery=40, **SERIES[index]
        )
        style = {**SERIES[index], "linestyle": ""}
        axes[1].plot(accuracies[index], [index] * accuracies.shape[1], **style)
        drift = np.median(drifts[index].mean(axis=-1))
        failed = np.median(accuracies[index]) < 0.2 or not np.isfinite(drift)
        said = "learns nothing, " if failed else f"drift measured {drift:.2g}, "
        told.append(
            f"{name}: {said}accuracy measured {np.median(accuracies[index]):.2f}"
        )
    axes[0].set(yscale="log", xlabel="updates done", ylim=(1e-6, 1e3))
    axes[0].set_ylabel("drift of a feature (no unit)")
    names = [f"{NAMES[norm]},\nrate {lr:g}" for norm, lr in cases]
    axes[1].set_yticks(range(len(cases)), names)
    axes[1].set(xlim=(0, 1.03), ylim=(len(cases) - 0.5, -0.5))
    axes[1].set(xlabel="test accuracy (no unit)")
    axes[0].figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return (
        "Left, on a logarithmic axis: how far the distribution of a feature moves from "
        "one update to the next, median of the seeds. Right: the test accuracy of each "
        f"seed. Found: {'; '.join(told)}."
    )


def draw_variation(
    axes: np.ndarray,
    steps: np.ndarray,
    variations: np.ndarray,
    changes: np.ndarray,
    *,
    norms: Sequence[str],
) -> str:
    """Draw how much the loss and the gradient change along the gradient.

    Parameters
    ----------
    axes : ndarray of two Axes
        For the loss and for the gradient.
    steps : ndarray of shape (probes,)
        Updates done before each probe.
    variations, changes : ndarray of shape (norms, seeds, probes)
        Highest minus lowest loss (nats); largest change of the gradient (no unit).
    norms : sequence of str
        For the legend.

    Returns
    -------
    str
        Alt text.
    """
    labels = ("loss: highest minus lowest (nats)", "change of gradient (no unit)")
    for ax, values, label in zip(axes, (variations, changes), labels, strict=True):
        for index, norm in enumerate(norms):
            name = NAMES[norm] if ax is axes[0] else None
            _seeds_and_median(ax, steps, values[index], index, name)
        ax.set(yscale="log", xlabel="updates done", ylabel=label)
    axes[0].figure.legend(loc="outside lower center", ncols=2, frameon=False)
    told = "; ".join(
        f"{NAMES[norm]}: loss measured {np.median(variations[i].mean(axis=-1)):.2g} "
        f"nats, gradient measured {np.median(changes[i].mean(axis=-1)):.2g}"
        for i, norm in enumerate(norms)
    )
    return (
        "Two panels on logarithmic axes through training, seeds thin, their median "
        "thick: how much the loss varies within four learning rates along the "
        f"gradient, and how far the gradient moves. Means over training, median of "
        f"{variations.shape[1]} seeds: {told}."
    )


def _seeds_and_median(
    ax: Axes, steps: np.ndarray, values: np.ndarray, index: int, label: str | None
) -> None:
    """Draw values of shape (seeds, times): each thin, their median thick."""
    thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
    ax.plot(steps, values.T, **thin)
    middle = np.median(values, axis=0)
    ax.plot(steps, middle, label=label, linewidth=2.2, **line(index))
