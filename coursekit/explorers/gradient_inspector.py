"""Explorer: one slip in batch norm's backward pass, and which nodes turn red."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import gradient_inspection as experiment
from coursekit.explorers.base import Explorer, Params, choice, counter, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.gradient_graph import draw_marks, prepare_graph, tell_marks

TOLERANCE = 1e-5


@cache
def _stage() -> Stage:
    return Stage(prepare_graph, width=7.6, height=3.4)


@lru_cache(maxsize=64)  # another slip needs no new differences
def _batch(n: int, log_eps: float) -> tuple[dict, dict]:
    """Return all values of a batch, and the gradients by central differences."""
    values = experiment.values_of(experiment.Config(n=n, eps=10.0**log_eps))
    return values, experiment.expected_gradients(values)


@lru_cache(maxsize=1)  # the picture and the words ask for the same verdict
def _verdict(slip: str, n: int, log_eps: float) -> tuple[dict, tuple, dict, dict]:
    """Return errors, wrong nodes, the gradients, and the values they belong to."""
    values, expected = _batch(n, log_eps)
    gradients = experiment.backward(values, slip)
    return *experiment.compare(gradients, expected, TOLERANCE), gradients, values


def _verdict_of(params: Params) -> tuple[dict, tuple, dict, dict]:
    return _verdict(params["slip"], params["samples"], params["log_eps"])


def render(params: Params) -> bytes:
    """Return the graph with its marks as PNG.

    Parameters
    ----------
    params : mapping
        ``slip``: one of `experiment.SLIPS`; ``samples``: size of the batch, 3 or more;
        ``log_eps``: power of ten.
    """
    errors, wrong, _, _ = _verdict_of(params)
    return _stage().png(draw_marks, errors, wrong)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    errors, wrong, gradients, values = _verdict_of(params)
    dx = gradients["x"]
    total = np.abs(dx.sum(axis=0)).max()
    along = np.abs((dx * values["x_hat"]).sum(axis=0)).max()
    return (
        f"Slip: {params['slip']}. N = {int(params['samples'])}, eps "
        f"{10 ** params['log_eps']:.1g}. {tell_marks(errors, wrong)} Sum of dx: "
        f"measured {total:.1g}; sum of dx times x_hat: measured {along:.1g}."
    )


def explore_gradient_inspector() -> Explorer:
    """Return a list of slips and sliders for batch size and eps above the graph."""
    controls = {
        "slip": choice(
            "slip in the backward pass",
            "variance path forgotten",
            list(experiment.SLIPS),
        ),
        "samples": counter("samples in the batch", 5, 3, 12),
        "log_eps": slider("eps, power of ten", -5.0, -6.0, 0.0, 0.25),
    }
    return Explorer(controls, render, tell, width=7.6)
