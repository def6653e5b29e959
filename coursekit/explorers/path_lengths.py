"""Explorer: the paths of a residual net, counted and weighed by what they carry."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import gradient_paths as experiment
from coursekit.explorers.base import Explorer, Params, box, counter, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.path_lengths import (
    DEEPEST,
    count_shares,
    draw_path_state,
    prepare_path_axes,
)

#: features of the random branches
FEATURES = 32


@cache
def _stage() -> Stage:
    return Stage(prepare_path_axes)


def _gains(params: Params) -> tuple[float, ...]:
    """Return the gain of each block."""
    # a browser's slider sends 19.999999999999996 for 20
    blocks = np.arange(1, params["depth"] + 1)
    fall = blocks**-0.5 if params["falling"] else np.ones(len(blocks))
    return tuple(10.0 ** params["log_gain"] * fall)


@lru_cache(maxsize=1)  # the picture and the words ask for the same draw
def _drawn(gains: tuple[float, ...]) -> experiment.Result:
    config = experiment.Config(gains=gains, d=FEATURES, seeds=(0,))
    return experiment.run(config)


def render(params: Params) -> bytes:
    """Return the three distributions as PNG.

    Parameters
    ----------
    params : mapping
        ``depth``: blocks; ``log_gain``: power of ten of the branches' gain;
        ``falling``: True where the gain of block l is divided by the root of l.
    """
    gains = _gains(params)
    shares = _drawn(gains).shares[0], experiment.expected_shares(gains)
    return _stage().png(draw_path_state, count_shares(len(gains)), *shares)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    gains = _gains(params)
    depth, drawn = len(gains), _drawn(gains)
    expected = experiment.expected_shares(gains) @ np.arange(depth + 1)
    falling = f", falling to {gains[-1]:.2g}" if params["falling"] else ""
    return (
        f"{depth} blocks, branch gain {gains[0]:.2g}{falling}. There are "
        f"{2.0**depth:.3g} paths, with {depth / 2:g} branches on average. The gradient "
        f"comes through {drawn.mean_lengths[0]:.1f} branches on average "
        f"({expected:.1f} expected) and becomes {drawn.growth[0]:.3g} times as long on "
        "its way back."
    )


def explore_path_lengths() -> Explorer:
    """Return sliders for depth and gain, and a box for a gain that falls."""
    controls = {
        "depth": counter("number of blocks", 20, 2, DEEPEST),
        "log_gain": slider("branch gain, power of ten", 0.0, -2.0, 0.5, 0.05),
        "falling": box("gain falls as one over root of l"),
    }
    return Explorer(controls, render, tell)
