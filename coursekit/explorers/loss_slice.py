"""Explorer: how long a step along the gradient may be, with and without batch norm."""

from functools import cache

import numpy as np

from coursekit.experiments import loss_slice as experiment
from coursekit.explorers.base import Explorer, Params, choice, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.loss_slice import (
    FARTHEST,
    LABELS,
    draw_slice_state,
    prepare_slice,
)

STEPS = np.linspace(0, FARTHEST, 81)


@cache
def _stage() -> Stage:
    return Stage(prepare_slice, width=7.6)


@cache  # two short trainings, about a second
def slices() -> experiment.Result:
    """Return the slices of both nets at every moment; computed once."""
    return experiment.run(experiment.Config())


def _choices() -> dict[str, int]:
    return {f"after {m} updates": m for m in experiment.Config().moments}


def _curves(params: Params) -> tuple[dict, dict, dict]:
    """Return loss, promise and loss at the marker of both nets."""
    lr, moment = 10.0 ** params["log_lr"], _choices()[params["moment"]]
    losses = {name: slices().loss(name, moment, lr * STEPS) for name in LABELS}
    promises = {name: slices().promise(name, moment, lr * STEPS) for name in LABELS}
    here = lr * params["step"]
    points = {name: float(slices().loss(name, moment, here)) for name in LABELS}
    return losses, promises, points


def render(params: Params) -> bytes:
    """Return the slice as PNG.

    Parameters
    ----------
    params : mapping
        ``moment``: one of "after 0 updates", ...; ``log_lr``: learning rate, power of
        ten; ``step``: in learning rates, 0 to 4.
    """
    losses, promises, points = _curves(params)
    return _stage().png(
        draw_slice_state, STEPS, losses, promises, step=params["step"], points=points
    )


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    losses, _, points = _curves(params)
    lr, moment = 10.0 ** params["log_lr"], _choices()[params["moment"]]
    step = f"a step of {params['step']:g} of it"
    said = [f"Learning rate {lr:.2g}, {params['moment']}, {step}."]
    for name, label in LABELS.items():
        start, end = losses[name][0], points[name]
        promised = float(slices().promise(name, moment, lr * params["step"]))
        said.append(
            f"Loss {label}: measured {start:.2g} to {end:.2g} nats; the gradient "
            f"promises measured {promised:.2g}."
        )
    return " ".join(said)


def explore_loss_slice() -> Explorer:
    """Return a list of moments and sliders for learning rate and step."""
    options = list(_choices())
    controls = {
        "moment": choice("moment of the training", options[1], options),
        "log_lr": slider("learning rate, power of ten", -1.0, -2.5, 0.5, 0.1),
        "step": slider("step, in learning rates", 1.0, 0.0, FARTHEST, 0.1),
    }
    return Explorer(controls, render, tell, width=7.6)
