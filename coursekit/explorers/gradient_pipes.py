"""Explorer: a gradient on its way back through one residual block, as two pipes."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import gradient_split
from coursekit.experiments.gradient_split import Config, Result
from coursekit.explorers.base import Explorer, Params, box, choice, counter
from coursekit.explorers.stage import Stage
from coursekit.plots.residual_block import Pipes, draw_residual_block
from coursekit.plots.residual_connections import (
    draw_gradient_lengths,
    prepare_gradient_axes,
)

DEPTH = 20
ACTIVATIONS = ("relu", "leaky-relu", "gelu", "tanh", "sigmoid")
MODES = {"post-activation: g(z + a)": "post", "pre-activation: z + a": "pre"}
POST, PRE = MODES
PAGE_WIDTH, HEIGHT = 8.4, 3.3


@cache
def _stage() -> Stage:
    def prepare(axes: np.ndarray) -> None:
        axes[0].set_axis_off()
        prepare_gradient_axes(axes[1], DEPTH)

    return Stage(prepare, width=PAGE_WIDTH, height=HEIGHT, ncols=2)


@lru_cache(maxsize=32)
def _result(mode: str, activation: str, zero: bool) -> Result:
    config = Config(mode=mode, activation=activation, zero_branch=zero, depth=DEPTH)
    return gradient_split.run(config)


def _values(params: Params) -> tuple[str, int, Result]:
    """Return the mode, the number of the block, and the split at every block."""
    mode = MODES[params["form"]]
    result = _result(mode, params["activation"], params["zero"])
    return mode, params["block"], result


def _draw(axes: np.ndarray, mode: str, block: int, result: Result) -> None:
    """Draw one block in units of what arrives there, and the lengths at all blocks."""
    pipes = Pipes(**vars(result.splits[block - 1]))
    unit = pipes.arriving or 1.0
    draw_residual_block(axes[0], mode=mode, pipes=Pipes(*(v / unit for v in pipes)))
    series = (result.lengths(name) for name in ("skip", "branch", "leaving"))
    draw_gradient_lengths(axes[1], *series, block=block)


def render(params: Params) -> bytes:
    """Return the diagram of one block and the lengths at all blocks as PNG.

    Parameters
    ----------
    params : mapping
        ``form``: a key of `MODES`; ``activation``: one of `ACTIVATIONS`; ``zero``: True
        for a branch of zeros; ``block``: 1 (at the input) to `DEPTH` (at the loss).
    """
    return _stage().png(_draw, *_values(params))


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    _, block, result = _values(params)
    chosen = result.splits[block - 1]
    unit = chosen.arriving or 1.0
    shares = chosen.after_g, chosen.skip, chosen.branch, chosen.leaving
    behind_g, skip, branch, both = (share / unit for share in shares)
    gate = "" if params["form"] == PRE else f"{behind_g:.2f} passes g, "
    return (
        f"A gradient of length 1 starts at the end of the net; {chosen.arriving:.1e} "
        f"arrives at block {block} of {DEPTH}. In units of what arrives, {gate}"
        f"{skip:.2f} comes through the skip path, {branch:.2f} through the branch, "
        f"{both:.2f} through both together. The net's input gets "
        f"{result.splits[0].leaving:.1e}."
    )


def explore_gradient_pipes() -> Explorer:
    """Return lists for form and activation, a box for z = 0, a slider for the block."""
    controls = {
        "form": choice("form of the block", POST, list(MODES)),
        "activation": choice("activation g", "sigmoid", ACTIVATIONS),
        "zero": box("all weights zero: z = 0"),
        "block": counter("number of the block", 20, 1, DEPTH),
    }
    return Explorer(controls, render, tell, width=PAGE_WIDTH)
