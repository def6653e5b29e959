"""The task `predict_gain`: its cases, criteria and hints."""

import numpy as np

from coursekit.autograders.plain_networks.draws import FORBIDDEN
from coursekit.autograders.plain_networks.gain_mistakes import LEFT_OUT, MISTAKES
from coursekit.autograders.plain_networks.nets import predict_gain
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import plain_networks as probes

#: Roots and quotients of float64 are good to 1e-15. The room up to 1e-6 is for a mean
#: that was worked out on a fine grid; the smallest mistake, the default slope of 0.01
#: left out of leaky_relu, moves the gain by 7e-5.
ROUNDING = {"rtol": 1e-6, "atol": 0.0}

KINDS = ("identity", "relu", "tanh", "sigmoid")
LEAKY = ["slopes of many sizes", "slopes 0 and 1", LEFT_OUT]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw slopes of leaky_relu of either sign, none near 0, 1 or -1.

    With -1 some wrong formulas divide by 0, and would not be known by their values.
    """
    slopes = np.array(
        [
            rng.uniform(0.15, 0.45),
            rng.uniform(0.5, 0.85),
            rng.uniform(-0.8, -0.2),
            rng.uniform(1.3, 2.0),
        ]
    )
    leaky = {"act": "leaky_relu"}
    return {kind: Case({"act": kind}, **ROUNDING) for kind in KINDS} | {
        LEAKY[0]: Case({**leaky, "slopes": slopes}, axes={"gain": "slope"}, **ROUNDING),
        LEAKY[1]: Case(
            {**leaky, "slopes": np.array([0.0, 1.0])},
            axes={"gain": "slope"},
            **ROUNDING,
        ),
        LEAKY[2]: Case(leaky, **ROUNDING),
    }


PREDICT_GAIN = Task(
    name="predict_gain",
    exercise="01_plain_networks",
    signature="predict_gain(act, slope=0.01)",
    summary="Say which gain keeps the gradient's length from layer to layer.",
    draw=draw,
    probe=probes.gain,
    reference=predict_gain,
    criteria=[
        Criterion(
            "The gain is one number for every activation function on the card.",
            [*KINDS, *LEAKY],
            ["gain"],
            points=1,
            form_only=True,
        ),
        Criterion(
            "`identity` and `relu`: all slopes are 1, and half of them are.",
            ["identity", "relu"],
            ["gain"],
            points=1,
            advice="Write down the slopes on both sides of 0, square them, take the "
            "mean.",
        ),
        Criterion(
            "`leaky_relu` with any slope; with slope 0 it is relu, with slope 1 the "
            "identity.",
            LEAKY,
            ["gain"],
            points=2,
            advice="Half of the slopes are 1 and half are `slope`: take the mean of "
            "their squares.",
        ),
        Criterion(
            "`tanh` and `sigmoid` near z = 0, where each has one slope.",
            ["tanh", "sigmoid"],
            ["gain"],
            points=1,
            advice="What are the slopes of tanh and of sigmoid at z = 0?",
        ),
    ],
    mistakes=MISTAKES,
    forbidden=FORBIDDEN,
    hints=(
        "By what is the squared length of a gradient multiplied on its way through one "
        "layer, if the weights have the variance c^2 / n? And for which c is that 1?",
        "The factor is c^2 times the mean of g'(z)^2. z is positive half of the time, "
        "so for functions with a kink the mean has two terms of equal weight; near 0 "
        "the curved ones have a single slope, and the mean is its square. Solve for c.",
        "Fill in the gaps.\n"
        "    squares = {                       # means of g'(z)^2\n"
        "        'identity': ..., 'relu': ..., 'leaky_relu': ...,\n"
        "        'tanh': ..., 'sigmoid': ...,  # at z = 0\n"
        "    }\n"
        "    return ...                        # from squares[act]",
    ),
    minutes=10,
    difficulty=2,
    importance=4,
)
