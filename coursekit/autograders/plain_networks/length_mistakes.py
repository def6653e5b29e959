"""Right gradients, wrong lengths: other norms, other arrays, another order."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.nets import (
    backward,
    forward,
    lengths_of,
    slopes_of,
    weight_gradients,
)

LENGTHS = Catalogue()


def with_lengths(choose: Callable[[list, list, list], Any]) -> Callable:
    """Return an answer that is right but for lengths, chosen from a, delta and dz."""

    def answer(x: Any, Ws: Any, act: str, dout: Any) -> tuple:
        activations = forward(x, Ws, act)
        deltas, dzs = backward(slopes_of(activations, act), Ws, dout)
        dWs = weight_gradients(activations, dzs)
        return activations[-1], dWs, choose(activations, deltas, dzs)

    return answer


def each(measure: Callable) -> Callable:
    """Return an answer that measures every delta in another way."""
    return with_lengths(lambda activations, deltas, dzs: [measure(d) for d in deltas])


def last_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say what the answer calls the length of dout, and how long it is."""
    own, ours = got["lengths"][-1], expected["lengths"][-1]
    return f"you say that dout has length {own:.3f}; it is {ours:.3f} long"


LENGTHS.add(
    "lengths from the last layer to the first",
    "The numbers are right and in the order in which the loop met them, from the "
    "output to the input. lengths[l] belongs to a^l: turn the list around.",
    evidence=last_shown,
)(with_lengths(lambda activations, deltas, dzs: lengths_of(deltas)[::-1]))

LENGTHS.add(
    "length at the output missing",
    "The first thing to measure is dout itself, the gradient at the output; your list "
    "starts after it. A net of L layers has L + 1 activations, a^0 to a^L, and each "
    "has a gradient.",
)(with_lengths(lambda activations, deltas, dzs: lengths_of(deltas)[:-1]))

LENGTHS.add(
    "length at the input missing",
    "The gradient at x is not measured: the list ends at the output of the first "
    "layer. A net of L layers has L + 1 activations, a^0 = x to a^L, and each has a "
    "gradient.",
)(with_lengths(lambda activations, deltas, dzs: lengths_of(deltas)[1:]))

LENGTHS.add(
    "lengths after the slope",
    "You measure dz, the gradient after it was multiplied by the slope. The card asks "
    "for delta, the gradient at the activation a: measure it before the slope.",
)(
    with_lengths(
        lambda activations, deltas, dzs: [*lengths_of(dzs), *lengths_of(deltas[-1:])]
    )
)

LENGTHS.add(
    "lengths after the slope, one too few",
    "You measure dz, one number for each layer. The card asks for delta, the gradient "
    "at each activation from a^0 = x to a^L: measure before the slope, and once more "
    "at the input.",
)(with_lengths(lambda activations, deltas, dzs: lengths_of(dzs)))

LENGTHS.add(
    "lengths of the weights' gradients",
    "You measure dWs. A larger matrix has a longer gradient, so these cannot be "
    "compared from layer to layer. Measure delta, the gradient at each activation.",
)(
    with_lengths(
        lambda activations, deltas, dzs: lengths_of(weight_gradients(activations, dzs))
    )
)

LENGTHS.add(
    "lengths of the activations",
    "You measure the activations a^0 to a^L on their way forward. The card asks for "
    "the gradients that belong to them, on their way back.",
    evidence=last_shown,
)(with_lengths(lambda activations, deltas, dzs: lengths_of(activations)))

LENGTHS.add(
    "lengths squared",
    "Your numbers are sums of squares. A length is the root of that.",
    evidence=last_shown,
)(each(lambda delta: np.square(delta).sum()))

LENGTHS.add(
    "root mean square for the length",
    "You take the root of the mean of the squares. A length is the root of their sum; "
    "a mean depends on how wide the layer is.",
    evidence=last_shown,
)(each(lambda delta: np.sqrt(np.square(delta).mean())))

LENGTHS.add(
    "one length for each sample",
    "Your norm runs along the features, so each layer has one number for every "
    "sample. The card asks for one number for each layer: measure over all entries.",
)(each(lambda delta: np.sqrt(np.square(delta).sum(axis=-1))))

LENGTHS.add(
    "one length for each feature",
    "Your norm runs along axis 0, so each layer has one number for every feature. The "
    "card asks for one number for each layer: measure over all entries.",
)(each(lambda delta: np.sqrt(np.square(delta).sum(axis=0))))

LENGTHS.add(
    "mean of the samples' lengths",
    "You measure each sample and take the mean. The card asks for the length of the "
    "whole array: the root of the sum of squares over samples and features.",
    evidence=last_shown,
)(each(lambda delta: np.sqrt(np.square(delta).sum(axis=-1)).mean()))

LENGTHS.add(
    "sum of the samples' lengths",
    "You measure each sample and add up. Lengths do not add up, their squares do: take "
    "the root of the sum of squares over samples and features.",
    evidence=last_shown,
)(each(lambda delta: np.sqrt(np.square(delta).sum(axis=-1)).sum()))

LENGTHS.add(
    "spectral norm for the length",
    "`np.linalg.norm(delta, 2)` of an array with two axes is its largest singular "
    "value, not its length. Leave the 2 out: without it the norm is the root of the "
    "sum of squares.",
    evidence=last_shown,
)(each(lambda delta: np.linalg.norm(delta, 2)))

LENGTHS.add(
    "sum of sizes for the length",
    "You add up the absolute values. That is the 1-norm; the length is the root of the "
    "sum of squares.",
    evidence=last_shown,
)(each(lambda delta: np.abs(delta).sum()))

LENGTHS.add(
    "largest entry for the length",
    "You take the largest absolute value. The length is the root of the sum of squares "
    "of all entries.",
    evidence=last_shown,
)(each(lambda delta: np.abs(delta).max()))

LENGTHS.add(
    "lengths relative to the last",
    "You divide all lengths by that of dout. The lesson draws them so; the card asks "
    "for the lengths themselves.",
    evidence=last_shown,
)(
    with_lengths(
        lambda a, deltas, dzs: np.array(lengths_of(deltas)) / lengths_of(deltas)[-1]
    )
)

LENGTHS.add(
    "logarithms of the lengths",
    "You return logarithms. They belong on the axis of the plot; the card asks for the "
    "lengths themselves.",
    evidence=last_shown,
)(with_lengths(lambda a, deltas, dzs: np.log10(lengths_of(deltas))))
