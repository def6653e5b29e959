"""The task `BatchNorm1d`: its cases, criteria, laws and hints."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.batch_norm.draws import FORBIDDEN, variances
from coursekit.autograders.batch_norm.module_mistakes import MISTAKES
from coursekit.autograders.batch_norm.module_slips import SLIPS
from coursekit.autograders.layer_norm.draws import features, scales
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm as probes

#: Sums over 10 numbers of size 10 in float64 are good to about 1e-14, gradients and
#: three updates add as much again; the smallest mistake (another default) is 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Numbers near 1e7 are 2e-9 apart in float64, so that y, made of differences from the
#: mean, is good to about 1e-8; a variance in one pass is off by about 1e-2.
LARGE = {"rtol": 1e-6, "atol": 1e-6}

EVALUATED = "y in evaluation"
STATE = ["running_mean", "running_var"]
AFTER = [f"{name} after evaluation" for name in STATE]
KEPT = "what the running statistics keep"
TORCHS = "torch's y with your state_dict"
GRADIENTS = [f"the gradient of {name}" for name in ("x", "weight", "bias")]


def reference(num_features: int, **options: float) -> Any:
    """Make the course's own layer; torch is loaded only when it is asked for."""
    from coursekit.nets import BatchNorm1d

    return BatchNorm1d(num_features, **options)


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: N = 5 is not C = 3, eps = 0.1, and momentum = 0.7 is not 0.3."""

    def given(c: int) -> dict[str, np.ndarray]:
        return {
            "weight": scales(rng, c),
            "bias": scales(rng, c),
            "mean": features(rng, 2, c)[0],
            "var": variances(rng, c),
        }

    def case(room: Mapping = ROUNDING, **inputs: object) -> Case:
        letters = "N C" if inputs["x"].ndim == 2 else "N C L"
        many = ["y", EVALUATED, TORCHS, "the gradient of x", "batch 1 afterwards"]
        one = [*STATE, *AFTER, *GRADIENTS[1:]]
        axes = {**dict.fromkeys(many, letters), **dict.fromkeys(one, "C")}
        return Case(inputs, axes=axes, **room)

    def gradient(x: np.ndarray) -> np.ndarray:
        return rng.normal(size=x.shape)

    state = given(3)
    usual = {**state, "momentum": 0.7, "eps": 0.1}
    square = {**given(4), "momentum": 0.7, "eps": 0.1}
    # nothing but the statistics counts here: a slip with eps or weight has cost already
    bare = {"weight": np.ones(3), "bias": np.zeros(3), "momentum": 0.7, "eps": 0.0}
    fresh = {"mean": np.zeros(3), "var": np.ones(3)}
    small = {**state, "mean": 0.01 * state["mean"], "var": 1e-4 * state["var"]}
    x, four = features(rng, 5, 3), features(rng, 4, 4)
    # (N, C, L) with features along axis 1: L = 4 is neither N = 2 nor C = 3
    songs = [np.moveaxis(features(rng, 2, 4, 3), 2, 1).copy() for _ in range(2)]
    batches = {
        f"batch {at}": features(rng, n, 3) for at, n in enumerate((5, 7, 4), start=1)
    }
    hard = 1e7 + rng.normal(size=(5, 3))
    constant = x.copy()
    constant[:, 1] = 5.0
    return {
        "a new layer": case(x=x, **usual, new=True),
        "one step of training": case(x=x, **usual, dy=gradient(x)),
        "as many samples as features": case(x=four, **square, dy=gradient(four)),
        # variances near 1e-4, so that a default other than 1e-5 shows
        "momentum and eps left out": case(x=0.01 * x, **small),
        "training under no_grad": case(x=x, **usual, no_grad=True),
        "three steps, then evaluation": case(
            x=x[:1], **fresh, **bare, **batches, state=True
        ),
        "evaluation of a loaded state": case(x=x, **usual, state=True, evaluate=True),
        "two layers": case(x=x, **usual, **{"batch 1": x}, state=True, twin=True),
        "x of shape (N, C, L)": case(x=songs[0], **usual),
        "(N, C, L) in evaluation": case(x=songs[1], **usual, evaluate=True),
        "a constant feature": case(x=constant, **usual),
        "a mean of 10 million": case(LARGE, x=hard, **usual),
        "x is a transposed view": case(x=x, **usual, layout="transposed"),
    }


def standardized(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return y of a training step before weight and bias, features last."""
    y = np.moveaxis(values["y"], 1, -1)
    return ((y - inputs["bias"]) / inputs["weight"]).reshape(-1, y.shape[-1])


BATCH_NORM_1D = Task(
    name="BatchNorm1d",
    exercise="05_batch_norm",
    signature="BatchNorm1d(num_features, eps=1e-5, momentum=0.1)",
    summary="Write batch norm as a torch module that loads, saves and evaluates.",
    draw=draw,
    probe=probes.module,
    reference=reference,
    criteria=[
        Criterion(
            "`y` has the shape and the dtype of x; `running_mean` and `running_var` "
            "stay tensors of shape (num_features,).",
            ["one step of training"],
            ["y", *STATE],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`weight` and `bias` are parameters, `running_mean` and `running_var` are "
            "buffers, with these names; weight and variance start at 1, the others "
            "at 0.",
            ["a new layer"],
            ["the parameters", "the running statistics", "the start"],
            points=2,
            advice="`nn.Parameter(...)` for what learns, `self.register_buffer(name, "
            "...)` for what is only kept.",
        ),
        Criterion(
            "In training y and the gradients of x, weight and bias are those of batch "
            "norm.",
            [
                "one step of training",
                "as many samples as features",
            ],
            ["y", *GRADIENTS],
            points=3,
            advice="Compare mean, variance, eps, weight and bias with the formula, one "
            "at a time; let the gradient through mean and variance.",
        ),
        Criterion(
            "Training moves the running statistics, `.eval()` uses them and leaves "
            "them alone, and torch's own layer can load them.",
            [
                "three steps, then evaluation",
                "evaluation of a loaded state",
            ],
            [*STATE, EVALUATED, *AFTER, TORCHS],
            points=3,
            advice="new = (1 - momentum) * old + momentum * batch, with the variance "
            "divided by n - 1, in training only.",
        ),
        Criterion(
            "Other inputs work: (N, C, L) in both modes, default settings, "
            "`torch.no_grad()`, a constant feature, a mean of 10 million, views.",
            [
                "x of shape (N, C, L)",
                "(N, C, L) in evaluation",
                "momentum and eps left out",
                "training under no_grad",
                "a constant feature",
                "a mean of 10 million",
                "x is a transposed view",
            ],
            ["y", *STATE],
            points=2,
        ),
        Criterion(
            "A call leaves no trace: x stays as it was, the running statistics keep no "
            "graph, and a second layer's training does not touch them.",
            ["two layers"],
            ["batch 1 afterwards", KEPT, *STATE],
            points=1,
            reasons={"batch 1 afterwards": Reason.MUTATED_INPUT},
            advice="Write `x = x - mean` for `x -= mean`, detach what you remember, "
            "and make every tensor in `__init__`.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS],
    invariants=[
        Invariant(
            "Before weight and bias, every feature of y should have mean 0",
            lambda inputs, values: standardized(inputs, values).mean(0),
        ),
        Invariant(
            "Before weight and bias, every feature of y should have the variance "
            "var / (var + eps)",
            lambda inputs, values: standardized(inputs, values).var(0),
        ),
        Invariant(
            "In training every feature of the gradient of x should sum to 0",
            lambda inputs, values: (
                np.moveaxis(values[GRADIENTS[0]], 1, -1)
                .reshape(-1, len(inputs["weight"]))
                .sum(0)
            ),
        ),
    ],
    forbidden=FORBIDDEN,
    torch=True,
    hints=(
        "Of the four tensors, which two should an optimizer change? And the other two: "
        "who changes them, who has to save them, and should a gradient ever flow into "
        "them?",
        "Parameters for what learns, `register_buffer` for what is kept: then "
        "`state_dict`, `.double()` and `.to(...)` see all four. The mode is in "
        "`self.training`, which `.train()` and `.eval()` set; `torch.no_grad()` says "
        "nothing about it. Put the features last with `x.movedim(1, -1)`, and every "
        "shape lines up.",
        "Fill in the gaps.\n"
        "    self.weight = nn.Parameter(...)\n"
        "    self.register_buffer(..., ...)         # twice\n"
        "    ...\n"
        "    x = x.movedim(1, -1)\n"
        "    mean, var = ...                        # the buffers\n"
        "    if self.training:\n"
        "        mean, var = ...                    # of the batch, divided by n\n"
        "        self.running_mean += ...           # detached\n"
        "        self.running_var += ...            # divided by n - 1, detached\n"
        "    y = ...\n"
        "    return y.movedim(-1, 1)",
    ),
    minutes=20,
    difficulty=3,
    importance=4,
)
