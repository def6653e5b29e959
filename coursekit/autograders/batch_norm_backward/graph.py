"""The graph of batch norm as a table of rules, so that a mistake is another rule."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.grading.task import Answer, Evidence
from coursekit.probes.batch_norm_backward import STEPS

#: Every value so far by name -> the next one.
Rule = Callable[[Mapping[str, Any]], Any]

FORWARD: Mapping[str, Rule] = {
    "mu": lambda v: v["x"].mean(0),
    "xmu": lambda v: v["x"] - v["mu"],
    "sq": lambda v: v["xmu"] ** 2,
    "var": lambda v: v["sq"].mean(0),
    "std": lambda v: np.sqrt(v["var"] + v["eps"]),
    "inv_std": lambda v: 1 / v["std"],
    "x_hat": lambda v: v["xmu"] * v["inv_std"],
    "y": lambda v: v["gamma"] * v["x_hat"] + v["beta"],
}

BACKWARD: Mapping[str, Rule] = {
    "dbeta": lambda v: v["dy"].sum(0),
    "dgamma": lambda v: (v["dy"] * v["x_hat"]).sum(0),
    "dx_hat": lambda v: v["gamma"] * v["dy"],
    "dinv_std": lambda v: (v["dx_hat"] * v["xmu"]).sum(0),
    "dstd": lambda v: -v["dinv_std"] / v["std"] ** 2,
    "dvar": lambda v: v["dstd"] / (2 * v["std"]),
    "dsq": lambda v: np.ones_like(v["sq"]) * v["dvar"] / len(v["sq"]),
    "dxmu": lambda v: v["dx_hat"] * v["inv_std"] + v["dsq"] * 2 * v["xmu"],
    "dmu": lambda v: -v["dxmu"].sum(0),
    "dx": lambda v: v["dxmu"] + v["dmu"] / len(v["dy"]),
}


def _through(rules: Mapping[str, Rule], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add what each rule gives, in order."""
    found = dict(values)
    for name, rule in rules.items():
        found[name] = rule(found)
    return found


def forward_with(**rules: Rule) -> Answer:
    """Return a forward pass that is right but for these rules."""

    def answer(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> tuple:
        given = {"x": x, "gamma": gamma, "beta": beta, "eps": eps}
        found = _through({**FORWARD, **rules}, given)
        return found["y"], tuple(found[name] for name in STEPS)

    return answer


def backward_with(**rules: Rule) -> Answer:
    """Return a backward pass through the steps that is right but for these rules."""

    def answer(dy: Any, steps: Any) -> tuple:
        given = dict(zip(STEPS, steps, strict=True), dy=dy)
        found = _through({**BACKWARD, **rules}, given)
        return tuple(found[name] for name in BACKWARD)

    return answer


def _first(values: Mapping[str, Any], name: str) -> float | None:
    """Return the first entry of a value, or None if it is no array of numbers."""
    value = values.get(name)
    ours = isinstance(value, np.ndarray) and value.size and value.dtype.kind in "iuf"
    return float(value.flat[0]) if ours else None


def entry_shown(name: str) -> Evidence:
    """Return what tells the entry of ``name`` that is furthest off."""

    def shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
        own, ours = got.get(name), expected[name]
        if not isinstance(own, np.ndarray) or own.shape != ours.shape:
            return ""
        at = np.unravel_index(np.abs(own - ours).argmax(), ours.shape)
        place = ", ".join(str(int(i)) for i in at)
        return f"your {name}[{place}] is {own[at]:.3f}; it should be {ours[at]:.3f}"

    return shown


def ratio_shown(name: str) -> Evidence:
    """Return what tells how many times too large ``name`` is, beside N and D."""

    def shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
        own, ours = _first(got, name), _first(expected, name)
        if own is None or not ours:
            return ""
        n, d = inputs["x_hat" if "x_hat" in inputs else "x"].shape
        return f"your {name} is {own / ours:.3f} times the right one; N = {n}, D = {d}"

    return shown


def total_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say what the first column of dx sums to."""
    dx = got.get("dx")
    if not isinstance(dx, np.ndarray) or dx.ndim != 2:
        return ""
    return f"the first column of your dx sums to {dx[:, 0].sum():.3f}, not to 0"


def overlap_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how much of dx lies along x_hat."""
    x_hat, dx = inputs["x_hat"], got.get("dx")
    if not isinstance(dx, np.ndarray) or dx.shape != x_hat.shape:
        return ""
    own, ours = ((v["dx"] * x_hat)[:, 0].sum() for v in (got, expected))
    return (
        f"over the first feature the sum of your dx * x_hat is {own:.3f}; it should be "
        f"{ours:.3f}, the small part that eps leaves"
    )
