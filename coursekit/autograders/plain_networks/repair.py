"""The task `repaired_step`: find the bug that kills a ReLU net and looks like depth."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.plain_networks.draws import (
    FORBIDDEN,
    as_inputs,
    net_inputs,
    relu_net,
)
from coursekit.autograders.plain_networks.nets import repaired_step
from coursekit.autograders.plain_networks.repair_mistakes import MISTAKES, THE_BUG
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import plain_networks as probes

#: As in the first task: sums over at most 8 products, good to about 1e-14.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Twenty steps hand rounding errors on, each step at most a few times larger: 1e-15
#: becomes less than 1e-9, unless a z comes that close to 0, which it does not.
TRAINED = {"rtol": 1e-6, "atol": 1e-8}

WIDTHS = (5, 7, 6, 3)
NEW_WS = [f"new_Ws[{at}]" for at in range(3)]
NEW_BS = [f"new_bs[{at}]" for at in range(3)]
AXES = dict.fromkeys(NEW_WS, "n_in n_out") | dict.fromkeys(NEW_BS, "n_out")
SIDE_EFFECTS = {
    **{f"{name} afterwards": Reason.MUTATED_INPUT for name in ("x", "dout")},
    **{f"{name} afterwards": Reason.MUTATED_INPUT for name in ("Ws", "bs")},
    probes.AGAIN: Reason.NON_DETERMINISTIC,
}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw ReLU nets with biases, and gradients or targets for their outputs."""

    def case(samples: int, widths: tuple, **inputs: object) -> Case:
        x, Ws, bs = relu_net(rng, samples, widths, bias=0.3)
        dout = rng.normal(size=(samples, widths[-1])) + 0.5
        net = net_inputs(x, Ws, **as_inputs("b", bs), dout=dout, lr=0.2, **inputs)
        return Case(net, axes=AXES, **ROUNDING)

    return {
        "three layers": case(4, WIDTHS, twice=True),
        "as many samples as units": case(5, (5,) * 4),
        "one sample": case(1, WIDTHS),
        "20 steps": Case(training(rng), axes={probes.ACTIVITY: "layer"}, **TRAINED),
    }


def training(rng: np.random.Generator) -> Mapping[str, object]:
    """Draw a training that right steps survive and in which the bug kills a layer."""

    def activity(step: Callable) -> np.ndarray:
        return probes.training(step, inputs)[probes.ACTIVITY]

    while True:
        x, Ws, bs = relu_net(rng, 16, (6, 8, 8, 8, 8), bias=0.1)
        target = rng.uniform(0.0, 0.3, size=(16, 8))
        inputs = net_inputs(
            x, Ws, **as_inputs("b", bs), target=target, lr=0.3, steps=20
        )
        if (activity(repaired_step) > 0).all() and (activity(THE_BUG) == 0).any():
            return inputs


REPAIRED_STEP = Task(
    name="repaired_step",
    exercise="01_plain_networks",
    signature="repaired_step(x, Ws, bs, dout, lr)",
    summary="Repair the step of gradient descent that kills a ReLU net.",
    draw=draw,
    probe=probes.step,
    reference=repaired_step,
    criteria=[
        Criterion(
            "Every new matrix and every new bias has the shape of the old one.",
            ["three layers"],
            [*NEW_WS, *NEW_BS],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Every bias moves by its own gradient: the mean over the samples of dz at "
            "its unit.",
            ["three layers", "as many samples as units", "one sample"],
            NEW_BS,
            points=3,
            advice="A bias belongs to one unit. Which entries of dz, of shape "
            "(N, n_out), belong to that unit?",
        ),
        Criterion(
            "Every matrix moves as it did before: that part was right.",
            ["three layers", "as many samples as units", "one sample"],
            NEW_WS,
            points=1,
            advice="Change only what is wrong: the sum a.T @ dz divided by N is the "
            "mean over the samples.",
        ),
        Criterion(
            "After 20 steps every layer is as active as right steps leave it; a dead "
            "layer has the mean activation 0.",
            ["20 steps"],
            [probes.ACTIVITY],
            points=2,
            advice="If the first step is right, so are twenty.",
        ),
        Criterion(
            "A call leaves no trace: the arguments stay as they were, and a second "
            "call gives the same biases.",
            ["three layers"],
            [*SIDE_EFFECTS],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`b -= ...` changes the caller's array: write `b = b - ...`.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "The biases of the last layer should go down by lr times the mean of dz "
            "over the samples",
            lambda inputs, values: inputs["b2"] - values["new_bs[2]"],
        ),
    ],
    forbidden=FORBIDDEN,
    hints=(
        "Print the biases of one layer after one broken step. By how much did each "
        "move, and what is odd about these numbers?",
        "The gradient of a bias has one entry for each unit, like the bias. dz has the "
        "shape (N, n_out): one axis has to go, the other has to stay. NumPy subtracts "
        "a single number from all biases without a word, and so a whole layer sinks "
        "below 0 together.",
        "Fill in the gaps.\n"
        "    for l in ...:                   # from the last layer to the first\n"
        "        dz = ...                    # as in the first task, with ReLU\n"
        "        dW = ... / len(x)\n"
        "        db = dz.mean(axis=...)      # as long as bs[l]\n"
        "        delta = ...                 # through the old Ws[l]\n"
        "    return ..., ...                 # two lists of new arrays",
    ),
    minutes=15,
    difficulty=3,
    importance=4,
)
