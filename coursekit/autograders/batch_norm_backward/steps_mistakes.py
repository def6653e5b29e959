"""Wrong nodes on the way back: at each, what people send on in the place of it.

The slips that the lesson's gradient inspector shows have the names they have there.
"""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.batch_norm_backward.graph import (
    backward_with,
    entry_shown,
    overlap_shown,
    ratio_shown,
    total_shown,
)
from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def samples(v: Mapping[str, np.ndarray]) -> int:
    """Return N."""
    return len(v["dy"])


def direct(v: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return what x_hat sends back to xmu."""
    return v["dx_hat"] * v["inv_std"]


MISTAKES.add(
    "gamma forgotten",
    "dx_hat is dy. y is gamma * x_hat + beta, so a change of x_hat reaches y gamma "
    "times as large: dx_hat is gamma * dy. With gamma = 1 nobody would notice.",
    evidence=entry_shown("dx_hat"),
)(backward_with(dx_hat=lambda v: v["dy"] * 1))

MISTAKES.add(
    "dinv_std from dy",
    "dinv_std is made from dy and xmu. inv_std acts on y through x_hat, and gamma "
    "stands in between: start from dx_hat.",
    evidence=entry_shown("dinv_std"),
)(backward_with(dinv_std=lambda v: (v["dy"] * v["xmu"]).sum(0)))

MISTAKES.add(
    "x_hat for xmu in dinv_std",
    "You multiply dx_hat by x_hat. In x_hat = xmu * inv_std the factor beside inv_std "
    "is xmu, so dinv_std is made with xmu.",
    evidence=entry_shown("dinv_std"),
)(backward_with(dinv_std=lambda v: (v["dx_hat"] * v["x_hat"]).sum(0)))

MISTAKES.add(
    "dinv_std averaged",
    "dinv_std is a mean over the batch. One inv_std was copied to all N rows, so on "
    "the way back their shares are added up: take the sum.",
    evidence=ratio_shown("dinv_std"),
)(backward_with(dinv_std=lambda v: (v["dx_hat"] * v["xmu"]).mean(0)))

MISTAKES.add(
    "dinv_std not summed over the batch",
    "dinv_std has one row for each sample, but inv_std has one entry for each feature. "
    "What was copied to all rows on the way forward is summed over the rows on the way "
    "back.",
)(backward_with(dinv_std=lambda v: v["dx_hat"] * v["xmu"]))

MISTAKES.add(
    "minus sign of 1/std forgotten",
    "dstd has the wrong sign. A larger std makes 1 / std smaller: the derivative of "
    "1 / std is negative.",
    evidence=entry_shown("dstd"),
)(backward_with(dstd=lambda v: v["dinv_std"] / v["std"] ** 2))

MISTAKES.add(
    "square of 1/std forgotten",
    "dstd is divided by std once. The derivative of 1 / std has std squared below.",
    evidence=entry_shown("dstd"),
)(backward_with(dstd=lambda v: -v["dinv_std"] / v["std"]))

MISTAKES.add(
    "std squared on top",
    "In dstd you multiply by std squared (or divide by inv_std squared). The "
    "derivative of 1 / std has std squared below the line.",
    evidence=entry_shown("dstd"),
)(backward_with(dstd=lambda v: -v["dinv_std"] * v["std"] ** 2))

MISTAKES.add(
    "eps forgotten in 1/std",
    "In dstd you divide by var where std squared belongs: that is var + eps. At "
    "eps = 1e-5 the difference is easy to miss; here eps is 0.1.",
    evidence=entry_shown("dstd"),
)(backward_with(dstd=lambda v: -v["dinv_std"] / v["var"]))

MISTAKES.add(
    "eps forgotten on the way back",
    "In dvar you divide by 2 sqrt(var). The forward pass took the root of var + eps, "
    "so the derivative is 1 / (2 std), and std holds eps. At eps = 1e-5 the difference "
    "is easy to miss; here eps is 0.1.",
    evidence=entry_shown("dvar"),
)(backward_with(dvar=lambda v: v["dstd"] / (2 * np.sqrt(v["var"]))))

MISTAKES.add(
    "half of the root forgotten",
    "dvar is dstd / std. The derivative of a root is one half of one over the root: "
    "divide by 2 as well.",
    evidence=ratio_shown("dvar"),
)(backward_with(dvar=lambda v: v["dstd"] / v["std"]))

MISTAKES.add(
    "1/N of the variance forgotten",
    "Every row of dsq is dvar itself. var is a mean of N squares, so each of them "
    "moves it by 1/N only: divide by N.",
    evidence=ratio_shown("dsq"),
)(backward_with(dsq=lambda v: np.ones_like(v["sq"]) * v["dvar"]))

MISTAKES.add(
    "N - 1 in the backward pass",
    "dsq is dvar / (N - 1), but the forward pass divides by N: look at what var is. "
    "The gradient must belong to the forward pass.",
    evidence=ratio_shown("dsq"),
)(
    backward_with(
        dsq=lambda v: np.ones_like(v["sq"]) * v["dvar"] / np.float64(samples(v) - 1)
    )
)

MISTAKES.add(
    "divided by the number of features",
    "The two means share their gradient out among D entries. They ran over N samples: "
    "divide by N, in dsq and in dx. With N = D the two cannot be told apart.",
    evidence=ratio_shown("dsq"),
)(
    backward_with(
        dsq=lambda v: np.ones_like(v["sq"]) * v["dvar"] / v["dy"].shape[1],
        dx=lambda v: v["dxmu"] + v["dmu"] / v["dy"].shape[1],
    )
)

MISTAKES.add(
    "dsq of shape (D,)",
    "dsq has one entry for each feature, but sq has N rows, and each gets a share of "
    "its own. NumPy repeats the row in the next line, so dx comes out right; a "
    "gradient still has the shape of its value. Multiply by `np.ones_like(sq)`.",
)(backward_with(dsq=lambda v: v["dvar"] / samples(v)))

MISTAKES.add(
    "variance path forgotten",
    "xmu has two consumers, x_hat and sq: add what both send back. You have the share "
    "of x_hat alone, and all that came through the variance ends at dsq.",
    evidence=overlap_shown,
)(backward_with(dxmu=direct))

MISTAKES.add(
    "direct path from x_hat to xmu forgotten",
    "xmu has two consumers, x_hat and sq: add what both send back. You have the share "
    "of sq alone. In code this happens when the second line says `=` where `+=` is "
    "meant.",
    evidence=entry_shown("dxmu"),
)(backward_with(dxmu=lambda v: v["dsq"] * 2 * v["xmu"]))

MISTAKES.add(
    "factor 2 of the square forgotten",
    "sq sends dsq * xmu back to xmu. The derivative of a square is twice the number: "
    "2 * xmu * dsq.",
    evidence=overlap_shown,
)(backward_with(dxmu=lambda v: direct(v) + v["dsq"] * v["xmu"]))

MISTAKES.add(
    "variance path subtracted",
    "In dxmu you subtract what comes from sq. The minus sign of the variance path is "
    "in dstd already; where two paths meet, they are added.",
    evidence=overlap_shown,
)(backward_with(dxmu=lambda v: direct(v) - v["dsq"] * 2 * v["xmu"]))

MISTAKES.add(
    "inv_std forgotten in dxmu",
    "x_hat sends dx_hat itself back to xmu. In x_hat = xmu * inv_std the factor beside "
    "xmu is inv_std: multiply by it.",
    evidence=entry_shown("dxmu"),
)(backward_with(dxmu=lambda v: v["dx_hat"] + v["dsq"] * 2 * v["xmu"]))

MISTAKES.add(
    "both statistics taken as constants",
    "Neither the variance's path nor the mean's arrives: dx is gamma * dy * inv_std. "
    "xmu has two consumers, x_hat and sq, and x has two, xmu and mu: add both each "
    "time.",
    evidence=total_shown,
)(backward_with(dxmu=direct, dx=lambda v: v["dxmu"] * 1))

MISTAKES.add(
    "minus sign of x - mu forgotten",
    "dmu has the wrong sign. xmu is x - mu, so a larger mu makes every xmu smaller: "
    "dmu is minus the sum of dxmu.",
    evidence=entry_shown("dmu"),
)(backward_with(dmu=lambda v: v["dxmu"].sum(0)))

MISTAKES.add(
    "dmu averaged",
    "dmu is a mean over the batch. One mu was taken from all N rows, so on the way "
    "back their shares are added up. The 1/N comes later, from mu = mean(x).",
    evidence=ratio_shown("dmu"),
)(backward_with(dmu=lambda v: -v["dxmu"].mean(0)))

MISTAKES.add(
    "dmu not summed over the batch",
    "dmu has one row for each sample, but mu has one entry for each feature. What was "
    "copied to all rows on the way forward is summed over the rows on the way back.",
)(backward_with(dmu=lambda v: -v["dxmu"]))

MISTAKES.add(
    "mean path forgotten",
    "x has two consumers, xmu and mu: add what both send back. Your dx is dxmu alone, "
    "and what you found for dmu ends there.",
    evidence=total_shown,
)(backward_with(dx=lambda v: v["dxmu"] * 1))

MISTAKES.add(
    "direct path from xmu to x forgotten",
    "x has two consumers, xmu and mu: add what both send back. Your dx holds the share "
    "of mu alone, the same in every row.",
    evidence=total_shown,
)(backward_with(dx=lambda v: np.ones_like(v["dy"]) * v["dmu"] / samples(v)))

MISTAKES.add(
    "1/N of the mean forgotten",
    "You add dmu itself to every row. mu is a mean of N rows, so each of them moves it "
    "by 1/N only: divide dmu by N.",
    evidence=total_shown,
)(backward_with(dx=lambda v: v["dxmu"] + v["dmu"]))

MISTAKES.add(
    "mean path subtracted",
    "In dx you subtract what comes from mu. The minus sign of the mean's path is in "
    "dmu already; where two paths meet, they are added.",
    evidence=total_shown,
)(backward_with(dx=lambda v: v["dxmu"] - v["dmu"] / samples(v)))

MISTAKES.add(
    "gamma twice in dx",
    "dx is multiplied by gamma at the end. dx_hat = gamma * dy holds it already, and "
    "so does all that follows. Leave the second one out.",
    evidence=entry_shown("dx"),
)(backward_with(dx=lambda v: v["gamma"] * (v["dxmu"] + v["dmu"] / samples(v))))
