"""Explorer: depth, gain and activation of a plain net, and the gradient's length."""

from functools import cache, lru_cache

from coursekit.experiments import plain_gradients as experiment
from coursekit.explorers.base import Explorer, Params, choice, counter, slider
from coursekit.explorers.stage import Stage
from coursekit.plots.plain_gradients import draw_depth_state, prepare_depth_axes

ACTIVATIONS = ("relu", "tanh", "gelu", "sigmoid", "identity")


@cache
def _stage() -> Stage:
    return Stage(prepare_depth_axes)


@lru_cache(maxsize=1)  # the picture and the words ask for the same net
def _result(activation: str, gain: float, depth: int) -> experiment.Result:
    config = experiment.Config(
        activation=activation, gain=gain, depth=depth, batch=16, seeds=(0,)
    )
    return experiment.run(config)


def _of(params: Params) -> experiment.Result:
    return _result(params["activation"], params["gain"], params["depth"])


def render(params: Params) -> bytes:
    """Return the lengths at all layers and the predicted line as PNG.

    Parameters
    ----------
    params : mapping
        ``activation``: a name; ``gain`` of the weights; ``depth`` in layers.
    """
    result = _of(params)
    return _stage().png(draw_depth_state, result.lengths[0], result.predicted)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    result, depth = _of(params), params["depth"]
    a_layer, reached = result.reached ** (1 / depth), result.reached
    verdict = "the gradient keeps its length"
    if not 0.9 < a_layer < 1.1:
        verdict = "the gradient " + ("vanishes" if a_layer < 1 else "explodes")
    return (
        f"{depth} layers, {params['activation']}, gain {params['gain']:.2f}: {verdict}."
        f" Each layer multiplies its length by measured {a_layer:.2f} on average. Of "
        f"the length, measured {reached:.1e} reaches layer 0; predicted: "
        f"{result.predicted[0]:.1e}."
    )


def explore_gradient_depth() -> Explorer:
    """Return sliders for depth and gain, and a list of activations."""
    controls = {
        "depth": counter("depth in layers", 50, 2, 60),
        "gain": slider("gain of the weights", 1.0, 0.1, 3.0, 0.01),
        "activation": choice("activation", "relu", ACTIVATIONS),
    }
    return Explorer(controls, render, tell)
