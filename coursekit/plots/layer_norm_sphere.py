r"""Layer norm in three dimensions: a plane, a circle on it, and one vector's way there.

For d = 3 subtracting the mean moves x along (1, 1, 1) into the plane of vectors whose
entries sum to zero; dividing by the standard deviation moves it along its own
direction onto the circle of radius sqrt(3) in that plane.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coursekit.plots.style import BLUE, GREEN, GREY, ORANGE

RADIUS = np.sqrt(3.0)
#: the plane is turned about its normal, so that no axis hides behind another
TURN = np.deg2rad(25.0)
#: how far the side view looks down onto the plane: sine of the angle of view
TILT = 0.42
#: half the width of side view and top view
LIMITS = (4.0, 3.0)
INPUT = {"color": ORANGE, "marker": "s", "markersize": 8}
CENTRED = {"color": ORANGE, "marker": "o", "markersize": 8, "fillstyle": "none"}
OUTPUT = {"color": GREEN, "marker": "^", "markersize": 10}


def _frame() -> np.ndarray:
    """Return three orthonormal rows: two directions in the plane, then its normal."""
    rows = np.array([[1, -1, 0], [1, 1, -2], [1, 1, 1]]) / np.sqrt([[2], [6], [3]])
    cos, sin = np.cos(TURN), np.sin(TURN)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ rows


FRAME = _frame()


def side_view(x: np.ndarray) -> np.ndarray:
    """Return screen positions (..., 2) of points (..., 3), (1, 1, 1) pointing up.

    Examples
    --------
    >>> side_view(np.array([1.0, 1.0, 1.0])).round(2) + 0.0
    array([0.  , 1.57])
    """
    right, away, up = np.moveaxis(x @ FRAME.T, -1, 0)
    return np.stack([right, TILT * away + np.sqrt(1 - TILT**2) * up], axis=-1)


def top_view(x: np.ndarray) -> np.ndarray:
    """Return screen positions (..., 2) of points (..., 3), seen along (1, 1, 1).

    Examples
    --------
    >>> top_view(np.array([1.0, 1.0, 1.0])).round(2) + 0.0
    array([0., 0.])
    """
    return (x @ FRAME.T)[..., :2]


VIEWS = (side_view, top_view)


def draw_plane_and_circle(axes: Sequence[Axes]) -> None:
    """Draw what stays the same for every vector, on the side and the top view."""
    angle = np.linspace(0, 2 * np.pi, 121)
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=-1) @ FRAME[:2]
    titles = ("seen from the side", "seen from the tip of (1, 1, 1)")
    for ax, view, title, limit in zip(axes, VIEWS, titles, LIMITS, strict=True):
        ax.fill(*view(2.7 * unit).T, color=BLUE, alpha=0.1, linewidth=0)
        ax.plot(*view(RADIUS * unit).T, color=BLUE, linewidth=1.5)
        for number, tip in enumerate(2.2 * np.eye(3), start=1):
            ax.plot(*view(np.stack([0 * tip, tip])).T, color=GREY, linewidth=0.8)
            ax.annotate(f"$x_{number}$", view(1.2 * tip), ha="center", va="center")
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        ax.set_title(title, fontsize="medium")
        ax.set_axis_off()
    normal = side_view(np.array([-2.2 * np.ones(3), 2.2 * np.ones(3)]))
    axes[0].plot(*normal.T, color=GREY, linestyle=":")
    axes[0].annotate("(1, 1, 1)", normal[1], ha="center", va="bottom", color=GREY)
    styles = {"x": INPUT, "x minus its mean": CENTRED, "LN(x)": OUTPUT}
    handles = [
        Line2D([], [], linestyle="", label=label, **style)
        for label, style in styles.items()
    ]
    axes[0].figure.legend(
        handles=handles, loc="outside lower center", ncols=3, frameon=False
    )


def draw_vector(axes: Sequence[Axes], x: np.ndarray, y: np.ndarray) -> None:
    """Draw one vector ``x``, its mean taken away, and its layer norm ``y``.

    Parameters
    ----------
    axes : two Axes
        Prepared by `draw_plane_and_circle`.
    x, y : ndarray of shape (3,)
        Input, any unit, and normalized output, no unit.
    """
    for ax, view in zip(axes, VIEWS, strict=True):
        start, foot, end = view(x), view(x - x.mean()), view(y)
        ax.plot(*np.stack([start, foot]).T, color=ORANGE, linestyle="--")
        ax.plot(*np.stack([foot, end]).T, color=GREEN, linestyle="-.")
        for point, style in ((start, INPUT), (foot, CENTRED), (end, OUTPUT)):
            ax.plot(*point, **style)


def draw_layer_norm_of(axes: Sequence[Axes], x: np.ndarray, y: np.ndarray) -> str:
    """Draw plane, circle and the way of ``x`` to its layer norm ``y``.

    Parameters
    ----------
    axes : two Axes
        Side view and top view.
    x, y : ndarray of shape (3,)
        Input, any unit, and normalized output, no unit.

    Returns
    -------
    str
        Alt text.
    """
    draw_plane_and_circle(axes)
    draw_vector(axes, x, y)
    return (
        "Two views of three-dimensional space with the plane perpendicular to "
        f"(1, 1, 1) and a circle of radius {RADIUS:.2f} in it. {tell_vector(x, y)}"
    )


def tell_vector(x: np.ndarray, y: np.ndarray) -> str:
    """Say in one sentence where ``x`` of shape (3,) goes.

    Examples
    --------
    >>> tell_vector(np.array([2.0, 2.0, 2.0]), np.zeros(3))
    'x = (2.00, 2.00, 2.00) has variance 0: LN(x) = (0, 0, 0), the centre.'
    """
    if np.ptp(x) == 0:
        return f"x = {numbers(x)} has variance 0: LN(x) = (0, 0, 0), the centre."
    return (
        f"x = {numbers(x)} with mean {numbers(x.mean())} becomes "
        f"{numbers(x - x.mean())} in the plane, then LN(x) = {numbers(y)}, of length "
        f"{np.linalg.norm(y):.2f}."
    )


def numbers(x: np.ndarray) -> str:
    """Write a number or a vector with two decimals and no negative zero.

    Examples
    --------
    >>> numbers(np.array([1.0, -0.001]))
    '(1.00, 0.00)'
    """
    rounded = np.round(x, 2) + 0.0
    texts = [f"{value:.2f}" for value in np.atleast_1d(rounded)]
    return f"({', '.join(texts)})" if np.ndim(x) else texts[0]
