"""Gradients through batch norm, before any training; drawn, with alt texts."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREEN, GREY, ORANGE, SERIES, line

#: a fifth series, where a figure compares five
FIFTH = {"color": GREY, "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "x"}


def draw_three_terms(axes: np.ndarray, dy: np.ndarray, x_hat: np.ndarray) -> str:
    """Draw a gradient over the batch, without its mean, and without x_hat's part.

    Parameters
    ----------
    axes : ndarray of three Axes
        One for each stage.
    dy, x_hat : ndarray of shape (N,)
        Gradient at the output and normalized input of one feature, no unit.

    Returns
    -------
    str
        Alt text.
    """
    centred = dy - dy.mean()
    rest = centred - x_hat * (dy * x_hat).mean()
    samples = np.arange(len(dy))
    titles = ("dy", "minus its mean", "minus its part along x_hat")
    stages, colours = (dy, centred, rest), (BLUE, ORANGE, GREEN)
    for ax, title, stage, colour, hatch in zip(
        axes, titles, stages, colours, ("", "//", ".."), strict=True
    ):
        ax.bar(samples, stage, color=colour, hatch=hatch, edgecolor="white")
        ax.plot(samples, x_hat, color=GREY, marker="_", linestyle="", markersize=12)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.set_title(title, fontsize="medium")
        ax.set(xlabel="sample n", xticks=samples, ylim=(-2.4, 2.4))
    axes[0].set_ylabel("value (no unit)")
    axes[0].plot([], [], color=GREY, marker="_", linestyle="", label="x_hat")
    axes[0].legend(frameon=False, loc="lower right", fontsize="small")
    sums = [f"{abs(stage.sum()):.2f}" for stage in stages]
    dots = [f"{abs((stage * x_hat).sum()):.2f}" for stage in stages]
    return (
        f"Three bar charts over {len(dy)} samples: dy, dy minus its mean, and that "
        "minus its part along x_hat, which short grey lines show. The sums have sizes "
        f"{', '.join(sums)}; the products with x_hat sum to sizes {', '.join(dots)}."
    )


def draw_scale(
    axes: np.ndarray, factors: Sequence[float], lengths: np.ndarray, norms: np.ndarray
) -> str:
    """Draw the gradient against the scale of the weights, and how the weights grow.

    Parameters
    ----------
    axes : ndarray of two Axes
        For the gradient and for the weights.
    factors : sequence of float
        On the weights.
    lengths : ndarray of shape (factors,)
        Length of the gradient over that at factor 1.
    norms : ndarray of shape (steps + 1, units)
        Length of each unit's weights, no unit.

    Returns
    -------
    str
        Alt text.
    """
    factors = np.array(factors)
    axes[0].plot(factors, 1 / factors, color=GREY, linewidth=0.8, label="1 / a")
    style = {**SERIES[0], "linestyle": ""}
    axes[0].plot(factors, lengths, label="gradient", **style)
    axes[0].set(xscale="log", yscale="log", xlabel="factor a on the weights (no unit)")
    axes[0].set_ylabel("length of gradient (a = 1: 1)")
    axes[0].legend(frameon=False)
    for number, unit in enumerate((norms / norms[0]).T):
        axes[1].plot(unit, label="each unit" if number == 0 else None, **line(0))
    axes[1].axhline(1, color=GREY, linewidth=0.8)
    axes[1].set(xlabel="steps of gradient descent")
    axes[1].set_ylabel("length of weights (start = 1)")
    axes[1].legend(frameon=False)
    grown = norms[-1] / norms[0]
    return (
        "Two panels. Left, on logarithmic axes: the gradient's length falls as 1 / a "
        f"for factors a from {factors[0]:g} to {factors[-1]:g}. Right: through "
        f"{len(norms) - 1} steps the weights of all {norms.shape[1]} units grow, by "
        f"factors from {grown.min():.2f} to {grown.max():.2f}."
    )


def draw_growth(
    ax: Axes, lengths: np.ndarray, *, kinds: Sequence[str], theory: float
) -> str:
    """Draw the gradient's length on its way back through nets of several kinds.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    lengths : ndarray of shape (kinds, seeds, depth + 1)
        At the input of the first layer, ..., at the output of the last, over that at
        the output of the last; no unit.
    kinds : sequence of str
        At most five.
    theory : float
        Growth in each layer of the grey line.

    Returns
    -------
    str
        Alt text.
    """
    depth = lengths.shape[-1] - 1
    back = np.arange(depth, -1, -1)
    styles = (*SERIES, FIFTH)
    for index, kind in enumerate(kinds):
        style = styles[index]
        thin = {"color": style["color"], "linestyle": style["linestyle"]}
        ax.plot(back, lengths[index].T, linewidth=0.5, alpha=0.6, **thin)
        middle = np.median(lengths[index], axis=0)
        ax.plot(
            back,
            middle,
            label=kind.replace(" he", " He"),
            markevery=5,
            linewidth=2,
            **style,
        )
    ax.plot(
        back, theory**back, color=GREY, linewidth=0.8, label=f"{theory:.3f} a layer"
    )
    ax.set(yscale="log", xlabel="layers on the way back")
    ax.set_ylabel("length of the gradient (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    growths = np.median(lengths[..., 0], axis=-1) ** (1 / depth)
    told = ", ".join(
        f"{kind.replace(' he', ' He')} measured {growth:.3f}"
        for kind, growth in zip(kinds, growths, strict=True)
    )
    return (
        f"Curves of the gradient's length on a logarithmic axis through {depth} layers "
        f"on the way back, {lengths.shape[1]} seeds thin, their median thick. Growth a "
        f"layer: {told}. Theory for plain batch norm: {theory:.3f}."
    )


def draw_gradient_series(
    axes: np.ndarray, grid: np.ndarray, gradients: np.ndarray, *, kinds: Sequence[str]
) -> str:
    """Draw the gradient along a grid of inputs for one net of each kind.

    Parameters
    ----------
    axes : ndarray of Axes, one for each kind
    grid : ndarray of shape (points,)
        Inputs, no unit.
    gradients : ndarray of shape (kinds, points)
        Any unit; each is drawn over its own standard deviation.
    kinds : sequence of str
        For the titles.

    Returns
    -------
    str
        Alt text.
    """
    changes = []
    for index, (ax, kind) in enumerate(zip(axes, kinds, strict=True)):
        series = gradients[index]
        ax.plot(grid, series / series.std(), color=line(index)["color"], linewidth=0.9)
        ax.axhline(0, color=GREY, linewidth=0.6)
        ax.set_title(kind, fontsize="medium")
        ax.set(xlabel="input x (no unit)", ylim=(-6, 6))
        changes.append(int((np.sign(series[1:]) != np.sign(series[:-1])).sum()))
    axes[0].set_ylabel("gradient (its own std)")
    told = ", ".join(
        f"{kind} measured {change}" for kind, change in zip(kinds, changes, strict=True)
    )
    return (
        f"{len(kinds)} panels, each the gradient of one deep net at {len(grid)} "
        f"neighbouring inputs. Sign changes along the way: {told}. The plain net's "
        "series looks like noise, the last one like a curve."
    )


def draw_correlations(
    ax: Axes, depths: Sequence[int], correlations: np.ndarray, *, kinds: Sequence[str]
) -> str:
    """Draw how alike neighbouring gradients are against depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : sequence of int
        Layers.
    correlations : ndarray of shape (kinds, depths, nets)
        Autocorrelation at lag 1, no unit.
    kinds : sequence of str
        For the legend.

    Returns
    -------
    str
        Alt text.
    """
    for index, kind in enumerate(kinds):
        middle = np.median(correlations[index], axis=-1)
        ax.plot(depths, middle, label=kind, **SERIES[index])
        low, high = np.percentile(correlations[index], [10, 90], axis=-1)
        ax.fill_between(depths, low, high, color=SERIES[index]["color"], alpha=0.15)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.annotate("white noise", (depths[0], 0.02), color=GREY, fontsize="small")
    ax.set(xlabel="depth (layers)", xticks=depths, ylim=(-0.25, 1.05))
    ax.set_ylabel("lag-1 autocorrelation (no unit)")
    ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    medians = np.median(correlations, axis=-1)
    told = "; ".join(
        f"{kind} measured {row[0]:.2f} to {row[-1]:.2f}"
        for kind, row in zip(kinds, medians, strict=True)
    )
    return (
        f"Autocorrelation of neighbouring gradients against depth, {depths[0]} to "
        f"{depths[-1]} layers, median of {correlations.shape[-1]} nets with a band "
        f"from the 10th to the 90th percentile: {told}."
    )
