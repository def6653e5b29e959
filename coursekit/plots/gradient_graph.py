"""Batch norm as a graph of operations, each node marked right or wrong."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from coursekit.plots.style import BLUE, GREEN, GREY, INK, ORANGE

#: node: (its name in the picture, where it stands)
NODES: Mapping[str, tuple[str, tuple[float, float]]] = {
    "x": ("x", (0.0, 1.0)),
    "mu": ("mu", (1.0, 0.0)),
    "xmu": ("xmu", (2.0, 1.0)),
    "sq": ("sq", (2.0, -1.0)),
    "var": ("var", (3.1, -1.0)),
    "std": ("std", (4.2, -1.0)),
    "inv_std": ("inv_std", (5.3, -1.0)),
    "x_hat": ("x_hat", (5.3, 1.0)),
    "gamma": ("gamma", (6.4, 0.0)),
    "beta": ("beta", (7.5, 0.0)),
    "y": ("y", (7.5, 1.0)),
}
EDGES: Sequence[tuple[str, str]] = (
    ("x", "mu"),
    ("x", "xmu"),
    ("mu", "xmu"),
    ("xmu", "sq"),
    ("xmu", "x_hat"),
    ("sq", "var"),
    ("var", "std"),
    ("std", "inv_std"),
    ("inv_std", "x_hat"),
    ("x_hat", "y"),
    ("gamma", "y"),
    ("beta", "y"),
)


def prepare_graph(ax: Axes) -> None:
    """Draw what stays: the arrows of the forward pass, and the limits."""
    for start, end in EDGES:
        ax.annotate(
            "",
            xy=NODES[end][1],
            xytext=NODES[start][1],
            arrowprops={
                "arrowstyle": "-|>",
                "color": GREY,
                "shrinkA": 24,
                "shrinkB": 24,
                "linewidth": 1.0,
            },
            zorder=1,
        )
    ax.set(xlim=(-0.6, 8.1), ylim=(-1.5, 1.8))
    ax.set_axis_off()
    ax.text(-0.5, 1.6, "arrows: the forward pass", color=GREY, fontsize="small")
    ax.text(2.2, 1.6, "✓ agrees", color=INK[GREEN], fontsize="small")
    ax.text(3.3, 1.6, "✗ wrong, dashed", color=INK[ORANGE], fontsize="small")
    ax.text(5.0, 1.6, "thick: first wrong on the way back", fontsize="small")


def draw_marks(ax: Axes, errors: Mapping[str, float], wrong: Sequence[str]) -> None:
    """Draw every node with its verdict upon `prepare_graph`.

    Parameters
    ----------
    ax : Axes
        Prepared by `prepare_graph`.
    errors : mapping of str to float
        Relative error of the gradient at each node, no unit, in the order of the
        backward pass; ``y`` has none, its gradient is given.
    wrong : sequence of str
        The nodes that count as wrong, in the same order; the first is framed thick.
    """
    for node, (name, (left, up)) in NODES.items():
        bad, known = node in wrong, node in errors
        colour = ORANGE if bad else GREEN if known else BLUE
        box = {
            "boxstyle": "round,pad=0.45",
            "facecolor": "white",
            "edgecolor": colour,
            "linestyle": "--" if bad else "-",
            "linewidth": 3.0 if wrong and node == wrong[0] else 1.3,
        }
        mark = f"{'✗' if bad else '✓'} {errors[node]:.1g}" if known else "given"
        ax.text(
            left,
            up,
            f"{name}\n{mark}",
            ha="center",
            va="center",
            color=INK[colour],
            fontsize="small",
            bbox=box,
            zorder=3,
        )


def draw_graph(
    ax: Axes, errors: Mapping[str, float], wrong: Sequence[str], *, slip: str
) -> str:
    """Draw the graph of batch norm with the verdict on each node's gradient.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    errors, wrong
        As in `draw_marks`.
    slip : str
        What is wrong with the backward pass.

    Returns
    -------
    str
        Alt text.
    """
    prepare_graph(ax)
    draw_marks(ax, errors, wrong)
    return (
        f"The graph of batch norm from x to y, {len(NODES)} boxes with arrows. The "
        f"backward pass has this slip: {slip}. {tell_marks(errors, wrong)}"
    )


def tell_marks(errors: Mapping[str, float], wrong: Sequence[str]) -> str:
    """Say how many nodes agree, and which is the first that does not.

    Examples
    --------
    >>> tell_marks({"xmu": 0.5, "mu": 1e-12, "x": 0.25}, ["xmu", "x"])
    '1 of 3 gradients agree with central differences. First wrong on the way back: \
xmu, off by 0.5 of its largest entry; also wrong: x.'
    """
    right = len(errors) - len(wrong)
    said = f"{right} of {len(errors)} gradients agree with central differences."
    if not wrong:
        return said
    first, *others = wrong
    also = f"; also wrong: {', '.join(others)}" if others else ""
    return (
        f"{said} First wrong on the way back: {first}, off by {errors[first]:.2g} of "
        f"its largest entry{also}."
    )
