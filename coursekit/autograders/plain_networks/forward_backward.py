"""The task `plain_forward_backward`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.plain_networks.draws import (
    FORBIDDEN,
    net_inputs,
    relu_net,
    weights,
)
from coursekit.autograders.plain_networks.gradient_mistakes import MISTAKES
from coursekit.autograders.plain_networks.length_mistakes import LENGTHS
from coursekit.autograders.plain_networks.nets import plain_forward_backward
from coursekit.autograders.plain_networks.slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import plain_networks as probes

#: Each layer adds sums over at most 12 products in float64, good to about 1e-15 of
#: their size, so 20 layers to about 1e-13. The room above is for other orders of
#: summing; the smallest mistake moves something by more than 1e-5.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

SIDE_EFFECTS = {
    "x afterwards": Reason.MUTATED_INPUT,
    "dout afterwards": Reason.MUTATED_INPUT,
    "Ws afterwards": Reason.MUTATED_INPUT,
    probes.AGAIN: Reason.NON_DETERMINISTIC,
}
EACH_DW = ["dWs[0]", "dWs[1]", "dWs[2]"]
#: four samples, and layers of no equal width
WIDTHS = (5, 7, 6, 3)


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw nets of 1, 3 and 20 layers, and a random gradient of the output.

    A gradient of ones would hide what is summed over the wrong axis.
    """

    def case(act: str, x: np.ndarray, Ws: list, **inputs: object) -> Case:
        dout = rng.normal(size=(len(x), Ws[-1].shape[1]))
        axes = {"out": "N n", "lengths": "layer"} | dict.fromkeys(EACH_DW, "n_in n_out")
        net = net_inputs(x, Ws, act=act, dout=dout, **inputs)
        return Case(net, axes=axes, **ROUNDING)

    def curved(act: str, gain: float, samples: int = 4, widths: tuple = WIDTHS) -> Case:
        x = rng.normal(size=(samples, widths[0]))
        return case(act, x, weights(rng, widths, gain))

    zeros, Ws, _ = relu_net(rng, 4, WIDTHS)
    zeros[1] = 0.0
    # 2 - 1 - 1/2 - 1/4 - 1/8 = 1/8, so every z is at least 1250 away from 0, on both
    # sides; exp(z) is too large for float64 from 710 on
    far = 1e4 * rng.choice([-1.0, 1.0], size=(4, 5))
    far[1] = -far[0]
    single = [rng.permuted(np.tile([2.0, 1.0, 0.5, 0.25, 0.125], (3, 1)), axis=1).T]
    return {
        "ReLU": case("relu", *relu_net(rng, 4, WIDTHS)[:2], twice=True),
        "tanh": curved("tanh", 1.5),
        "sigmoid": curved("sigmoid", 3.0),
        "as many samples as features": case("relu", *relu_net(rng, 5, (5,) * 4)[:2]),
        "one layer": curved("tanh", 1.0, widths=(5, 3)),
        "20 layers": case("relu", *relu_net(rng, 4, (12,) * 21)[:2]),
        "a sample of zeros": case("relu", zeros, Ws),
        "z far from 0": case("sigmoid", far, single),
    }


def shares_of_out(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return the sum of dWs[0] * Ws[0] for a ReLU net: nothing for other nets.

    Without biases ReLU layers are homogeneous: gradient times activation adds up to
    the same number at every layer.
    """
    products = values["dWs[0]"] * inputs["W0"]
    return products.sum() if inputs["act"] == "relu" else np.zeros(0)


PLAIN_FORWARD_BACKWARD = Task(
    name="plain_forward_backward",
    exercise="01_plain_networks",
    signature="plain_forward_backward(x, Ws, act, dout)",
    summary="Send x through a plain net and the gradient back; measure its length.",
    draw=draw,
    probe=probes.forward_backward,
    reference=plain_forward_backward,
    criteria=[
        Criterion(
            "`out` has the shape of `dout`, each `dWs[l]` that of `Ws[l]`, and there "
            "are L + 1 numbers in `lengths`.",
            ["ReLU"],
            ["out", *EACH_DW, "lengths"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`out` is what the last layer puts out: ReLU, tanh or sigmoid after every "
            "matrix.",
            ["ReLU", "tanh", "sigmoid", "as many samples as features"],
            ["out"],
            points=1,
            advice="Each layer is g(a @ W), the last one too.",
        ),
        Criterion(
            "`dWs` are the gradients with respect to the matrices.",
            ["ReLU", "tanh", "sigmoid", "as many samples as features"],
            EACH_DW,
            points=3,
            advice="dWs[l] is the layer's input, transposed, times dz: the gradient "
            "at z, after the slope.",
        ),
        Criterion(
            "`lengths` are the lengths of the gradient at the input, after each layer "
            "and at the output.",
            ["ReLU", "tanh", "sigmoid", "as many samples as features"],
            ["lengths"],
            points=3,
            advice="The length is the root of the sum of squares of all entries of "
            "one gradient.",
        ),
        Criterion(
            "Other nets work: 1 layer, 20 layers, a sample of zeros (ReLU's slope at "
            "0 is 0), and z far from 0.",
            [
                "one layer",
                "20 layers",
                "a sample of zeros",
                "z far from 0",
            ],
            ["out", "lengths"],
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `x`, `Ws` and `dout` stay as they were, and a "
            "second call gives the same result.",
            ["ReLU"],
            [*SIDE_EFFECTS],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`delta *= slope` changes the caller's `dout`: write "
            "`delta = delta * slope`.",
        ),
    ],
    mistakes=[*MISTAKES, *LENGTHS, *SLIPS],
    invariants=[
        Invariant(
            "The last of the lengths should be the length of dout",
            lambda inputs, values: np.asarray(values["lengths"])[-1],
        ),
        Invariant(
            "In a ReLU net without biases the sum of dWs[0] * Ws[0] should be that of "
            "dout * out",
            shares_of_out,
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "The gradient arrives at the output of a layer. What does it meet first on "
        "its way back: the matrix or the activation function? And which numbers of "
        "the forward pass does it need there?",
        "Keep every activation in a list, x first. Then walk from the last layer to "
        "the first. In each: multiply by the slope g'(z), which you can tell from "
        "a = g(z) (for tanh it is 1 - a squared, for sigmoid a times 1 - a); that is "
        "dz. The layer's input and dz make its dW; dz and the matrix, transposed, make "
        "the gradient one layer further back. Measure a length before the loop and "
        "after every layer.",
        "Fill in the gaps.\n"
        "    a = [x]\n"
        "    for W in Ws:\n"
        "        a.append(...)\n"
        "    delta = dout                    # and its length\n"
        "    for l in ...:                   # from the last layer to the first\n"
        "        dz = ...                    # delta and the slope at a[l + 1]\n"
        "        ...                         # dW from a[l] and dz\n"
        "        delta = ...                 # dz and Ws[l], and its length\n"
        "    return ..., ..., ...            # both lists from the first layer on",
    ),
    minutes=20,
    difficulty=2,
    importance=3,
)
