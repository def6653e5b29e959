"""Repairs that repair nothing: the bug kept, its symptoms treated, new bugs made."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.nets import (
    backward,
    forward,
    repaired_step,
    slopes_of,
    weight_gradients,
)
from coursekit.probes.plain_networks import AGAIN

Pairs = frozenset[tuple[str, str]]

MISTAKES = Catalogue()


def stepping(
    *,
    dW: Callable = lambda a, dz, delta: a.T @ dz / len(a),
    db: Callable = lambda a, dz, delta: dz.mean(0),
    slope: Callable = lambda a: (a > 0) * 1.0,
    new_b: Callable = lambda b, db, lr: b - lr * db,
) -> Callable:
    """Return an answer that is right but for the parts that are given."""

    def answer(x: Any, Ws: Any, bs: Any, dout: Any, lr: float) -> tuple:
        activations = forward(x, Ws, "relu", bs)
        slopes = [slope(a) for a in activations[1:]]
        deltas, dzs = backward(slopes, Ws, dout)
        parts = list(zip(activations, dzs, deltas[1:], strict=False))
        new_Ws = [W - lr * dW(*part) for W, part in zip(Ws, parts, strict=True)]
        new_bs = [new_b(b, db(*part), lr) for b, part in zip(bs, parts, strict=True)]
        return new_Ws, new_bs

    return answer


def moved_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by how much the biases of the last layer moved, and by how much they should.

    Where the case is the training, there is nothing to show.
    """
    if "new_bs[2]" not in got:
        return ""
    own, ours = (values["new_bs[2]"] - inputs["b2"] for values in (got, expected))
    told = [", ".join(f"{step:.3f}" for step in steps) for steps in (own, ours)]
    return f"you move the biases of the last layer by {told[0]}; right is {told[1]}"


def times_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many times too large the last layer's step is."""
    own, ours = (values["new_bs[2]"] - inputs["b2"] for values in (got, expected))
    times = np.abs(own).sum() / np.abs(ours).sum()
    return f"the last layer's biases move {times:.0f} times as far as they should"


#: What the exercise shows.
THE_BUG = stepping(db=lambda a, dz, delta: dz.sum() / len(a))

MISTAKES.add(
    "the bug is still there",
    "All biases of a layer move by the same amount, the sum over all units: `dz.sum()` "
    "without an axis is one number, and NumPy subtracts it from every bias. If it is "
    "positive, the whole layer sinks below 0 together. Sum over the samples only.",
    evidence=moved_shown,
)(THE_BUG)

MISTAKES.add(
    "the bug made smaller",
    "`dz.mean()` without an axis is still one number for all units, only smaller. The "
    "layer sinks more slowly. Each unit has its own gradient: average over the samples "
    "only.",
    evidence=moved_shown,
)(stepping(db=lambda a, dz, delta: dz.mean()))

MISTAKES.add(
    "dz summed over the units",
    "You sum dz along the units, which leaves one number for each sample. A bias has "
    "one entry for each unit: sum along the samples, axis 0. With as many samples as "
    "units nothing complains.",
)(stepping(db=lambda a, dz, delta: dz.sum(1) / len(a)))

MISTAKES.add(
    "dz averaged over the units",
    "You take the mean of dz along axis 1, the units, which leaves one number for each "
    "sample. A bias has one entry for each unit: average along the samples, axis 0.",
)(stepping(db=lambda a, dz, delta: dz.mean(1)))

MISTAKES.add(
    "new biases of shape (1, n)",
    "The numbers are right, but `keepdims=True` leaves an axis of length 1. A bias has "
    "the shape (n_out,): average without `keepdims`.",
)(stepping(db=lambda a, dz, delta: dz.mean(0, keepdims=True)))

MISTAKES.add(
    "bias gradient not divided by N",
    "You sum dz over the samples. The matrices move by the mean over the samples, so "
    "the biases must too: otherwise their learning rate is N times as large.",
    evidence=times_shown,
)(stepping(db=lambda a, dz, delta: dz.sum(0)))

MISTAKES.add(
    "nothing divided by N",
    "Weights and biases move by sums over the samples. The broken code divides by the "
    "number of samples, and that was right: keep the means.",
    evidence=times_shown,
)(stepping(dW=lambda a, dz, delta: a.T @ dz, db=lambda a, dz, delta: dz.sum(0)))

MISTAKES.add(
    "biases left as they are",
    "Your biases never move. The layer stays alive, because the symptom cannot come "
    "any more, but the biases learn nothing. Give each its own gradient.",
)(stepping(new_b=lambda b, db, lr: b))

MISTAKES.add(
    "biases set to 0",
    "You replace the biases by zeros in every step. That keeps the layers alive and "
    "throws away what the biases have learned. Give each its own gradient.",
)(stepping(new_b=lambda b, db, lr: 0 * b))

MISTAKES.add(
    "biases kept from being negative",
    "You cut the biases off at 0. A negative bias is nothing bad: it makes a unit "
    "selective. What kills the layer is that all of them move together.",
)(stepping(new_b=lambda b, db, lr: np.maximum(b - lr * db, 0)))

MISTAKES.add(
    "bias moved uphill",
    "You add lr times the gradient to the biases. Gradient descent goes downhill: "
    "subtract it.",
    evidence=moved_shown,
)(stepping(new_b=lambda b, db, lr: b + lr * db))

MISTAKES.add(
    "bias gradient without the slope",
    "You average delta, the gradient at the output of the layer. The bias is added to "
    "z, before ReLU: average dz, which has the slope in it.",
)(stepping(db=lambda a, dz, delta: delta.mean(0)))

MISTAKES.add(
    "ReLU's slope taken out",
    "Your gradient passes ReLU as if its slope were 1 everywhere: there is no mask, or "
    "it asks for `>= 0`, which holds for every output of ReLU. Dead units then get a "
    "gradient, but not that of this net. The mask `> 0` was right.",
)(stepping(slope=lambda a: 1.0 + 0 * a))


@MISTAKES.add(
    "ReLU exchanged for leaky ReLU",
    "You replace ReLU by leaky ReLU. Such a unit cannot die, which is why people like "
    "it, but this is another net, and the biases of a layer need gradients of their "
    "own there too. Keep ReLU.",
)
def _leaky(x, Ws, bs, dout, lr):
    activations = [x]
    for W, b in zip(Ws, bs, strict=True):
        z = activations[-1] @ W + b
        activations.append(np.where(z > 0, z, 0.01 * z))
    slopes = [np.where(a > 0, 1.0, 0.01) for a in activations[1:]]
    _, dzs = backward(slopes, Ws, dout)
    dWs = weight_gradients(activations, dzs)
    new_Ws = [W - lr * dW / len(x) for W, dW in zip(Ws, dWs, strict=True)]
    return new_Ws, [b - lr * dz.mean(0) for b, dz in zip(bs, dzs, strict=True)]


@MISTAKES.add(
    "gradient sent through the new matrix",
    "You change W first and send the gradient back through the new one. The forward "
    "pass used the old W: make delta before you change it.",
)
def _new_first(x, Ws, bs, dout, lr):
    activations = forward(x, Ws, "relu", bs)
    slopes = slopes_of(activations, "relu")
    delta, new_Ws, new_bs = dout, [], []
    for at in reversed(range(len(Ws))):
        dz = delta * slopes[at]
        new_Ws.insert(0, Ws[at] - lr * activations[at].T @ dz / len(x))
        new_bs.insert(0, bs[at] - lr * dz.mean(0))
        delta = dz @ new_Ws[0].T
    return new_Ws, new_bs


@MISTAKES.add(
    "bias left out of the forward pass",
    "Your forward pass is relu(a @ W), without the bias. Then the masks are those of "
    "another net. Add b before ReLU.",
)
def _no_bias(x, Ws, bs, dout, lr):
    activations = forward(x, Ws, "relu")
    _, dzs = backward(slopes_of(activations, "relu"), Ws, dout)
    dWs = weight_gradients(activations, dzs)
    new_Ws = [W - lr * dW / len(x) for W, dW in zip(Ws, dWs, strict=True)]
    return new_Ws, [b - lr * dz.mean(0) for b, dz in zip(bs, dzs, strict=True)]


@MISTAKES.add(
    "gradients instead of new parameters",
    "You return the gradients. The card asks for what the step makes of the "
    "parameters: W - lr * dW and b - lr * db.",
)
def _gradients(x, Ws, bs, dout, lr):
    new_Ws, new_bs = repaired_step(x, Ws, bs, dout, 1.0)
    dWs = [W - new for W, new in zip(Ws, new_Ws, strict=True)]
    return dWs, [b - new for b, new in zip(bs, new_bs, strict=True)]


@MISTAKES.add(
    "last layer first",
    "The new matrices and biases are right, and in the order in which the loop met "
    "them. Insert each at the front, or turn both lists around.",
)
def _backwards(x, Ws, bs, dout, lr):
    new_Ws, new_bs = repaired_step(x, Ws, bs, dout, lr)
    return new_Ws[::-1], new_bs[::-1]


@MISTAKES.add(
    "arguments changed in place",
    "The step is right, but the caller's arguments are not what they were: `b -= ...` "
    "writes into an array, `Ws[l] = ...` into the caller's list, and `delta *= mask` "
    "into dout. Make new arrays and put them into new lists.",
    shows=lambda wrong: all(v.endswith("afterwards") or v == AGAIN for _, v in wrong),
)
def _in_place(x, Ws, bs, dout, lr):
    new_Ws, new_bs = repaired_step(x, Ws, bs, dout, lr)
    for old, new in zip([*Ws, *bs], [*new_Ws, *new_bs], strict=True):
        old[...] = new
    return Ws, bs
