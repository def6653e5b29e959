"""The task `PreNormBlock`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.normalized_residual_networks.draws import features, scales
from coursekit.autograders.normalized_residual_networks.module_mistakes import (
    MISTAKES,
    made_by,
)
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import normalized_residual_networks as probes

#: Blocks are made float64: sums over at most 7 numbers of size 10 are good to 1e-13.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Numbers near 1e3, of which layer norm takes differences: good to about 1e-12.
FAR = {"rtol": 1e-8, "atol": 1e-8}

AGAIN = probes.AGAIN
EVALUATED = "the change in evaluation mode"
GRADIENTS = [f"the gradient of {name}" for name in probes.PARAMETERS]
AXES = {
    1: {"out": "d"},
    2: {"out": "N d", "the gradient of x": "N d"},
    3: {"out": "B T d"},
}
SIDE_EFFECTS = {
    "x afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}


def weights(rng: np.random.Generator, d: int, hidden: int) -> dict[str, np.ndarray]:
    """Draw the parameters of a block, those of the norm of both signs."""
    return {
        "norm.weight": scales(rng, d),
        "norm.bias": scales(rng, d),
        "linear1.weight": rng.normal(size=(hidden, d)) * np.sqrt(2 / d),
        "linear1.bias": scales(rng, hidden),
        "linear2.weight": rng.normal(size=(d, hidden)) * np.sqrt(2 / hidden),
        "linear2.bias": scales(rng, d),
    }


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw blocks for 5 features, with 7 inside and with 5 inside."""
    sizes, equal = {"d": 5, "hidden": 7}, {"d": 5, "hidden": 5}
    wide, narrow = weights(rng, **sizes), weights(rng, **equal)
    silent = {
        name: np.zeros_like(array) if name.startswith("linear2") else array
        for name, array in wide.items()
    }
    x = features(rng, 4, 5)

    def case(x: np.ndarray, room: Mapping = ROUNDING, **inputs: object) -> Case:
        given = {**sizes, **wide, "x": x, **inputs}
        return Case(given, axes=AXES[x.ndim], **room)

    return {
        "the layers, 7 inside": Case(sizes, **ROUNDING),
        "the layers, 5 inside": Case(equal, **ROUNDING),
        "vectors": case(x),
        "5 inside": case(x, **equal, **narrow),
        "sequences": case(features(rng, 2, 3, 5)),
        "one vector": case(x[0]),
        "a branch of zeros": case(x, **silent),
        "a trunk near 1000": case(1000 + 30 * features(rng, 4, 5), FAR),
        "gradients": case(x, dout=rng.normal(size=(4, 5))),
        "beside another block": case(x, twin=True),
    }


PRE_NORM_BLOCK = Task(
    name="PreNormBlock",
    exercise="08_normalized_residual_networks",
    signature="PreNormBlock(d, hidden)",
    summary="Write the Pre-LN residual block as a torch module.",
    draw=draw,
    probe=probes.block,
    reference=made_by("Reference"),
    criteria=[
        Criterion(
            "A block can be called, and its output has the shape and the dtype of its "
            "input.",
            ["vectors", "sequences"],
            ["out"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "The parameters are those of norm, linear1 and linear2, with the names and "
            "shapes on the card.",
            ["the layers, 7 inside", "the layers, 5 inside"],
            ["the parameters", "the number of parameters"],
            points=2,
            advice="Make `self.norm`, `self.linear1` and `self.linear2` in `__init__`, "
            "with the widths on the card.",
        ),
        Criterion(
            "The output is x + linear2(relu(linear1(norm(x)))), for vectors, sequences "
            "and a single vector, in training and in evaluation.",
            ["vectors", "5 inside", "sequences", "one vector"],
            ["out", EVALUATED],
            points=3,
            advice="Compute the branch and the sum one after the other, and compare "
            "each with the card.",
        ),
        Criterion(
            "No norm touches the trunk: with linear2 at 0 the block gives x itself, "
            "and a large x comes through at its size.",
            ["a branch of zeros", "a trunk near 1000"],
            ["out"],
            points=2,
            advice="Only the branch reads norm(x); what is added is x as it came.",
        ),
        Criterion(
            "Gradients come back through the trunk and the branch, and from the start "
            "training moves every parameter.",
            ["gradients"],
            ["the gradient of x", *GRADIENTS, probes.LEARNED],
            points=2,
            advice="Use torch's operations all the way from x to the output, without "
            "`detach`, `.data` or NumPy.",
        ),
        Criterion(
            "A call leaves no trace: `x` stays as it was, a second call gives the "
            "same, and another block of these widths changes nothing.",
            ["vectors", "beside another block"],
            ["x afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`x += z` changes the caller's tensor. Keep nothing outside `self`, "
            "and draw no random numbers in `forward`.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            "Out less x should be the branch alone, first of all",
            lambda inputs, values: (values["out"] - inputs["x"]).ravel()[:1],
        ),
    ],
    forbidden=("coursekit.reference", "coursekit.nets"),
    hints=(
        "Set linear2 to 0. What should the block give for x = [1, 2, 6], and what does "
        "yours give? How often does `norm` stand between x and the output on the way "
        "along the trunk?",
        "Three layers are made in `__init__`: a layer norm over d features and two "
        "linear layers, the first to `hidden`, the second back to d. In `forward` the "
        "branch starts with the norm; the trunk carries x itself to the sum, and "
        "nothing follows.",
        "Fill in the gaps.\n"
        "    # in __init__\n"
        "    self.norm = ...\n"
        "    self.linear1 = nn.Linear(..., ...)\n"
        "    self.linear2 = nn.Linear(..., ...)\n"
        "    # in forward\n"
        "    inside = torch.relu(...)         # starts from the normalized x\n"
        "    return ... + ...",
    ),
    minutes=20,
    difficulty=3,
    importance=5,
    torch=True,
)
