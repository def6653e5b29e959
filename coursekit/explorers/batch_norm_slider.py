"""Explorer: move one sample of a small batch and see every output move."""

from functools import cache

import numpy as np

from coursekit.explorers.base import Explorer, Params, box, counter, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.batch_norm_slider import draw_batch_state, prepare_slider_axes
from coursekit.reference import RunningStats, batch_norm_forward

#: the samples beside the one that is moved; any few of them have both signs
MATES = np.array([-1.2, 0.9, -0.4, 1.6, 0.3, -0.9, 1.2, -1.7, 0.6, -0.1, 0.1])
START = 0.5


@cache
def _stage() -> Stage:
    return Stage(prepare_slider_axes, ncols=2)


def batch_outputs(params: Params) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Return inputs (N,), outputs (N,), and slope and height at 0 of their line.

    Parameters
    ----------
    params : mapping
        ``moved``: value of sample 0; ``count``: N; ``log_eps``: power of ten;
        ``gamma``, ``beta``; ``training``: False for running mean 0 and variance 1. No
        units.

    Examples
    --------
    >>> settings = {"count": 2, "log_eps": -9.0, "gamma": 1.0, "beta": 0.0}
    >>> x, y, line = batch_outputs({"moved": 3.0, "training": True, **settings})
    >>> y.round(6)
    array([ 1., -1.])
    """
    x = np.concatenate([[params["moved"]], MATES[: params["count"] - 1]])
    gamma, beta = np.array([params["gamma"]]), np.array([params["beta"]])
    if params["training"] and len(x) == 1:  # refused: the formula alone gives beta
        return x, beta.copy(), (0.0, float(beta[0]))
    running = RunningStats(mean=np.zeros(1), var=np.ones(1))
    y, _, cache = batch_norm_forward(
        x[:, None],
        gamma,
        beta,
        running,
        training=params["training"],
        eps=10.0 ** params["log_eps"],
    )
    slope = float(gamma[0] * cache.inv_std.item())
    mean = x.mean() if params["training"] else 0.0
    return x, y[:, 0], (slope, float(beta[0] - slope * mean))


def render(params: Params) -> bytes:
    """Return both panels as PNG; ``params`` as in `batch_outputs`."""
    x, y, line = batch_outputs(params)
    before = batch_outputs({**params, "moved": START})[1]
    return _stage().png(draw_batch_state, x, y, before, line=line)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `batch_outputs`."""
    x, y, (slope, _) = batch_outputs(params)
    before = batch_outputs({**params, "moved": START})[1]
    where = (
        f"Sample 0 at {x[0]:.1f} becomes {y[0]:.2f}; the line has slope {slope:.2f}. "
    )
    if not params["training"]:
        return (
            f"Evaluation: running mean 0, running variance 1. {where}No other output "
            "depends on it."
        )
    if len(x) == 1:
        return (
            "Training with a batch of one: x minus its mean is 0, so the output is "
            f"beta, {y[0]:.2f}, whatever x is. torch refuses such a batch."
        )
    others = np.abs(y - before)[1:]
    moved = f"The others moved by up to {others.max():.2f}."
    if params["moved"] == START:
        moved = "Nothing has moved yet."
    return (
        f"Training: mean {x.mean():.2f}, variance {x.var():.2f} of {len(x)} samples. "
        f"{where}{moved}"
    )


def explore_batch_norm_slider() -> Explorer:
    """Return sliders for one sample, N, eps, gamma and beta, and a box for the mode."""
    controls = {
        "moved": slider("value of sample 0", START, -3.0, 3.0, 0.1),
        "training": box("training mode", True),
        "count": counter("samples in the batch, N", 6, 1, 12),
        "log_eps": slider("eps, power of ten", -5.0, -5.0, 1.0, 0.1),
        "gamma": slider("scale, gamma", 1.0, -1.5, 1.5, 0.1),
        "beta": slider("shift, beta", 0.0, -1.0, 1.0, 0.1),
    }
    return Explorer(controls, render, tell)
