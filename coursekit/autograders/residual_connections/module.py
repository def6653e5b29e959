"""The task `ResidualBlock`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.residual_connections.draws import (
    Block,
    block,
    layers,
    projected_block,
    vectors,
)
from coursekit.autograders.residual_connections.module_mistakes import (
    MISTAKES,
    made_by,
)
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import residual_connections as probes

#: Blocks are made float64, so it is as for the functions: good to about 1e-13.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}

AGAIN = probes.AGAIN
GRADIENTS = [
    "the gradient of a",
    *(f"the gradient of {name}" for name in probes.PARAMETERS[:4]),
]
AXES = {"out": "N d_out", "a afterwards": "N d_in", "the gradient of a": "N d_in"}
SIDE_EFFECTS = {
    "a afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}
SIZES = {"4 to 4": (4, 4), "4 to 6": (4, 6), "4 to 1": (4, 1)}


def as_torch(drawn: Block) -> Block:
    """Return a drawn block's numbers under the names of torch's parameters."""
    names = {"W1": "linear1.weight", "W2": "linear2.weight", "Ws": "shortcut.weight"}
    weights = {
        names[name]: np.ascontiguousarray(drawn[name].T)
        for name in names
        if name in drawn
    }
    biases = {"linear1.bias": drawn["b1"], "linear2.bias": drawn["b2"]}
    return {"a": drawn["a"], **weights, **biases}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw blocks that keep their width and blocks that change it, N = 7 samples."""

    def case(size: str, mode: str, **inputs: object) -> Case:
        d_in, d_out = SIZES[size]
        given = {"d_in": d_in, "d_out": d_out, "mode": mode, **inputs}
        return Case(given, axes=AXES, **ROUNDING)

    same = as_torch(block(rng, 7, 4, 4))
    wider = as_torch(projected_block(rng, 7, 4, 6))
    narrow = {
        "a": vectors(rng, 7, 4),
        **layers(rng, 4, 1, 1),
        "Ws": rng.normal(size=(4, 1)),
    }
    single = as_torch(narrow)
    dout, wide_dout = rng.normal(size=(7, 4)), rng.normal(size=(7, 6))
    return {
        "the layers, from 4 to 4": case("4 to 4", "post"),
        "the layers, from 4 to 6": case("4 to 6", "pre"),
        "post, from 4 to 4": case("4 to 4", "post", **same),
        "post, from 4 to 6": case("4 to 6", "post", **wider),
        "post, from 4 to 1": case("4 to 1", "post", **single),
        "pre, from 4 to 4": case("4 to 4", "pre", **same),
        "pre, from 4 to 6": case("4 to 6", "pre", **wider),
        "gradients, post, from 4 to 4": case("4 to 4", "post", **same, dout=dout),
        "gradients, pre, from 4 to 6": case("4 to 6", "pre", **wider, dout=wide_dout),
        "beside another block": case("4 to 4", "post", **same, twin=True),
    }


def first_z(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return out - shortcut(a) at the first entry where the right out is above 0."""
    a, weights = inputs["a"], (inputs["linear1.weight"], inputs["linear2.weight"])
    skip = a @ inputs["shortcut.weight"].T if "shortcut.weight" in inputs else a
    given = np.maximum(a, 0) if inputs["mode"] == "pre" else a
    inner = np.maximum(given @ weights[0].T + inputs["linear1.bias"], 0)
    z = inner @ weights[1].T + inputs["linear2.bias"]
    return (values["out"] - skip)[z + skip > 0][:1]


RESIDUAL_BLOCK = Task(
    name="ResidualBlock",
    exercise="02_residual_connections",
    signature="ResidualBlock(d_in, d_out, *, mode)",
    summary="Write the residual block as a torch module, in both forms.",
    draw=draw,
    probe=probes.module,
    reference=made_by("Reference"),
    criteria=[
        Criterion(
            "A block can be called, and its output has the shape `(N, d_out)` and the "
            "dtype of its input.",
            ["post, from 4 to 4", "pre, from 4 to 6", "post, from 4 to 1"],
            ["out"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "The parameters are those of linear1 and linear2, and a matrix on the "
            "skip path only where the widths differ.",
            ["the layers, from 4 to 4", "the layers, from 4 to 6"],
            ["the parameters", "the number of parameters"],
            points=2,
            advice="Make `self.linear1`, `self.linear2` and `self.shortcut` in "
            "`__init__`, with the widths on the card.",
        ),
        Criterion(
            'With `mode="post"` the output is relu(z + shortcut(a)).',
            ["post, from 4 to 4", "post, from 4 to 6", "post, from 4 to 1"],
            ["out"],
            points=3,
            advice="z is linear2(relu(linear1(a))). Compare the two paths with the "
            "card, one at a time.",
        ),
        Criterion(
            'With `mode="pre"` the output is z + shortcut(a), and the activations are '
            "in the branch.",
            ["pre, from 4 to 4", "pre, from 4 to 6"],
            ["out"],
            points=3,
            advice="z is linear2(relu(linear1(relu(a)))), and nothing follows the sum.",
        ),
        Criterion(
            "Gradients come back through both paths, and from the start training moves "
            "every layer.",
            ["gradients, post, from 4 to 4", "gradients, pre, from 4 to 6"],
            [*GRADIENTS, probes.LEARNED],
            points=2,
            advice="Use torch's operations all the way from a to the output, without "
            "`detach`, `.data` or NumPy.",
        ),
        Criterion(
            "A call leaves no trace: `a` stays as it was, a second call gives the "
            "same, and another block of these widths changes nothing.",
            ["post, from 4 to 4", "pre, from 4 to 4", "beside another block"],
            ["a afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="`s += z` changes the caller's tensor where the shortcut is the "
            "identity. Keep nothing outside `self`, and draw no random numbers in "
            "`forward`.",
        ),
    ],
    mistakes=MISTAKES,
    invariants=[
        Invariant(
            'In "post" the number of negative entries of out should be 0',
            lambda inputs, values: (
                (values["out"] < 0).sum() if inputs["mode"] == "post" else np.int64(0)
            ),
        ),
        Invariant(
            "out less shortcut(a) should be z where out is above 0, first of all",
            first_z,
        ),
    ],
    forbidden=("coursekit.reference", "coursekit.nets"),
    hints=(
        'With all weights 0, what should the block give for a = [2, -3], in "post" '
        'and in "pre"? And what does the skip path need when a has 4 features and z '
        "has 6?",
        "Make the layers once, in `__init__`: two linear layers with bias for the "
        "branch, and for the skip path `nn.Identity()` or a linear layer without bias. "
        "In `forward` the two modes differ in two places: whether a goes through ReLU "
        "on its way into the branch, and whether the sum goes through ReLU. The skip "
        "path gets a itself in both.",
        "Fill in the gaps.\n"
        "    # in __init__\n"
        "    self.linear1 = nn.Linear(..., ...)\n"
        "    self.linear2 = nn.Linear(..., ...)\n"
        "    self.shortcut = ... if d_in == d_out else ...\n"
        "    # in forward\n"
        "    inner = a if ... else ...\n"
        "    z = ...                          # linear1, ReLU, linear2\n"
        "    s = z + ...\n"
        "    return ...",
    ),
    minutes=25,
    difficulty=3,
    importance=5,
    torch=True,
)
