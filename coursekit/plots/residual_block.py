"""A residual block as a road: the skip path straight on, the branch beside it.

One drawing for both forms. With `Pipes` it shows a gradient on its way back instead:
the widths of the roads are then what was measured.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREEN, GREY, INK, ORANGE

#: where things stand: the road runs along y = ROAD, the branch along y = BRANCH
ROAD, BRANCH = 1.0, 3.0
LEFT, FORK, PLUS, GATE, RIGHT = 0.0, 1.7, 7.1, 8.5, 10.0
#: boxes of the branch from left to right
BOXES = {"post": ("$W_1$", "$g$", "$W_2$"), "pre": ("$g$", "$W_1$", "$g$", "$W_2$")}
TITLES = {"post": "post-activation: g(z + a)", "pre": "pre-activation: z + a"}
#: points, for the widest pipe
WIDEST = 22.0


class Pipes(NamedTuple):
    """Lengths of a gradient on its way back through one block, all in one unit.

    Attributes
    ----------
    arriving, after_g : float
        At the block's output, and behind ``g`` (the same in pre-activation).
    skip, branch : float
        What comes out of the skip path and out of the branch.
    leaving : float
        Their sum, at the block's input.
    """

    arriving: float
    after_g: float
    skip: float
    branch: float
    leaving: float


def draw_residual_block(
    ax: Axes, *, mode: str = "post", pipes: Pipes | None = None
) -> str:
    """Draw one residual block; with ``pipes``, the gradient on its way back through it.

    Parameters
    ----------
    ax : Axes
        Where to draw; its axis lines are switched off.
    mode : {"post", "pre"}, default="post"
        ``g(z + a)``, or ``z + a`` with g inside the branch.
    pipes : Pipes, optional
        The widths are drawn in proportion to them, the largest the widest.

    Returns
    -------
    str
        Alt text.

    Raises
    ------
    ValueError
        If the mode is neither of the two.
    """
    if mode not in BOXES:
        raise ValueError(
            f"draw_residual_block: mode must be one of {tuple(BOXES)}; got {mode!r}."
        )
    ax.set(xlim=(LEFT - 0.5, RIGHT + 0.5), ylim=(0.3 if pipes is None else -0.35, 4.0))
    ax.set_axis_off()
    if pipes is None:
        _draw_roads(ax)
    else:
        _draw_pipes(ax, mode, pipes)
    _draw_stations(ax, mode)
    return _tell_block(mode) if pipes is None else _tell_pipes(mode, pipes)


def draw_both_forms(axes: Sequence[Axes]) -> str:
    """Draw a post-activation and a pre-activation block beside each other.

    Parameters
    ----------
    axes : two Axes
        Where to draw.

    Returns
    -------
    str
        Alt text.
    """
    for ax, mode in zip(axes, BOXES, strict=True):
        draw_residual_block(ax, mode=mode)
        ax.set_title(TITLES[mode], fontsize="medium")
    return (
        "Two block diagrams of a residual block. In both the input a runs straight "
        "along the main road, the skip path, to a plus sign; a branch forks off, "
        "computes z with two weight layers W1 and W2, and is added back there. Left, "
        "post-activation: an activation g stands on the main road behind the plus "
        "sign. Right, pre-activation: the activations stand in the branch and the "
        "main road is free."
    )


def _draw_roads(ax: Axes) -> None:
    """Draw the forward direction: the main road, the fork, the branch, the addition."""
    road = {"solid_capstyle": "butt", "solid_joinstyle": "round"}
    ax.plot(*_branch_line(), color=ORANGE, linewidth=4, **road)
    ax.plot([LEFT, RIGHT], [ROAD, ROAD], color=BLUE, linewidth=9, **road)
    ax.plot(RIGHT, ROAD, marker=">", markersize=20, color=BLUE, clip_on=False)
    ax.plot(PLUS, ROAD + 0.55, marker="v", markersize=12, color=ORANGE)
    _word(
        ax, (FORK + PLUS) / 2, ROAD - 0.32, "skip path, the main road", BLUE, va="top"
    )
    _word(ax, (FORK + PLUS) / 2, BRANCH + 0.55, "residual branch", ORANGE)
    _word(ax, FORK - 0.15, 2.0, "fork", GREY, ha="right")
    _word(ax, PLUS + 0.15, 2.0, "$z$, projected\nback by addition", GREY, ha="left")


def _draw_pipes(ax: Axes, mode: str, pipes: Pipes) -> None:
    """Draw the backward direction: each stretch as wide as the gradient is long."""
    largest = max(pipes)
    widths = Pipes(*(WIDEST * value / largest if largest else 0 for value in pipes))
    gate = GATE if mode == "post" else PLUS
    inside = (FORK + PLUS) / 2
    _pipe(ax, [RIGHT + 0.4, gate], [ROAD] * 2, widths.arriving, GREY)
    _pipe(ax, [gate, PLUS], [ROAD] * 2, widths.after_g, GREY)
    # the sum copies the gradient: both paths get all of it
    copy = [PLUS, PLUS, inside], [ROAD, BRANCH, BRANCH]
    _pipe(ax, *copy, widths.after_g, ORANGE)
    _pipe(ax, [inside, FORK, FORK], [BRANCH, BRANCH, ROAD], widths.branch, ORANGE)
    _pipe(ax, [PLUS, FORK], [ROAD] * 2, widths.skip, BLUE)
    _pipe(ax, [FORK, LEFT - 0.4], [ROAD] * 2, widths.leaving, GREEN)
    low = ROAD - 0.62
    _word(
        ax,
        RIGHT + 0.4,
        low,
        f"arrives\n{_number(pipes.arriving)}",
        GREY,
        "right",
        "top",
    )
    _word(ax, inside, low, f"skip path {_number(pipes.skip)}", BLUE, va="top")
    _word(
        ax, LEFT - 0.4, low, f"leaves\n{_number(pipes.leaving)}", GREEN, "left", "top"
    )
    said = f"branch: in {_number(pipes.after_g)}, out {_number(pipes.branch)}"
    _word(ax, inside, BRANCH + 0.55, said, ORANGE)
    if mode == "post":
        behind = f"behind g\n{_number(pipes.after_g)}"
        _word(ax, (PLUS + GATE) / 2, low, behind, GREY, va="top")


def _draw_stations(ax: Axes, mode: str) -> None:
    """Draw the fork, the boxes, the plus sign, and the names of input and output."""
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": ORANGE}
    names = BOXES[mode]
    for x, name in zip(
        np.linspace(FORK + 0.7, PLUS - 0.7, len(names)), names, strict=True
    ):
        ax.text(x, BRANCH, name, ha="center", va="center", bbox=box, zorder=5)
    ax.plot(FORK, ROAD, marker="o", markersize=7, color=GREY, zorder=5)
    plus = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": "black"}
    ax.text(PLUS, ROAD, "+", ha="center", va="center_baseline", bbox=plus, zorder=5)
    if mode == "post":
        gate = {**box, "edgecolor": "black"}
        ax.text(GATE, ROAD, "$g$", ha="center", va="center", bbox=gate, zorder=5)
    _word(ax, LEFT + 0.1, ROAD + 0.55, r"$a^{(l)}$", "black", ha="left")
    _word(ax, RIGHT, ROAD + 0.55, r"$a^{(l+1)}$", "black", ha="right")


def _branch_line() -> tuple[list[float], list[float]]:
    """Return the corners of the branch, from the fork to the plus sign."""
    return [FORK, FORK, PLUS, PLUS], [ROAD, BRANCH, BRANCH, ROAD + 0.6]


def _pipe(
    ax: Axes, xs: Sequence[float], ys: Sequence[float], width: float, colour: str
) -> None:
    """Draw a stretch of pipe, of at least a hair's width, with an arrow at its end."""
    joint = {"solid_capstyle": "butt", "solid_joinstyle": "miter"}
    dead = width < 0.25
    style = {"linestyle": ":", "linewidth": 1.0} if dead else {"linewidth": width}
    ax.plot(xs, ys, color=colour, alpha=1.0 if dead else 0.55, **style, **joint)
    if not dead:
        middle = (xs[-1] + xs[-2]) / 2, (ys[-1] + ys[-2]) / 2
        marker = "<" if ys[-1] == ys[-2] else "v"
        ax.plot(*middle, marker=marker, markersize=6, color=colour)


def _word(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    colour: str,
    ha: str = "center",
    va: str = "center",
) -> None:
    """Write a small word."""
    where: dict[str, Any] = {"ha": ha, "va": va, "fontsize": "small", "zorder": 6}
    ax.text(x, y, text, color=INK.get(colour, colour), **where)


def _number(value: float) -> str:
    """Write a length with two digits, or as a power of ten."""
    return f"{value:.2f}" if value == 0 or 0.01 <= value < 1000 else f"{value:.0e}"


def _tell_block(mode: str) -> str:
    """Say what the forward diagram shows."""
    where = (
        "Behind the plus sign an activation g stands on the main road."
        if mode == "post"
        else "The activations stand in the branch; the main road is free."
    )
    boxes = ", ".join(name.strip("$").replace("_", "") for name in BOXES[mode])
    return (
        f"Block diagram, {mode}-activation. The input a runs straight along the main "
        "road, the skip path, to a plus sign. A branch forks off, runs through "
        f"{boxes}, and its result z is added back at the plus sign. {where}"
    )


def _tell_pipes(mode: str, pipes: Pipes) -> str:
    """Say what the backward diagram shows."""
    behind = f", {_number(pipes.after_g)} behind g" if mode == "post" else ""
    return (
        f"Block diagram, {mode}-activation, with a gradient on its way back as pipes. "
        f"Length {_number(pipes.arriving)} arrives at the output{behind}; the skip "
        f"path brings {_number(pipes.skip)} of it to the input, the branch "
        f"{_number(pipes.branch)}, and together they leave as {_number(pipes.leaving)}."
    )
