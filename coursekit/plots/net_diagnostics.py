"""The diagnostics of several nets side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREEN, GREY, ORANGE, PINK

#: a fifth style, because five nets are compared
STYLES = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": ORANGE, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PINK, "linestyle": ":", "marker": "D"},
    {"color": "#000000", "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "x"},
)


def draw_by_block(
    axes: Sequence[Axes],
    gradients: Mapping[str, np.ndarray],
    stds: Mapping[str, np.ndarray],
    errors: Mapping[str, np.ndarray],
    *,
    probed: np.ndarray,
) -> str:
    """Draw gradient, spread and error of the gradient by block, one line a net.

    Parameters
    ----------
    axes : three Axes
    gradients : mapping of str to ndarray of shape (depth,)
        Norm of the gradient at each block's input, no unit.
    stds : mapping of str to ndarray of shape (depth + 1,)
        Of the trunk, no unit.
    errors : mapping of str to ndarray of shape (probes,)
        Relative error of the gradient, held against a difference quotient; no unit.
    probed : ndarray of shape (probes,)
        Blocks at which that was done, from 0.

    Returns
    -------
    str
        Alt text.
    """
    for index, name in enumerate(gradients):
        style = {**STYLES[index], "markersize": 4, "markevery": 3}
        blocks = np.arange(1, len(gradients[name]) + 1)
        axes[0].plot(blocks, gradients[name], label=name, **style)
        axes[1].plot(np.arange(len(stds[name])), stds[name], **style)
        style |= {"linestyle": "", "markersize": 6, "markevery": 1}
        axes[2].plot(probed + 1, errors[name], **style)
    titles = ("gradient", "std of the trunk", "gradient against differences")
    labels = ("norm (no unit)", "std (no unit)", "relative error (no unit)")
    for ax, title, label in zip(axes, titles, labels, strict=True):
        ax.set_title(title, fontsize="medium")
        ax.set(xlabel="block", ylabel=label)
    axes[0].set_yscale("log")
    axes[2].set(yscale="log", ylim=(1e-11, 1e3))
    axes[0].figure.legend(loc="outside lower center", ncols=5, frameon=False)
    told = "; ".join(
        f"{name}: gradient measured {gradients[name][0]:.0f}, std measured "
        f"{stds[name][-1]:.1f}, error measured {np.median(errors[name]):.0e}"
        for name in gradients
    )
    return (
        "Three panels by block before training: norm of the gradient, std of the "
        "trunk, relative error of the gradient. First block's gradient, last block's "
        f"std and median error: {told}."
    )


def draw_by_net(
    axes: Sequence[Axes],
    accuracies: Mapping[str, tuple[float, float, float]],
    bias_gradients: Mapping[str, float],
    parameters: Mapping[str, int],
) -> str:
    """Draw three accuracies, a gradient that must be 0 and the size of each net.

    Parameters
    ----------
    axes : three Axes
    accuracies : mapping of str to (float, float, float)
        In training mode, in evaluation mode, and in evaluation mode on batches sorted
        by class; between 0 and 1.
    bias_gradients : mapping of str to float
        Largest gradient of a bias before a batch norm, no unit.
    parameters : mapping of str to int
        How many numbers training moves.

    Returns
    -------
    str
        Alt text.
    """
    names, place = list(accuracies), np.arange(len(accuracies))
    labels = ("training mode", "evaluation mode", "evaluation, sorted")
    for index, label in enumerate(labels):
        heights = [accuracies[name][index] for name in names]
        style = {**STYLES[index], "linestyle": "", "markersize": 7}
        axes[0].plot(place + 0.2 * (index - 1), heights, label=label, **style)
    axes[0].set(ylim=(0, 1.02), ylabel="test accuracy (no unit)")
    axes[0].figure.legend(loc="outside lower center", ncols=3, frameon=False)
    marks = {"linestyle": "", "marker": "o", "color": GREY, "markersize": 8}
    axes[1].plot(place, [bias_gradients[name] for name in names], **marks)
    axes[1].set(yscale="log", ylim=(1e-17, 1e2), ylabel="largest entry (no unit)")
    axes[2].plot(place, [parameters[name] for name in names], **marks)
    axes[2].set(yscale="log", ylim=(5e3, 5e5), ylabel="parameters (no unit)")
    titles = ("accuracy", "gradient of a bias before BN", "parameter count")
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, fontsize="medium")
        ax.set_xticks(place, names)
        ax.set_xlim(-0.5, len(names) - 0.5)
        ax.set_xlabel("net")
    told = "; ".join(
        f"{name}: measured {accuracies[name][0]:.2f}, {accuracies[name][1]:.2f} and "
        f"{accuracies[name][2]:.2f}, bias measured {bias_gradients[name]:.0e}, "
        f"{parameters[name]} parameters"
        for name in names
    )
    return (
        "Three panels by net. Accuracy in training mode, in evaluation mode and on "
        "sorted batches; largest gradient of a bias before batch norm; parameters. "
        f"{told}."
    )
