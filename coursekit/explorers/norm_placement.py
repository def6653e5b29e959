"""Explorer: place the norm in a residual net and see what arrives at each block."""

from functools import cache, lru_cache

from coursekit.experiments import norm_placement as experiment
from coursekit.experiments.training import Split, digits
from coursekit.explorers.base import Explorer, Params, choice, counter
from coursekit.explorers.stage import Stage
from coursekit.plots.norm_placement import (
    DEEPEST,
    draw_placement_state,
    prepare_placement_axes,
)

ACTIVATIONS = ("relu", "gelu", "tanh", "sigmoid")
SEED = 0
#: Few samples, so that a deep net goes forth and back while a slider moves.
SAMPLES = 64


@cache
def _stage() -> Stage:
    return Stage(prepare_placement_axes, width=7.4, ncols=2)


@cache
def _digits() -> Split:
    return digits()


@lru_cache(maxsize=1024)  # small results; drawing the weights is what takes time
def _start(placement: str, depth: int, activation: str) -> experiment.Start:
    config = experiment.Config(
        placement=placement, activation=activation, samples=SAMPLES
    )
    return experiment.start(config, _digits(), depth=depth, seed=SEED)


def _of(params: Params) -> experiment.Start:
    where = params["placement"], params["depth"], params["activation"]
    return _start(*where)


def render(params: Params) -> bytes:
    """Return both panels as PNG.

    Parameters
    ----------
    params : mapping
        ``placement``: one of the experiment's; ``depth``: blocks; ``activation``: a
        name.
    """
    found = _of(params)
    return _stage().png(draw_placement_state, found.gradients, found.stds)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    found = _of(params)
    first, last = found.gradients[[0, -1]]
    return (
        f"{experiment.PLACEMENTS[params['placement']]}, {params['depth']} blocks, "
        f"{params['activation']}. Gradient: first block measured {first:.2g}, last "
        f"block measured {last:.2g}. Std of the trunk at the end: measured "
        f"{found.stds[-1]:.2g}. Share of the gradient that the trunk alone "
        f"carries back: measured {found.by_trunk:.1g}. Loss: measured "
        f"{found.loss:.3g} nats."
    )


def explore_norm_placement() -> Explorer:
    """Return lists for placement and activation, and a slider for the depth."""
    controls = {
        "placement": choice("place of the norm", "pre", list(experiment.PLACEMENTS)),
        "depth": counter("number of blocks", 12, 2, DEEPEST),
        "activation": choice("activation in f", "relu", ACTIVATIONS),
    }
    return Explorer(controls, render, tell, width=7.4)
