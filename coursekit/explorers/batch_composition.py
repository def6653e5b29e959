"""Explorer: what a trained batch norm net answers, by the company of each image."""

from functools import cache

import numpy as np

from coursekit.experiments.train_eval_gap import (
    ORDERS,
    Training,
    answers,
    order_of,
    trained_net,
)
from coursekit.experiments.training import Split, digits
from coursekit.explorers.base import Explorer, Params, box, choice, counter
from coursekit.explorers.stage import Stage
from coursekit.plots.batch_composition import draw_composition, prepare_composition_axes

POWERS = range(1, 9)
SEED = 0


@cache
def _data() -> Split:
    return digits()


@cache
def answer_shares(order: str, power: int, training: bool) -> np.ndarray:
    """Return how often each digit got each answer: (10, 10), rows sum to 1.

    Parameters
    ----------
    order : str
        One of `ORDERS`.
    power : int
        The batch has ``2**power`` images.
    training : bool
        The mode; in evaluation order and size make no difference.
    """
    data = _data()
    found = answers(
        trained_net(Training(), SEED),
        data.test_x,
        order_of(data.test_y, order, seed=SEED),
        batch_size=2**power,
        training=training,
    )
    pairs = (data.test_y.numpy(), found.numpy())
    counts = np.zeros((10, 10))
    np.add.at(counts, pairs, 1)
    return counts / counts.sum(axis=1, keepdims=True)


def _accuracy(order: str, power: int, training: bool) -> float:
    """Return the share of right answers: there are equally many of each digit."""
    return float(np.diag(answer_shares(order, power, training)).mean())


@cache
def _stage() -> Stage:
    sizes = 2 ** np.array(POWERS)
    training = {
        order: np.array([[_accuracy(order, power, True)] for power in POWERS])
        for order in ORDERS
    }
    evaluation = _accuracy(ORDERS[0], POWERS[0], False)
    return Stage(
        lambda axes: prepare_composition_axes(axes, sizes, training, evaluation),
        ncols=2,
        height=3.6,
    )


def _values(params: Params) -> tuple[str, int, bool]:
    return params["order"], params["power"], params["training"]


def render(params: Params) -> bytes:
    """Return answers and accuracies as PNG.

    Parameters
    ----------
    params : mapping
        ``order``: one of `ORDERS`; ``power``: batches of ``2**power`` images;
        ``training``: the mode.
    """
    order, power, training = _values(params)
    return _stage().png(
        draw_composition,
        answer_shares(order, power, training),
        batch_size=2**power,
        accuracy=_accuracy(order, power, training),
    )


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    order, power, training = _values(params)
    right = f"measured {_accuracy(order, power, training):.3f}"
    if not training:
        return (
            f"Evaluation mode: accuracy {right}, with batches of {2**power} images, "
            f"{order}, as with any others."
        )
    ones = answer_shares(order, power, training)[1]
    most = ones.argmax()
    return (
        f"Training mode, batches of {2**power} images, {order}: accuracy {right}. The "
        f"most frequent answer for a 1 is measured {most} (measured {ones[most]:.2f} "
        "of the time)."
    )


def explore_batch_composition() -> Explorer:
    """Return controls for size and order of the batches and for the mode."""
    low, high = POWERS[0], POWERS[-1]
    controls = {
        "power": counter("batch size, power of two", 5, low, high),
        "order": choice("order of the test images", ORDERS[0], list(ORDERS)),
        "training": box("training mode", True),
    }
    return Explorer(controls, render, tell)
