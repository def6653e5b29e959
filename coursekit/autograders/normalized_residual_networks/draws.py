"""What the two norms of this exercise have in common: draws, marks, remarks."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.layer_norm.draws import FORBIDDEN as READY_MADE
from coursekit.autograders.layer_norm.draws import features, scales
from coursekit.grading.reasons import Reason
from coursekit.probes import normalized_residual_networks as probes
from coursekit.probes.outcome import Observed, Outcome

__all__ = ["features", "scales"]

#: What neither norm may be built from.
FORBIDDEN = (
    *READY_MADE,
    "torch.nn.RMSNorm",
    "torch.nn.functional.rms_norm",
    "torch.rms_norm",
    "torch.group_norm",
    "torch.native_group_norm",
    "torch.nn.InstanceNorm1d",
    "torch.nn.InstanceNorm2d",
    "torch.nn.functional.instance_norm",
)
#: Sums over at most 48 numbers of size 10 in float64 are good to about 1e-13. The room
#: up to 1e-9 is for other orders of summing; the smallest mistake moves y by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Numbers near 1e7 are 2e-9 apart in float64, so that y, made of differences from the
#: mean, is good to about 1e-8. A variance in one pass, E[x^2] - E[x]^2, cancels and is
#: off by about 1e14 * 1e-16 = 1e-2.
LARGE = {"rtol": 1e-6, "atol": 1e-6}
#: 6 digits in float32; only its dtype is looked at, and only for a remark.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}

AGAIN = probes.AGAIN
VIEWS = ("x is a transposed view", "x in Fortran order", "x is a reversed view")
SIDE_EFFECTS = {
    "x afterwards": Reason.MUTATED_INPUT,
    "gamma afterwards": Reason.MUTATED_INPUT,
    "beta afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}

Pairs = frozenset[tuple[str, str]]


def only_in(*cases: str) -> Callable[[Pairs], bool]:
    """Return the mark of a mistake that only goes wrong in some of ``cases``."""
    return lambda wrong: {case for case, _ in wrong} <= set(cases)


def changes_an_argument(wrong: Pairs) -> bool:
    """Whether an argument is not what it was, and nothing else is wrong."""
    return all(value.endswith(" afterwards") for _, value in wrong)


def remembers(case: str) -> Callable[[Pairs], bool]:
    """Return the mark of a y that depends on earlier calls."""
    return lambda wrong: (case, AGAIN) in wrong


def keeps_float64(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on an answer that turns float32 into float64: right, but twice as big."""
    outcome = outcomes["x in float32"]
    y = outcome.values["y"] if isinstance(outcome, Observed) else None
    if getattr(y, "dtype", None) != np.float64:
        return ""
    return (
        "Given float32, your y is float64. That costs no points; in a network it "
        "would double the memory, and `y.astype(x.dtype)` avoids it."
    )
