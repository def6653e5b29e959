"""The task `predict_gain`: its cases, criteria and mistakes."""

from collections.abc import Callable

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.draws import FORBIDDEN
from coursekit.autograders.plain_networks.nets import mean_square_slope, predict_gain
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import plain_networks as probes

#: Roots and quotients of float64 are good to 1e-15. The room up to 1e-6 is for a mean
#: that was worked out on a fine grid; the smallest mistake, the default slope of 0.01
#: left out of leaky_relu, moves the gain by 7e-5.
ROUNDING = {"rtol": 1e-6, "atol": 0.0}

KINDS = ("identity", "relu", "tanh", "sigmoid")
LEAKY = ["slopes of many sizes", "slopes 0, 1 and -1", "slope left out"]
MISTAKES = Catalogue()


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw slopes of leaky_relu of either sign, none near 0, 1 or -1."""
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
            {**leaky, "slopes": np.array([0.0, 1.0, -1.0])},
            axes={"gain": "slope"},
            **ROUNDING,
        ),
        LEAKY[2]: Case(leaky, **ROUNDING),
    }


def instead(act: str, gain: float) -> Callable:
    """Return an answer that is right but for one activation function."""
    return lambda given, slope=0.01: (
        gain if given == act else predict_gain(given, slope)
    )


def leaky(gain: Callable) -> Callable:
    """Return an answer that is right but for leaky_relu, where it is gain(slope)."""

    def answer(act, slope=0.01):
        if act != "leaky_relu":
            return predict_gain(act, slope)
        with np.errstate(all="ignore"):
            return gain(np.float64(slope))

    return answer


def mean_slope(act, slope):
    """Return E[g'(z)], the mean without the square."""
    table = {"relu": 0.5, "sigmoid": 0.25, "leaky_relu": (1 + slope) / 2}
    return np.float64(table.get(act, 1.0))


@MISTAKES.add(
    "the factor instead of the gain",
    "You return by how much a layer of gain 1 multiplies the gradient's length. The "
    "gain has to make up for that: it is 1 divided by the factor.",
)
def _factor(act, slope=0.01):
    return mean_square_slope(act, slope) ** 0.5


@MISTAKES.add(
    "the gain squared",
    "You return c^2: 1 divided by the mean square of the slope. The weights have the "
    "variance c^2 / n, so the gain c is the root of it.",
)
def _squared(act, slope=0.01):
    return 1 / mean_square_slope(act, slope)


@MISTAKES.add(
    "slope not squared",
    "You take the root of the mean slope. The squared length is multiplied by the "
    "*square* of each slope: average g'(z)^2. For ReLU the two are the same, since its "
    "slopes are 0 and 1.",
)
def _root_of_mean(act, slope=0.01):
    with np.errstate(all="ignore"):
        return mean_slope(act, slope) ** -0.5


@MISTAKES.add(
    "mean slope for the root mean square",
    "You divide by the mean slope. What counts is the mean of the slopes' squares, and "
    "then the root: for ReLU half of the squares are 1, which gives the root of 2 and "
    "not 2.",
)
def _inverse_mean(act, slope=0.01):
    with np.errstate(all="ignore"):
        return 1 / mean_slope(act, slope)


@MISTAKES.add(
    "the half forgotten",
    "You add up the squares of both sides of the kink. z falls on each side half of "
    "the time: take the mean, with a factor of one half.",
)
def _no_half(act, slope=0.01):
    table = {"relu": 1.0, "leaky_relu": (1 + slope**2) ** -0.5}
    return table.get(act, predict_gain(act, slope))


MISTAKES.add(
    "leaky_relu like relu",
    "You give leaky_relu the root of 2, as if nothing came through where z is "
    "negative. There its slope is `slope`, and its square counts for half of the "
    "entries.",
)(leaky(lambda slope: 2**0.5))

MISTAKES.add(
    "root over the 2 only",
    "In leaky_relu's gain the root ends too early: sqrt(2) / (1 + slope^2) for "
    "sqrt(2 / (1 + slope^2)). Put the whole quotient under the root.",
)(leaky(lambda slope: 2**0.5 / (1 + slope**2)))

MISTAKES.add(
    "root of 2 over 1 + slope",
    "For leaky_relu you divide the root of 2 by 1 + slope. A mean square is the mean "
    "of the two squares, (1 + slope^2) / 2: square the slope, and put the sum under "
    "the root as well.",
)(leaky(lambda slope: 2**0.5 / (1 + slope)))

MISTAKES.add(
    "the argument slope not used",
    "For leaky_relu you always return the gain of one slope, 0.01. That is only the "
    "default: use the argument.",
)(leaky(lambda slope: (2 / (1 + 0.01**2)) ** 0.5))


@MISTAKES.add(
    "another default for slope",
    "With slope given, leaky_relu's gain is right; with slope left out it is not. The "
    "card's default is 0.01, as torch has it; other libraries take 0.2 or 0.3.",
    shows=lambda wrong: {case for case, _ in wrong} == {LEAKY[2]},
)
def _other_default(act, slope=0.3):
    return predict_gain(act, slope)


@MISTAKES.add(
    "He's gain for everything",
    "You return the root of 2 whatever the activation function. It makes up for the "
    "half that ReLU cuts away; where nothing is cut, or more, another gain is needed.",
)
def _always_he(act, slope=0.01):
    return 2**0.5


@MISTAKES.add(
    "gain 1 for everything",
    "Gain 1 keeps the length through the matrix alone. The slopes of the activation "
    "function shorten it further: c must make up for them.",
)
def _always_one(act, slope=0.01):
    return 1.0


@MISTAKES.add(
    "torch's table of gains",
    "5/3 for tanh and 1 for sigmoid are what torch's `calculate_gain` recommends, as "
    "rules of thumb. The card asks for the gain that follows for small z, where every "
    "slope of tanh is 1 and every slope of sigmoid 1/4.",
)
def _torchs_table(act, slope=0.01):
    return {"tanh": 5 / 3, "sigmoid": 1.0}.get(act, predict_gain(act, slope))


MISTAKES.add(
    "sigmoid like tanh",
    "You give sigmoid the gain 1, as if its slope at 0 were 1. That is tanh's; "
    "sigmoid's is s (1 - s) with s = 1/2.",
)(instead("sigmoid", 1.0))

MISTAKES.add(
    "sigmoid's value for its slope",
    "You give sigmoid the gain 2, from 1/2. That is its value at 0, or the root taken "
    "once too often; its slope there is a quarter.",
)(instead("sigmoid", 2.0))

MISTAKES.add(
    "1.414 for the root of 2",
    "1.414 is the root of 2 to four digits. Over fifty layers its error adds up to "
    "almost 1 %. Write `np.sqrt(2)`.",
)(instead("relu", 1.414))

MISTAKES.add(
    "1.41 for the root of 2",
    "1.41 is the root of 2 to three digits: off by 0.3 %, which over fifty layers "
    "makes 14 %. Write `np.sqrt(2)`.",
)(instead("relu", 1.41))

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
            "identity, with slope -1 the absolute value.",
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
