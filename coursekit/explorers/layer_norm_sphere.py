"""Explorer: move a vector of three entries and watch where layer norm sends it."""

from functools import cache

import numpy as np

from coursekit.explorers.base import Explorer, Params, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.layer_norm_sphere import (
    draw_plane_and_circle,
    draw_vector,
    numbers,
    tell_vector,
)
from coursekit.reference import layer_norm_forward

EPS = 1e-5


@cache
def _stage() -> Stage:
    return Stage(draw_plane_and_circle, ncols=2)


def _vectors(params: Params) -> tuple[np.ndarray, np.ndarray]:
    """Return the moved vector and its layer norm, each of shape (3,)."""
    entries = np.array([params["first"], params["second"], params["third"]])
    x = params["factor"] * entries + params["shift"]
    return x, layer_norm_forward(x, np.ones(3), np.zeros(3), EPS)[0]


def render(params: Params) -> bytes:
    """Return the two views as PNG.

    Parameters
    ----------
    params : mapping
        ``first``, ``second``, ``third``, ``factor``, ``shift``: numbers, no unit.
    """
    return _stage().png(draw_vector, *_vectors(params))


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    x, y = _vectors(params)
    said = tell_vector(x, y)
    if params["factor"] < 0 and np.ptp(x):
        flipped = _vectors({**params, "factor": -params["factor"]})[1]
        said += f" The negative factor turned it around from {numbers(flipped)}."
    return said


def explore_layer_norm_sphere() -> Explorer:
    """Return sliders for three entries, a factor and a shift above the two views."""
    controls = {
        "first": slider("first entry of x", 1.5, -1.5, 1.5, 0.1),
        "second": slider("second entry of x", -1.5, -1.5, 1.5, 0.1),
        "third": slider("third entry of x", 1.2, -1.5, 1.5, 0.1),
        "factor": slider("multiply all by", 1.0, -1.0, 1.0, 0.05),
        "shift": slider("then add to all", 0.0, -1.0, 1.0, 0.1),
    }
    return Explorer(controls, render, tell)
