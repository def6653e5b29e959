"""Plain nets in NumPy: the right answers of this exercise, in parts.

Samples are rows, as in `coursekit.reference`: a layer is ``g(a @ W)``. Mistakes take
the parts and put them together wrongly; a test holds the whole against torch.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = Any
Arrays = Sequence[Any]


def relu(z: Array) -> Array:
    """Return z where it is positive, else 0."""
    return np.maximum(z, 0.0)


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), for z of any size."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


FUNCTIONS: dict[str, Callable] = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}
#: The slope at z as a function of a = g(z); ReLU's is 0 at z = 0, as torch has it.
SLOPES: dict[str, Callable] = {
    "relu": lambda a: (a > 0).astype(a.dtype),
    "tanh": lambda a: 1.0 - a**2,
    "sigmoid": lambda a: a * (1.0 - a),
}


def forward(x: Array, Ws: Arrays, act: str, bs: Arrays | None = None) -> list:
    """Return the activations a^0 = x, a^1, ..., a^L; without ``bs`` no biases."""
    activations = [x]
    for at, W in enumerate(Ws):
        z = activations[-1] @ W
        activations.append(FUNCTIONS[act](z if bs is None else z + bs[at]))
    return activations


def slopes_of(activations: Arrays, act: str) -> list:
    """Return the slope of every layer, from what it put out."""
    return [SLOPES[act](a) for a in activations[1:]]


def backward(slopes: Arrays, Ws: Arrays, dout: Array) -> tuple[list, list]:
    """Return the gradients at a^0, ..., a^L and those at z^1, ..., z^L."""
    deltas, dzs = [dout], []
    for slope, W in zip(reversed(slopes), reversed(Ws), strict=True):
        dzs.insert(0, deltas[0] * slope)
        deltas.insert(0, dzs[0] @ W.T)
    return deltas, dzs


def weight_gradients(activations: Arrays, dzs: Arrays) -> list:
    """Return the gradient of every W: each layer's input with its dz."""
    return [a.T @ dz for a, dz in zip(activations, dzs, strict=False)]


def lengths_of(arrays: Arrays) -> list:
    """Return the Euclidean length of each array, over all its entries."""
    return [np.sqrt(np.square(array).sum()) for array in arrays]


def plain_forward_backward(x: Array, Ws: Arrays, act: str, dout: Array) -> tuple:
    """Return the output, the gradient of every W, the gradient's lengths."""
    activations = forward(x, Ws, act)
    deltas, dzs = backward(slopes_of(activations, act), Ws, dout)
    return activations[-1], weight_gradients(activations, dzs), lengths_of(deltas)


def mean_square_slope(act: str, slope: float) -> float:
    """Return E[g'(z)^2] for z as likely positive as negative; near 0 if g is curved."""
    return {
        "identity": 1.0,
        "relu": 0.5,
        "leaky_relu": (1.0 + slope**2) / 2.0,
        "tanh": 1.0,
        "sigmoid": 1.0 / 16.0,
    }[act]


def predict_gain(act: str, slope: float = 0.01) -> float:
    """Return the gain c with c^2 E[g'(z)^2] = 1."""
    return mean_square_slope(act, slope) ** -0.5


def repaired_step(x: Array, Ws: Arrays, bs: Arrays, dout: Array, lr: float) -> tuple:
    """Return weights and biases of a ReLU net after one step of gradient descent."""
    activations = forward(x, Ws, "relu", bs)
    _, dzs = backward(slopes_of(activations, "relu"), Ws, dout)
    dWs = weight_gradients(activations, dzs)
    new_Ws = [W - lr * dW / len(x) for W, dW in zip(Ws, dWs, strict=True)]
    return new_Ws, [b - lr * dz.mean(0) for b, dz in zip(bs, dzs, strict=True)]
