"""Right nodes, but wrong gradients of gamma and beta, a wrong form or a side effect."""

from coursekit.autograders.batch_norm_backward.draws import AGAIN
from coursekit.autograders.batch_norm_backward.graph import (
    BACKWARD,
    backward_with,
    entry_shown,
    ratio_shown,
)
from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.batch_norm_backward import STEPS

SLIPS = Catalogue()
RIGHT = backward_with()
NAMES = list(BACKWARD)
KEPT = {f"{name} afterwards" for name in STEPS}

SLIPS.add(
    "gradient of gamma taken with y",
    "dgamma is the sum of dy * x_hat. You used gamma * x_hat, the output before beta, "
    "or dx_hat for dy: gamma is in there once too often.",
    evidence=entry_shown("dgamma"),
)(backward_with(dgamma=lambda v: (v["dy"] * v["gamma"] * v["x_hat"]).sum(0)))

SLIPS.add(
    "dgamma from xmu",
    "You multiply dy by xmu. y is gamma * x_hat + beta, so the factor beside gamma is "
    "x_hat.",
    evidence=entry_shown("dgamma"),
)(backward_with(dgamma=lambda v: (v["dy"] * v["xmu"]).sum(0)))

SLIPS.add(
    "parameters' gradients averaged",
    "dgamma and dbeta are means over the batch. Every row uses the same gamma, so "
    "their gradients add up: sum them. If the loss is a mean, dy holds that already.",
    evidence=ratio_shown("dbeta"),
)(
    backward_with(
        dbeta=lambda v: v["dy"].mean(0),
        dgamma=lambda v: (v["dy"] * v["x_hat"]).mean(0),
    )
)

SLIPS.add(
    "dgamma and dbeta summed over the features",
    "They come out with one entry for each sample. gamma has one entry for each "
    "feature and is shared by all rows: sum over axis 0.",
)(
    backward_with(
        dbeta=lambda v: v["dy"].sum(1),
        dgamma=lambda v: (v["dy"] * v["x_hat"]).sum(1),
    )
)

SLIPS.add(
    "dgamma and dbeta summed to one number",
    "`.sum()` without an axis adds up the features too. gamma has D entries and each "
    "has its own gradient: sum over axis 0.",
)(
    backward_with(
        dbeta=lambda v: v["dy"].sum(),
        dgamma=lambda v: (v["dy"] * v["x_hat"]).sum(),
    )
)

SLIPS.add(
    "dgamma and dbeta exchanged",
    "Both are right, in the wrong order. The card asks for dbeta first: it is the "
    "first to be known.",
)(
    backward_with(
        dbeta=lambda v: (v["dy"] * v["x_hat"]).sum(0),
        dgamma=lambda v: v["dy"].sum(0),
    )
)

SLIPS.add(
    "sums of shape (1, D)",
    "The numbers are right, but the sums over the batch keep an axis of length 1. A "
    "gradient has the shape of its value, here (D,): sum without `keepdims`.",
)(
    backward_with(
        dbeta=lambda v: v["dy"].sum(0, keepdims=True),
        dgamma=lambda v: (v["dy"] * v["x_hat"]).sum(0, keepdims=True),
        dinv_std=lambda v: (v["dx_hat"] * v["xmu"]).sum(0, keepdims=True),
        dmu=lambda v: -v["dxmu"].sum(0, keepdims=True),
    )
)

SLIPS.add(
    "sums along axis 1",
    "All sums run along axis 1, over the features, and do not line up with the rest. "
    "Where N = D no error is raised and the result is wrong. The values were copied to "
    "the N rows, so sum over those: `axis=0`.",
)(
    backward_with(
        dbeta=lambda v: v["dy"].sum(1),
        dgamma=lambda v: (v["dy"] * v["x_hat"]).sum(1),
        dinv_std=lambda v: (v["dx_hat"] * v["xmu"]).sum(1),
        dmu=lambda v: -v["dxmu"].sum(1),
    )
)


@SLIPS.add(
    "only three of the ten gradients",
    "dx, dgamma and dbeta are what leaves the layer. Here the gradients on the way are "
    "asked for too, so that each can be checked: return all ten, in the card's order.",
)
def _three(dy, steps):
    named = dict(zip(NAMES, RIGHT(dy, steps), strict=True))
    return named["dx"], named["dgamma"], named["dbeta"]


@SLIPS.add(
    "in the opposite order",
    "All ten are right, but dx comes first. The card asks for them as they are found, "
    "from dbeta to dx. A dict with these names needs no order.",
)
def _reversed(dy, steps):
    return RIGHT(dy, steps)[::-1]


@SLIPS.add(
    "dxmu overwritten by dx",
    "dx is right, and so is what you had for dxmu; but what you return as dxmu is dx. "
    "`dx = dxmu` makes no copy, so `dx += dmu / N` changes both. Write "
    "dx = dxmu + dmu / N.",
)
def _dxmu_overwritten(dy, steps):
    named = dict(zip(NAMES, RIGHT(dy, steps), strict=True))
    return tuple((named | {"dxmu": named["dx"]}).values())


@SLIPS.add(
    "dy changed in place",
    "The gradients are right, but dy is not what it was: `dy *= gamma` writes into the "
    "caller's array, which other branches of the network may still need. Write "
    "`dx_hat = gamma * dy`.",
    shows=lambda wrong: {value for _, value in wrong} == {"dy afterwards"},
)
def _changes_dy(dy, steps):
    gradients = RIGHT(dy, steps)
    dy *= steps[-1]
    return gradients


@SLIPS.add(
    "the steps changed in place",
    "The first call is right, but it leaves other numbers in the steps, so a second "
    "call goes wrong. Write `a = a * b`, which makes a new array, for `a *= b`.",
    shows=lambda wrong: (
        {value for _, value in wrong} - {AGAIN} != set()
        and {value for _, value in wrong} <= {AGAIN, *KEPT}
    ),
)
def _changes_steps(dy, steps):
    gradients = RIGHT(dy, steps)
    xmu = steps[1]
    xmu *= 2
    return gradients
