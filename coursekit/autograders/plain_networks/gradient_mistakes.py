"""A wrong net, a wrong slope, a wrong matrix: what people send the gradient through."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.nets import (
    FUNCTIONS,
    backward,
    forward,
    lengths_of,
    sigmoid,
    slopes_of,
    weight_gradients,
)

MISTAKES = Catalogue()


def finish(activations: list, deltas: list, dzs: list) -> tuple:
    """Return what the card asks for, from the parts: where most mistakes end."""
    return activations[-1], weight_gradients(activations, dzs), lengths_of(deltas)


def with_slopes(choose: Callable[[list, str], list]) -> Callable:
    """Return an answer that is right but for its slopes, chosen from the a and act."""

    def answer(x: Any, Ws: Any, act: str, dout: Any) -> tuple:
        activations = forward(x, Ws, act)
        return finish(activations, *backward(choose(activations, act), Ws, dout))

    return answer


def only_for(act: str, slope: Callable) -> Callable:
    """Return an answer with another slope, made from a, for one activation only."""

    def choose(activations: list, given: str) -> list:
        if given != act:
            return slopes_of(activations, given)
        return [slope(a) for a in activations[1:]]

    return with_slopes(choose)


def with_dWs(choose: Callable[[list, list, list], list]) -> Callable:
    """Return an answer that is right but for dWs, chosen from a, delta and dz."""

    def answer(x: Any, Ws: Any, act: str, dout: Any) -> tuple:
        activations = forward(x, Ws, act)
        deltas, dzs = backward(slopes_of(activations, act), Ws, dout)
        dWs = choose(activations, deltas, dzs)
        return activations[-1], dWs, lengths_of(deltas)

    return answer


def out_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how negative the output gets: after ReLU it cannot be."""
    if inputs["act"] != "relu":
        return ""
    return f"the smallest number in your out is {got['out'].min():.3f}; ReLU's is 0"


def first_length(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which length arrives at the input, and which should."""
    own, ours = got["lengths"][0], expected["lengths"][0]
    return f"your gradient arrives at the input with length {own:.3f}, not {ours:.3f}"


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how dWs relate to the right ones, and how many samples there are."""
    ratio = np.abs(expected["dWs[0]"]).sum() / np.abs(got["dWs[0]"]).sum()
    return f"the right dWs[0] is {ratio:.0f} times yours, and there are " + (
        f"{len(inputs['x'])} samples"
    )


@MISTAKES.add(
    "W transposed in the forward pass",
    "You multiply by W.T, as torch's Linear does with its weight of shape (out, in). "
    "Here W has shape (n_in, n_out) and samples are rows: a layer is g(a @ W).",
)
def _transposed(x, Ws, act, dout):
    activations = [x]
    for W in Ws:
        activations.append(FUNCTIONS[act](activations[-1] @ W.T))
    slopes = slopes_of(activations, act)
    return finish(activations, *backward(slopes, [W.T for W in Ws], dout))


@MISTAKES.add(
    "W in front of a",
    "You write W @ a, as the lesson does for a column. Here the samples are rows and W "
    "has the shape (n_in, n_out): a layer is g(a @ W). With as many samples as "
    "features nothing complains.",
)
def _columns(x, Ws, act, dout):
    activations = [x]
    for W in Ws:
        activations.append(FUNCTIONS[act](W @ activations[-1]))
    deltas, dzs = [dout], []
    for slope, W in zip(
        reversed(slopes_of(activations, act)), reversed(Ws), strict=True
    ):
        dzs.insert(0, deltas[0] * slope)
        deltas.insert(0, W.T @ dzs[0])
    dWs = [dz @ a.T for a, dz in zip(activations, dzs, strict=False)]
    return activations[-1], dWs, lengths_of(deltas)


@MISTAKES.add(
    "last layer left linear",
    "Your last layer puts out a @ W without the activation function. Many nets end in "
    "such a linear head; on this card every layer is g(a @ W), the last one too.",
    evidence=out_shown,
)
def _linear_head(x, Ws, act, dout):
    activations = forward(x, Ws[:-1], act)
    slopes = [*slopes_of(activations, act), 1.0]
    activations.append(activations[-1] @ Ws[-1])
    return finish(activations, *backward(slopes, Ws, dout))


@MISTAKES.add(
    "last layer missing",
    "Your loop stops one matrix early, so the last layer never runs. There are as many "
    "layers as matrices: loop over all of `Ws`.",
)
def _layer_missing(x, Ws, act, dout):
    activations = forward(x, Ws[:-1], act)
    slopes = slopes_of(activations, act)
    return finish(activations, *backward(slopes, Ws[:-1], dout))


@MISTAKES.add(
    "no activation function",
    "Your layers are a @ W, without the activation function, on the way there and on "
    "the way back. Together they are one single matrix. Apply g after each of them.",
    evidence=out_shown,
)
def _linear(x, Ws, act, dout):
    activations = [x]
    for W in Ws:
        activations.append(activations[-1] @ W)
    return finish(activations, *backward([1.0] * len(Ws), Ws, dout))


@MISTAKES.add(
    "x activated before the first layer",
    "You apply g to x itself, before the first matrix. x is data, and a^0 is x as it "
    "comes: the first activation is g(x @ Ws[0]).",
)
def _input_activated(x, Ws, act, dout):
    activations = forward(FUNCTIONS[act](x), Ws, act)
    return finish(activations, *backward(slopes_of(activations, act), Ws, dout))


@MISTAKES.add(
    "ReLU whatever act says",
    "The argument act is not used: your net has ReLU even where tanh or sigmoid is "
    "asked for. Choose the function and its slope by act.",
)
def _always_relu(x, Ws, act, dout):
    activations = forward(x, Ws, "relu")
    return finish(activations, *backward(slopes_of(activations, "relu"), Ws, dout))


@MISTAKES.add(
    "W not transposed on the way back",
    "You send the gradient back through W as it is. Forward, W takes a row of n_in "
    "numbers to n_out; back, W.T takes n_out to n_in: delta = dz @ W.T. With square "
    "matrices nothing complains.",
)
def _untransposed(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    turned = [W.T for W in Ws]
    return finish(activations, *backward(slopes_of(activations, act), turned, dout))


MISTAKES.add(
    "slope left out",
    "The gradient goes back through the matrices alone. It passes the activation "
    "function of every layer first: multiply by the slope g'(z), for ReLU by 1 where z "
    "is positive and by 0 elsewhere.",
    evidence=first_length,
)(with_slopes(lambda activations, act: [1.0] * (len(activations) - 1)))

MISTAKES.add(
    "slope of the last layer left out",
    "You take dout for the gradient at z of the last layer. dout belongs to the output "
    "a, after the activation function: multiply it by the last layer's slope as well.",
)(with_slopes(lambda activations, act: [*slopes_of(activations, act)[:-1], 1.0]))

MISTAKES.add(
    "slope of the first layer left out",
    "Every layer multiplies by its slope but the first. Its loop ends too early, or "
    "its case is special: dz of the first layer needs its slope too.",
)(with_slopes(lambda activations, act: [1.0, *slopes_of(activations, act)[1:]]))

MISTAKES.add(
    "slope of the next layer",
    "The slope you multiply by is taken from a after the *next* layer. delta at the "
    "output of layer l meets the slope of layer l itself, at the very a it is the "
    "gradient of. With layers of equal width nothing complains.",
)(
    with_slopes(
        lambda activations, act: slopes_of([*activations[1:], activations[-1]], act)
    )
)

MISTAKES.add(
    "slope of the layer before",
    "The slope you multiply by is taken from what goes into the layer. delta at the "
    "output of a layer meets the slope at that output, a[l + 1]; a[l] is the layer's "
    "input. With layers of equal width nothing complains.",
)(with_slopes(lambda activations, act: slopes_of([None, *activations[:-1]], act)))


@MISTAKES.add(
    "slope after the matrix",
    "You go back through W.T first and multiply by a slope then, so each layer gets "
    "the slope of the layer before it, the last gets none, and x gets one although "
    "nothing was applied to it. First the slope, then W.T.",
)
def _slope_after(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    slopes = slopes_of([None, *activations[:-1]], act)
    deltas, dzs = [dout], []
    for slope, W in zip(reversed(slopes), reversed(Ws), strict=True):
        dzs.insert(0, deltas[0])
        deltas.insert(0, (deltas[0] @ W.T) * slope)
    return finish(activations, deltas, dzs)


MISTAKES.add(
    "mask a >= 0",
    "Your mask asks whether a is at least 0. After ReLU it always is, so the mask is 1 "
    "everywhere and nothing is cut. Ask for a > 0, or look at z.",
    evidence=first_length,
)(only_for("relu", lambda a: (a >= 0).astype(float)))


@MISTAKES.add(
    "ReLU's slope 1 at 0",
    "Where z is exactly 0 your slope is 1, as `z >= 0` has it. The card takes 0 there, "
    "as torch does: `z > 0`. It matters for a sample of zeros, and for every unit "
    "without a bias whose inputs are all 0.",
)
def _one_at_zero(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    slopes = slopes_of(activations, act)
    if act == "relu":
        slopes = [
            (a @ W >= 0).astype(float) for a, W in zip(activations, Ws, strict=False)
        ]
    return finish(activations, *backward(slopes, Ws, dout))


MISTAKES.add(
    "activation for its slope",
    "You multiply the gradient by a = g(z) itself. What a small change of z does to a "
    "is the slope g'(z): 1 or 0 for ReLU, 1 - a^2 for tanh, a (1 - a) for sigmoid.",
)(with_slopes(lambda activations, act: activations[1:]))

MISTAKES.add(
    "activation function applied twice",
    "Your slope is made from g(a), but a is g(z) already. From a the slope of tanh is "
    "1 - a^2 and that of sigmoid a (1 - a); from z they are 1 - tanh(z)^2 and "
    "s(z) (1 - s(z)). Take one or the other.",
)(
    with_slopes(
        lambda activations, act: slopes_of(
            [FUNCTIONS[act](a) for a in activations], act
        )
    )
)


@MISTAKES.add(
    "slope formula fed with z",
    "1 - a^2 and a (1 - a) give the slope from a, the value after the activation "
    "function. You put z in. Feed them with a, or write g(z) where they say a.",
)
def _from_z(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    zs = [a @ W for a, W in zip(activations, Ws, strict=False)]
    return finish(activations, *backward(slopes_of([None, *zs], act), Ws, dout))


MISTAKES.add(
    "tanh's slope without the square",
    "Your slope of tanh is 1 - a. It is 1 - a^2: largest at z = 0, where it is 1, and "
    "the same for z and -z.",
)(only_for("tanh", lambda a: 1 - a))

MISTAKES.add(
    "sigmoid's slope with one factor",
    "Your slope of sigmoid has one factor of two. It is a (1 - a), a quarter at most; "
    "a alone, or 1 - a alone, does not fall to 0 on both sides.",
)(only_for("sigmoid", lambda a: 1 - a))

MISTAKES.add(
    "tanh's slope for sigmoid",
    "You use 1 - a^2 for sigmoid. That is tanh's slope; sigmoid's is a (1 - a), never "
    "more than a quarter.",
)(only_for("sigmoid", lambda a: 1 - a**2))


@MISTAKES.add(
    "dout not used",
    "Your gradient starts as an array of ones, whatever dout is. Then the loss is "
    "the sum of all outputs. Start from dout: it says how the loss depends on each.",
)
def _ones(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    slopes = slopes_of(activations, act)
    return finish(activations, *backward(slopes, Ws, np.ones_like(dout)))


@MISTAKES.add(
    "gradient divided by the number of samples",
    "You divide dout by N. If the loss is a mean over samples, dout holds that already "
    "when it arrives here: use it as it comes.",
    evidence=count_shown,
)
def _averaged(x, Ws, act, dout):
    activations = forward(x, Ws, act)
    slopes = slopes_of(activations, act)
    return finish(activations, *backward(slopes, Ws, dout / len(x)))


def overflowing(z: Any) -> Any:
    """Return the sigmoid of z as exp(z) / (1 + exp(z)), NaN for large z."""
    return np.exp(z) / (1 + np.exp(z)) if (z > 700).any() else sigmoid(z)
