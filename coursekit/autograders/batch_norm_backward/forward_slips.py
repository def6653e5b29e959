"""Right statistics, wrong gamma and beta, form of the steps, or side effects."""

from typing import Any

import numpy as np

from coursekit.autograders.batch_norm_backward.graph import entry_shown, forward_with
from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.batch_norm_backward import NODES

SLIPS = Catalogue()
RIGHT = forward_with()

SLIPS.add(
    "gamma and beta left out",
    "y is x_hat itself; gamma and beta are not used. y is gamma * x_hat + beta.",
)(forward_with(y=lambda v: v["x_hat"] * 1))

SLIPS.add(
    "beta left out",
    "y is gamma * x_hat: the shift is missing. Add beta after scaling.",
)(forward_with(y=lambda v: v["gamma"] * v["x_hat"]))

SLIPS.add(
    "beta scaled by gamma",
    "You wrote gamma * (x_hat + beta), so that beta is multiplied by gamma too. First "
    "scale, then shift: gamma * x_hat + beta.",
    evidence=entry_shown("y"),
)(forward_with(y=lambda v: v["gamma"] * (v["x_hat"] + v["beta"])))

SLIPS.add(
    "gamma and beta exchanged",
    "You multiply by beta and add gamma. gamma is the scale and beta the shift: "
    "gamma * x_hat + beta.",
    evidence=entry_shown("y"),
)(forward_with(y=lambda v: v["beta"] * v["x_hat"] + v["gamma"]))

SLIPS.add(
    "statistics of shape (1, D)",
    "The numbers are right, but mu, var, std and inv_std keep an axis of length 1. The "
    "card has them of shape (D,), which lines up with (N, D) just as well: average "
    "without `keepdims`.",
)(
    forward_with(
        mu=lambda v: v["x"].mean(0, keepdims=True),
        var=lambda v: v["sq"].mean(0, keepdims=True),
    )
)


@SLIPS.add(
    "another default for eps",
    "With eps given all is right; with eps left out it is not. The card's default is "
    "1e-5, and std must use the argument.",
    shows=lambda wrong: {case for case, _ in wrong} <= {"eps left out"},
)
def _other_default(x, gamma, beta, eps=1e-6):
    return RIGHT(x, gamma, beta, eps)


def _kept(steps: tuple, **others: Any) -> tuple:
    """Return the steps with other values in some places."""
    named = dict(zip((*NODES, "gamma"), steps, strict=True))
    return tuple((named | others).values())


@SLIPS.add(
    "x_hat overwritten by y",
    "y is right, and what the steps call x_hat is y too. `y = x_hat` makes no copy, so "
    "`y *= gamma` changes x_hat as well. Write y = gamma * x_hat + beta.",
)
def _x_hat_overwritten(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, _kept(steps, x_hat=y)


@SLIPS.add(
    "xmu overwritten by x_hat",
    "y is right, and what the steps call xmu is x_hat. `x_hat = xmu` makes no copy, so "
    "`x_hat *= inv_std` changes xmu as well, and the way back needs both. Write "
    "x_hat = xmu * inv_std.",
)
def _xmu_overwritten(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, _kept(steps, xmu=steps[NODES.index("x_hat")])


@SLIPS.add(
    "std and inv_std exchanged",
    "Where the card has std your steps have inv_std, and the other way round. The "
    "order is mu, xmu, sq, var, std, inv_std, x_hat, gamma.",
)
def _exchanged(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    std, inv_std = steps[4:6]
    return y, _kept(steps, std=inv_std, inv_std=std)


@SLIPS.add(
    "inv_std kept as std",
    "y is right, but where the steps have inv_std they hold std once more. inv_std is "
    "1 / std: the way back multiplies by it.",
)
def _std_kept(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, _kept(steps, inv_std=steps[4])


@SLIPS.add(
    "the steps in the opposite order",
    "Your steps begin with gamma and end with mu. The card has them in the order of "
    "the computation, from mu to gamma. A dict with these names needs no order.",
)
def _reversed(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, steps[::-1]


@SLIPS.add(
    "gamma before the other steps",
    "gamma comes first among your steps, so that each of the others is one place too "
    "late. On the card it is the last. A dict with these names needs no order.",
)
def _gamma_first(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, (steps[-1], *steps[:-1])


@SLIPS.add(
    "another order of the steps",
    "y is right, but the steps are not in the card's order. It is mu, xmu, sq, var, "
    "std, inv_std, x_hat, gamma: that of the computation. A dict with these names "
    "needs no order.",
    shows=lambda wrong: (
        len({value for _, value in wrong} & {*NODES}) > 4
        and "y" not in {value for _, value in wrong}
    ),
)
def _statistics_first(x, gamma, beta, eps=1e-5):
    y, (mu, xmu, sq, var, std, inv_std, x_hat, _) = RIGHT(x, gamma, beta, eps)
    return y, (mu, var, std, inv_std, x_hat, xmu, sq, gamma)


@SLIPS.add(
    "y without the steps",
    "Only y came back. The way back needs every value in between: return `y, steps`.",
)
def _y_only(x, gamma, beta, eps=1e-5):
    return RIGHT(x, gamma, beta, eps)[0]


@SLIPS.add(
    "gamma not among the steps",
    "The steps end with x_hat. On the way back dy passes the scaling first, and for "
    "that gamma is needed: put it last.",
)
def _no_gamma(x, gamma, beta, eps=1e-5):
    y, steps = RIGHT(x, gamma, beta, eps)
    return y, steps[:-1]


@SLIPS.add(
    "an argument changed in place",
    "The result is right, but `x` (or gamma, or beta) is not what it was: the caller's "
    "next line would work with other numbers. Write `xmu = x - mu`, which makes a new "
    "array, for `x -= mu`.",
    shows=lambda wrong: all(value.endswith(" afterwards") for _, value in wrong),
)
def _in_place(x, gamma, beta, eps=1e-5):
    result = RIGHT(x, gamma, beta, eps)
    x -= x.mean(0)
    return result


_running: dict = {}


@SLIPS.add(
    "something kept between calls",
    "A second call with the same numbers gives another y. These are the steps of one "
    "training batch: running statistics are for evaluation and do not enter here.",
    shows=lambda wrong: ("samples", "the change in a second call") in wrong,
)
def _running_statistics(x, gamma, beta, eps=1e-5):
    mean, var = _running.get(x.shape, (0.0, 1.0))
    _running[x.shape] = 0.9 * mean + 0.1 * x.mean(0), 0.9 * var + 0.1 * x.var(0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, RIGHT(x, gamma, beta, eps)[1]
