"""Explorer: how a trunk grows with depth, by start, norm and gain, before training."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import signal_variance as experiment
from coursekit.explorers.base import Explorer, Params, choice, counter, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.signal_variance import draw_signal, prepare_signal_axes

MOST_BLOCKS = 50
#: start in words: its name in the experiment
STARTS = {
    "He, nothing else": "he",
    "branch times 1/sqrt(L)": "scaled",
    "LayerScale 0.1": "layerscale",
    "last layer of the branch at zero": "zero-last",
}
NORMS = {"no norm": "none", "batch norm": "batch", "layer norm": "layer"}
#: where the axis of variances may end: the first that has room is taken
TOPS = (1e2, 1e4, 1e8, 1e18, 1e40)
#: the axis of ratios ends here; at the largest gain the branch is twice the skip
MOST_RATIO = 3.2


@cache
def _stage(top: float) -> Stage:
    limits = {"most_blocks": MOST_BLOCKS, "top": top, "most_ratio": MOST_RATIO}
    return Stage(lambda axes: prepare_signal_axes(axes, **limits), ncols=2)


def _config(params: Params) -> experiment.Config:
    return experiment.Config(
        start=STARTS[params["start"]],
        norm=NORMS[params["norm"]],
        depth=params["depth"],
        gain=params["gain"],
        width=64,
        samples=32,
        seeds=(0,),
    )


@lru_cache(maxsize=1)  # the picture and the words ask for the same net
def _measured(config: experiment.Config) -> experiment.Result:
    return experiment.run(config)


def render(params: Params) -> bytes:
    """Return both panels as PNG.

    Parameters
    ----------
    params : mapping
        ``start``, ``norm``: keys of `STARTS` and `NORMS`; ``depth``: blocks; ``gain``:
        of the weights, no unit.
    """
    result = _measured(_config(params))
    most = max(result.variances.max(), result.expected.max())
    top = next(limit for limit in TOPS if most < limit / 3)
    (variances,), (ratios,) = result.variances, result.ratios
    return _stage(top).png(draw_signal, variances, result.expected, ratios)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    result = _measured(_config(params))
    depth, expected = params["depth"], result.expected[-1]
    (variances,), (ratios,) = result.variances, result.ratios
    grown = np.log2(variances[-1] / variances[0]) / depth
    return (
        f"{params['start']}, {params['norm']}, gain {params['gain']:.2f}, {depth} "
        f"blocks. Variance at the end: {variances[-1]:.2g}, expected {expected:.2g}; "
        f"{grown:.2f} doublings a block. The last branch has {ratios[-1]:.2f} times "
        "the length of its skip."
    )


def explore_signal_variance() -> Explorer:
    """Return lists for start and norm, and sliders for depth and gain."""
    controls = {
        "start": choice("start of the branches", "He, nothing else", list(STARTS)),
        "norm": choice("norm in the branch", "no norm", list(NORMS)),
        "depth": counter("depth L (blocks)", 20, 2, MOST_BLOCKS),
        "gain": slider("gain of the weights", 1.41, 0.5, 2.0, 0.01),
    }
    return Explorer(controls, render, tell)
