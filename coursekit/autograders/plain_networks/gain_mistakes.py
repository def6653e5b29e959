"""Wrong gains: means of the wrong thing, roots forgotten, tables from elsewhere.

Some are about all functions at once, some about a single one: many get ReLU right and
stumble over the others. Of the first, a mistake about one function is a part, and the
larger one is named.
"""

from collections.abc import Callable

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.plain_networks.nets import mean_square_slope, predict_gain

MISTAKES = Catalogue()
#: the case in which leaky_relu is asked for without its slope
LEFT_OUT = "slope left out"


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
        return gain(slope)

    return answer


def mean_slope(act, slope):
    """Return E[g'(z)], the mean without the square."""
    table = {"relu": 0.5, "sigmoid": 0.25, "leaky_relu": (1 + slope) / 2}
    return table.get(act, 1.0)


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
    "mean slope for the root mean square",
    "You divide by the mean slope. What counts is the mean of the slopes' squares, and "
    "then the root: for ReLU half of the squares are 1, which gives the root of 2 and "
    "not 2.",
)
def _inverse_mean(act, slope=0.01):
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
    "slope not squared",
    "For leaky_relu you take sqrt(2 / (1 + slope)). The squared length is multiplied "
    "by the *square* of each slope, so slope^2 goes in. For ReLU the two are the same, "
    "since its slopes are 0 and 1.",
)(leaky(lambda slope: (2 / (1 + slope)) ** 0.5))

MISTAKES.add(
    "leaky_relu by its mean slope",
    "For leaky_relu you divide 1 by the mean slope. What counts is the mean of the "
    "slopes' squares, and then the root.",
)(leaky(lambda slope: 2 / (1 + slope)))

MISTAKES.add(
    "leaky_relu's gain squared",
    "For leaky_relu you return 2 / (1 + slope^2). That is c^2; the gain is its root.",
)(leaky(lambda slope: 2 / (1 + slope**2)))

MISTAKES.add(
    "leaky_relu's half forgotten",
    "For leaky_relu you divide by the root of 1 + slope^2. That adds up the squares of "
    "both sides; z falls on each side half of the time, so take half of it.",
)(leaky(lambda slope: (1 + slope**2) ** -0.5))

MISTAKES.add(
    "leaky_relu's factor for its gain",
    "For leaky_relu you return by how much a layer of gain 1 multiplies the length. "
    "The gain has to make up for that: it is 1 divided by the factor.",
)(leaky(lambda slope: ((1 + slope**2) / 2) ** 0.5))

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
    shows=lambda wrong: {case for case, _ in wrong} == {LEFT_OUT},
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


MISTAKES.add(
    "torch's 5/3 for tanh",
    "5/3 is what torch's `calculate_gain` recommends for tanh, as a rule of thumb. The "
    "card asks for the gain that follows for small z, where every slope of tanh is 1.",
)(instead("tanh", 5 / 3))

MISTAKES.add(
    "sigmoid like tanh",
    "You give sigmoid the gain 1, as if its slope at 0 were 1. That is tanh's; "
    "sigmoid's is s (1 - s) with s = 1/2. (torch's `calculate_gain` says 1 too; it is "
    "not derived from the slope.)",
)(instead("sigmoid", 1.0))

MISTAKES.add(
    "sigmoid's value for its slope",
    "You give sigmoid the gain 2, from 1/2. That is its value at 0, or the root taken "
    "once too often; its slope there is a quarter.",
)(instead("sigmoid", 2.0))

MISTAKES.add(
    "sigmoid's slope for its gain",
    "You give sigmoid the gain 1/4, which is its slope at 0. The gain makes up for the "
    "slope: it is 1 divided by it.",
)(instead("sigmoid", 0.25))

MISTAKES.add(
    "sigmoid's gain squared",
    "You give sigmoid the gain 16. That is c^2: the squared length is multiplied by "
    "1/16. The gain is the root.",
)(instead("sigmoid", 16.0))

MISTAKES.add(
    "2 for relu",
    "You give relu the gain 2. Half of the slopes' squares are 1, so c^2 is 2, and the "
    "gain is its root.",
)(instead("relu", 2.0))

MISTAKES.add(
    "relu's factor for its gain",
    "You give relu the root of 1/2: that is what a layer of gain 1 leaves of the "
    "length. The gain makes up for it: it is 1 divided by that.",
)(instead("relu", 0.5**0.5))

MISTAKES.add(
    "1 for relu",
    "You give relu the gain 1. That keeps the length through the matrix alone; ReLU "
    "then cuts half of the entries away.",
)(instead("relu", 1.0))

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
