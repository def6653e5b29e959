"""Explorer: the step of a central difference, from far too large to far too small."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import difference_error as experiment
from coursekit.explorers.base import Explorer, Params, choice, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.difference_step import draw_step, prepare_step_axes

AT = 0.7
POWERS = np.arange(-16, 0.1, 0.25)


@cache
def _stage() -> Stage:
    return Stage(prepare_step_axes, ncols=2, width=7.4, height=3.4)


@lru_cache(maxsize=8)  # every function in both precisions
def _errors(function: str, precision: str) -> experiment.Result:
    steps = tuple(float(h) for h in 10.0**POWERS)
    return experiment.run(experiment.Config(function, (AT,), precision, steps))


def _chosen(params: Params) -> tuple[experiment.Result, int]:
    """Return the errors over all steps, and which step the slider is at."""
    result = _errors(params["function"], params["precision"])
    return result, int(np.abs(POWERS - params["log_step"]).argmin())


def render(params: Params) -> bytes:
    """Return both panels as PNG.

    Parameters
    ----------
    params : mapping
        ``log_step``: the step h as a power of ten; ``function`` and ``precision``: as
        in `coursekit.experiments.difference_error`.
    """
    result, now = _chosen(params)
    window = experiment.microscope(
        params["function"], AT, result.steps[now], precision=params["precision"]
    )
    theory = result.cut_off, result.rounding
    return _stage().png(draw_step, window, result.steps, result.errors, theory, now=now)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    result, now = _chosen(params)
    at = (
        f"{params['function']} at x = {AT:g} in {params['precision']}, "
        f"step h = {result.steps[now]:.2g}: "
    )
    if np.isnan(result.errors[now]):
        return f"{at}x + h is rounded to x itself, so there is no difference to divide."
    cut_off, rounding = result.cut_off[now], result.rounding[now]
    larger = (
        "the part of the series that is cut off" if cut_off > rounding else "rounding"
    )
    return (
        f"{at}the secant's slope is off by measured {result.errors[now]:.1e}. By the "
        f"theory the cut-off gives {cut_off:.1e} and rounding about {rounding:.1e}: "
        f"most of it is {larger}."
    )


def explore_difference_step() -> Explorer:
    """Return a slider for the step, and lists of functions and precisions."""
    controls = {
        "log_step": slider("step h, power of ten", -2.0, -16.0, 0.0, 0.25),
        "function": choice("function to take", "sin(x)", [*experiment.FUNCTIONS]),
        "precision": choice("precision of x and f", "float64", experiment.PRECISIONS),
    }
    return Explorer(controls, render, tell, width=7.4)
