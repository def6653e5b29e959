"""Explorer: eps inside or outside the root, down to a variance of exactly zero."""

from functools import cache, lru_cache

import numpy as np

from coursekit.experiments import eps_placement as experiment
from coursekit.explorers.base import Explorer, Params, box, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.eps_placement import draw_eps_state, prepare_eps_axes

VARIANCES = np.logspace(-12, 2, 113)
#: the direction of the vectors whose slope is asked of autograd: variance 1
DIRECTION = np.array([1.0, -1.0, 1.0, -1.0])


@cache
def _stage() -> Stage:
    return Stage(prepare_eps_axes, ncols=2)


def _values(params: Params) -> tuple[float, float]:
    """Return variance and eps."""
    variance = 0.0 if params["constant"] else 10.0 ** params["log_variance"]
    return variance, 10.0 ** params["log_eps"]


@lru_cache(maxsize=1)  # the picture and the words ask for the same point
def _points(variance: float, eps: float) -> dict[str, tuple[float, float]]:
    """Return for both placements the std of the output and autograd's largest slope."""
    x = np.sqrt(variance) * DIRECTION
    return {
        name: (
            float(experiment.output_std(variance, eps=eps, placement=name)),
            experiment.largest_slope(x, eps=eps, placement=name),
        )
        for name in experiment.PLACEMENTS
    }


def _curves(eps: float) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for both placements std and largest slope over `VARIANCES`."""
    stds = {
        name: experiment.output_std(VARIANCES, eps=eps, placement=name)
        for name in experiment.PLACEMENTS
    }
    # the slope across the vector is 1 / (what the formula divides by)
    return {name: (std, std / np.sqrt(VARIANCES)) for name, std in stds.items()}


def render(params: Params) -> bytes:
    """Return both panels as PNG.

    Parameters
    ----------
    params : mapping
        ``log_variance``, ``log_eps``: powers of ten; ``constant``: True for a
        variance of exactly zero, whatever ``log_variance`` says.
    """
    variance, eps = _values(params)
    where = {"variances": VARIANCES, "variance": variance, "eps": eps}
    return _stage().png(draw_eps_state, _curves(eps), _points(variance, eps), **where)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    variance, eps = _values(params)
    (std_in, slope_in), (std_out, slope_out) = _points(variance, eps).values()
    at = f"Variance {variance:.2g}, eps {eps:.2g}. "
    if variance == 0:
        return (
            f"{at}Both forms put out zeros. Autograd's gradient: eps inside, largest "
            f"slope {slope_in:.3g}; eps outside, NaN."
        )
    return (
        f"{at}Eps inside: std {std_in:.3g}, largest slope {slope_in:.3g}. Eps outside: "
        f"std {std_out:.3g}, largest slope {slope_out:.3g}. The outside form puts out "
        f"{std_out / std_in:.3g} times as much."
    )


def explore_eps_placement() -> Explorer:
    """Return sliders for variance and eps, and a box for a constant vector."""
    controls = {
        "log_variance": slider("variance, power of ten", -6.0, -12.0, 2.0, 0.1),
        "log_eps": slider("eps, power of ten", -5.0, -8.0, 0.0, 0.1),
        "constant": box("constant vector: variance exactly 0"),
    }
    return Explorer(controls, render, tell)
