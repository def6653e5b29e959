"""What residual connections do to activations and to gradients."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PINK,
    SERIES,
    line,
)

#: forms of a layer in the order of their series, and what they are called
FORMS = {"plain": "plain: g(z)", "post": "post: g(z + a)", "pre": "pre: z + a"}

#: what brings a gradient to a block's input; the first is hollow, so all can be seen
PATHS = {
    "skip path": {"color": BLUE, "marker": "o", "markersize": 7, "fillstyle": "none"},
    "branch": {"color": ORANGE, "marker": "s", "markersize": 5},
    "both": {"color": GREEN, "marker": "^", "markersize": 5},
}


def draw_zero_blocks(
    axes: Sequence[Axes],
    inputs: np.ndarray,
    outputs: np.ndarray,
    repeated: np.ndarray,
    *,
    activations: tuple[str, ...],
) -> str:
    """Draw what blocks with z = 0 make of their input: one block, and many.

    Parameters
    ----------
    axes : two Axes
        One block's output over its input; one value through all blocks.
    inputs : ndarray of shape (points,)
        Inputs, no unit.
    outputs : ndarray of shape (activations, points)
        Outputs of one block, no unit.
    repeated : ndarray of shape (activations, blocks + 1)
        A value and what each further block makes of it, no unit.
    activations : tuple of str
        At most four.

    Returns
    -------
    str
        Alt text.
    """
    one, many = axes
    one.plot(inputs, inputs, color=GREY, linewidth=0.8)
    where = 0.6 * inputs[0]
    one.annotate("  identity", (where, where), color=GREY, va="top", ha="left")
    for index, name in enumerate(activations):
        one.plot(inputs, outputs[index], label=name, **line(index))
        many.plot(repeated[index], **line(index))
        many.annotate(
            f" {repeated[index, -1]:.2f}",
            (repeated.shape[1] - 1, repeated[index, -1]),
            color=INK[SERIES[index]["color"]],
            va="center",
        )
    one.set(xlabel="input a (no unit)", ylabel="output g(0 + a) (no unit)")
    one.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 0.95))
    one.set_title("one block", fontsize="medium")
    blocks = repeated.shape[1] - 1
    many.set(xlabel="blocks passed", ylabel="value (no unit)", ylim=(-0.08, 1.1))
    many.set_xlim(0, blocks * 1.15)
    many.set_title(f"{repeated[0, 0]:g} through {blocks} blocks", fontsize="medium")
    ends = ", ".join(
        f"{name} {repeated[index, -1]:.2f}" for index, name in enumerate(activations)
    )
    return (
        "Two panels about blocks with z = 0. Left: the output over the input, from "
        f"{inputs[0]:g} to {inputs[-1]:g}. Only relu lies on the identity, and only "
        f"for inputs of 0 and more. Right: the value {repeated[0, 0]:g} after {blocks} "
        f"blocks: {ends}."
    )


def draw_factors(
    ax: Axes, depths: np.ndarray, factors: np.ndarray, *, forms: tuple[str, ...]
) -> str:
    """Draw what nets of three forms multiply a gradient by, over their depth.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    depths : ndarray of shape (depths,)
        Numbers of layers.
    factors : ndarray of shape (forms, depths, seeds)
        Length of the gradient at the input over that at the output, no unit.
    forms : tuple of str
        Keys of `FORMS`.

    Returns
    -------
    str
        Alt text.
    """
    medians = np.median(factors, axis=-1)
    for index, form in enumerate(forms):
        ax.plot(depths, medians[index], label=FORMS[form], **SERIES[index])
        thin = {**line(index), "linewidth": 0.6, "alpha": 0.6}
        ax.plot(depths, factors[index], **thin)
    ax.plot(depths, 0.25**depths, color=GREY, linewidth=0.8, label="(1/4)$^L$")
    ax.set(yscale="log", xlabel="depth L (layers)", xticks=depths)
    ax.set_ylabel("gradient multiplied by (no unit)")
    ax.legend(frameon=False, loc="lower left")
    told = ", ".join(
        f"{form} measured {medians[index, -1]:.1e}" for index, form in enumerate(forms)
    )
    return (
        "Curves on a logarithmic axis: what a net multiplies the length of a gradient "
        f"by, over its depth, median of {factors.shape[-1]} seeds thick, each seed "
        f"thin. At depth {depths[-1]}: {told}. A grey line falls as a quarter to the "
        "power of the depth."
    )


def draw_open_skips(ax: Axes, post: np.ndarray, pre: np.ndarray) -> str:
    """Draw the share of units whose skip path no block has cut yet.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    post, pre : ndarray of shape (seeds, depth + 1)
        Shares between 0 and 1; zeros have no place on the logarithmic axis.

    Returns
    -------
    str
        Alt text.
    """
    blocks = np.arange(post.shape[1])
    for index, (name, shares) in enumerate({"post": post, "pre": pre}.items(), start=1):
        seen = np.where(shares > 0, shares, np.nan)
        middle = np.median(shares, axis=0)
        thick = {**line(index), "linewidth": 2.5}
        ax.plot(
            blocks, np.where(middle > 0, middle, np.nan), label=FORMS[name], **thick
        )
        ax.plot(blocks, seen.T, **{**line(index), "linewidth": 0.6})
    ax.plot(blocks, 0.5**blocks, color=GREY, linewidth=0.8, label="(1/2)$^L$")
    ax.set(yscale="log", ylim=(2e-5, 2), xlabel="blocks passed")
    ax.set_ylabel("share of units still open (no unit)")
    ax.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 0.93))
    shares = np.median(post, axis=0)
    ends = f"{shares[5]:.2g} after 5 blocks and {shares[20]:.1g} after 20"
    return (
        "Curves on a logarithmic axis: the share of units whose skip path no block has "
        f"cut, over blocks passed, median of {len(post)} seeds thick, each seed thin. "
        f"Post-activation measured {ends}; the share is 0 before block "
        f"{len(blocks) - 1}. Pre-activation stays at 1."
    )


def draw_scaled_skips(
    ax: Axes, factors: np.ndarray, *, lambdas: tuple[float, ...]
) -> str:
    """Draw what skip paths times lambda multiply a gradient by, over blocks passed.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    factors : ndarray of shape (lambdas, depth + 1, seeds)
        Length of the gradient behind 0, 1, ... blocks, no unit.
    lambdas : tuple of float
        At most four factors; grey lines show their powers.

    Returns
    -------
    str
        Alt text.
    """
    blocks, middle = np.arange(factors.shape[1]), np.median(factors, axis=-1)
    for index, value in enumerate(lambdas):
        label = rf"$\lambda$ = {value:g}"
        ax.plot(blocks, middle[index], label=label, **SERIES[index], markevery=5)
        ax.plot(blocks, value**blocks, color=GREY, linewidth=0.8, zorder=0)
    ax.set(yscale="log", xlabel="blocks passed on the way back")
    ax.set_ylabel("gradient multiplied by (no unit)")
    ax.legend(frameon=False, loc="lower left")
    ends = ", ".join(
        f"{middle[index, -1]:.2g} for lambda {value:g}"
        for index, value in enumerate(lambdas)
    )
    return (
        "Curves on a logarithmic axis with markers: what blocks with skip paths times "
        f"lambda multiply a gradient by. Behind {blocks[-1]} blocks measured {ends}. "
        "Thin grey lines, the powers of lambda alone, run close beside them."
    )


def draw_grown_losses(
    ax: Axes, before: np.ndarray, grown: np.ndarray, *, labels: tuple[str, ...]
) -> str:
    """Draw the training loss of nets before and after blocks with z = 0 were added.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    before, grown : ndarray of shape (kinds, seeds)
        Training losses (nats).
    labels : tuple of str
        One for each kind.

    Returns
    -------
    str
        Alt text.
    """
    for place, (old, new) in enumerate(zip(before, grown, strict=True)):
        shift = np.linspace(-0.08, 0.08, before.shape[1])
        ax.plot(
            [place - 0.15 + shift, place + 0.15 + shift], [old, new],
            color=GREY, linewidth=0.6,
        )  # fmt: skip
        ax.plot(place - 0.15 + shift, old, **{**SERIES[0], "linestyle": ""})
        ax.plot(place + 0.15 + shift, new, **{**SERIES[1], "linestyle": ""})
    for index, label in enumerate(("before", "with the added blocks")):
        ax.plot([], [], label=label, **{**SERIES[index], "linestyle": ""})
    ax.axhline(np.log(10), color=GREY, linestyle=":", linewidth=0.8)
    ax.annotate("log 10: knows nothing", (-0.5, np.log(10) * 1.1), color=GREY)
    ax.set(yscale="log", ylim=(0.01, 6), ylabel="training loss (nats)")
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_xlabel("form and activation of the blocks")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(
        f"{label} measured {np.median(old):.2f} to {np.median(new):.2f}"
        for label, old, new in zip(labels, before, grown, strict=True)
    )
    return (
        "Pairs of points on a logarithmic axis, three seeds each: the training loss "
        f"before and after blocks with z = 0 were added. Medians: {told}."
    ).replace("three seeds", f"{before.shape[1]} seeds")


def prepare_gradient_axes(ax: Axes, depth: int) -> None:
    """Draw axes and labels of the panel that `draw_gradient_lengths` fills."""
    ax.set(yscale="log", ylim=(1e-15, 1e8), xlim=(-1, depth + 1))
    ax.set_yticks(10.0 ** np.arange(-15, 9, 5))
    ax.minorticks_off()
    ax.set_xticks([1, *range(5, depth + 1, 5)])
    ax.set_xlabel("block, counted from the input")
    ax.set_ylabel("length of the gradient (no unit)")
    ax.set_title("all blocks of the net", fontsize="medium")
    for label, style in PATHS.items():
        ax.plot([], [], label=label, linestyle="", **style)
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(0.93, 0))


def draw_gradient_lengths(
    ax: Axes, skip: np.ndarray, branch: np.ndarray, both: np.ndarray, *, block: int
) -> None:
    """Draw what comes through each path at every block, and mark one block.

    Parameters
    ----------
    ax : Axes
        Prepared by `prepare_gradient_axes`.
    skip, branch, both : ndarray of shape (L,)
        Lengths at the block's input, no unit; zeros have no place on the axis.
    block : int
        The block to mark, from 1 to L.
    """
    numbers = np.arange(1, len(both) + 1)
    ax.axvline(block, color=PINK, linewidth=6, alpha=0.35)
    for values, style in zip((skip, branch, both), PATHS.values(), strict=True):
        ax.plot(numbers, np.where(values > 0, values, np.nan), linestyle="", **style)
