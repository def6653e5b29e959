"""Wrong gradients of the weights, side effects and forms of another kind."""

from collections.abc import Callable

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.gradient_mistakes import (
    count_shown,
    finish,
    overflowing,
    with_dWs,
)
from coursekit.autograders.plain_networks.nets import (
    SLOPES,
    backward,
    plain_forward_backward,
    slopes_of,
    weight_gradients,
)
from coursekit.probes.plain_networks import AGAIN

Pairs = frozenset[tuple[str, str]]

SLIPS = Catalogue()


def only(*values: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that shows in some of ``values`` and no other."""
    return lambda wrong: {value for _, value in wrong} <= {*values, AGAIN}


SLIPS.add(
    "slope left out of dWs",
    "The gradient you send back has its slope, the one you make dWs from has not. W "
    "acts on z, so its gradient is the layer's input, transposed, times dz.",
)(with_dWs(lambda activations, deltas, dzs: weight_gradients(activations, deltas[1:])))

SLIPS.add(
    "dWs transposed",
    "Your dWs are dz.T @ a, of shape (n_out, n_in). A gradient has the shape of what "
    "it belongs to: a.T @ dz, of shape (n_in, n_out). With square matrices nothing "
    "complains.",
)(
    with_dWs(
        lambda activations, deltas, dzs: [
            dW.T for dW in weight_gradients(activations, dzs)
        ]
    )
)

SLIPS.add(
    "dWs from the layer's output",
    "You make dWs from what the layer puts out. W is multiplied with what comes in: "
    "a^0 = x for the first matrix, a[l] for Ws[l].",
)(with_dWs(lambda activations, deltas, dzs: weight_gradients(activations[1:], dzs)))

SLIPS.add(
    "dWs from the gradient behind the matrix",
    "You make dWs after you have sent the gradient through W.T. dW needs dz, the "
    "gradient before the matrix: make it first.",
)(with_dWs(lambda activations, deltas, dzs: weight_gradients(activations, deltas)))

SLIPS.add(
    "dWs averaged over the samples",
    "Your dWs are divided by N. Every sample uses the same W, so its gradients add up, "
    "and a.T @ dz adds them. If the loss is a mean, dout holds that already.",
    evidence=count_shown,
)(
    with_dWs(
        lambda activations, deltas, dzs: [
            dW / len(activations[0]) for dW in weight_gradients(activations, dzs)
        ]
    )
)

SLIPS.add(
    "dWs from the last layer to the first",
    "Your dWs are right and in the order in which the loop met them. dWs[l] belongs to "
    "Ws[l]: turn the list around, or insert at its front.",
)(with_dWs(lambda activations, deltas, dzs: weight_gradients(activations, dzs)[::-1]))


@SLIPS.add(
    "the rest without dWs",
    "You return two things, out and lengths. The card asks for `(out, dWs, lengths)`: "
    "the gradients of the matrices are what the layers learn from.",
)
def _two_things(x, Ws, act, dout):
    out, _, lengths = plain_forward_backward(x, Ws, act, dout)
    return out, lengths


@SLIPS.add(
    "exp overflows",
    "For large z your activation function is NaN: np.exp(z) is infinite from z = 710 "
    "on, and infinity by infinity is not a number. Use np.tanh, and 1 / (1 + exp(-z)) "
    "for sigmoid: there infinity lands below and gives 0.",
    shows=lambda wrong: {case for case, _ in wrong} == {"z far from 0"},
)
def _overflows(x, Ws, act, dout):
    if act != "sigmoid":
        return plain_forward_backward(x, Ws, act, dout)
    activations = [x]
    for W in Ws:
        activations.append(overflowing(activations[-1] @ W))
    return finish(activations, *backward(slopes_of(activations, act), Ws, dout))


@SLIPS.add(
    "dout changed in place",
    "The gradients are right, but dout is not what it was: `delta *= slope` writes "
    "into the caller's array. Write `delta = delta * slope`, which makes a new one.",
    shows=only("dout afterwards"),
)
def _changes_dout(x, Ws, act, dout):
    result = plain_forward_backward(x, Ws, act, dout)
    dout *= SLOPES[act](result[0])
    return result


@SLIPS.add(
    "Ws changed in place",
    "The first call is right, but it leaves other matrices in the caller's list. "
    "`Ws.reverse()` and `Ws.pop()` change the list itself, `W -= ...` its matrices: "
    "write `reversed(Ws)` or `Ws[::-1]`, and make new arrays.",
    shows=only("Ws afterwards"),
)
def _reverses(x, Ws, act, dout):
    result = plain_forward_backward(x, Ws, act, dout)
    Ws.reverse()
    return result


@SLIPS.add(
    "x changed in place",
    "The call is right, but x is not what it was: something was written into the "
    "caller's array, by `a *= ...` or `out=`. Make a new array in each layer.",
    shows=only("x afterwards"),
)
def _changes_x(x, Ws, act, dout):
    result = plain_forward_backward(x, Ws, act, dout)
    np.maximum(x, 0, out=x)
    return result


@SLIPS.add(
    "out overwritten by its mask",
    "Your out holds ones and zeros: the mask was written into the activation itself, "
    "as `mask = a[-1]` followed by `mask[mask > 0] = 1` does. The first of the two "
    "makes no copy: write `mask = a[-1] > 0`.",
)
def _overwritten(x, Ws, act, dout):
    out, dWs, lengths = plain_forward_backward(x, Ws, act, dout)
    return (out > 0) * 1.0 if act == "relu" else out, dWs, lengths
