r"""A backward pass of batch norm with one slip in it, checked node by node.

Batch norm is a graph of eight operations. For every node the gradient that a backward
pass gives is held against central differences: the node's value is moved, everything
after it is computed again. A slip makes the node wrong at which it happens, and those
that are computed from it. The first wrong node names the slip.

The graph is the one of Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167,
Algorithm 1 and Section 3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.experiments.checks import at_least, one_of
from coursekit.reference import numerical_gradient

Values = Mapping[str, np.ndarray]
Rule = Callable[[Values], np.ndarray]

#: node: how it is computed from those before it; the order is that of the graph
FORWARD: Mapping[str, Rule] = {
    "mu": lambda v: v["x"].mean(axis=0),
    "xmu": lambda v: v["x"] - v["mu"],
    "sq": lambda v: v["xmu"] ** 2,
    "var": lambda v: v["sq"].mean(axis=0),
    "std": lambda v: np.sqrt(v["var"] + v["eps"]),
    "inv_std": lambda v: 1 / v["std"],
    "x_hat": lambda v: v["xmu"] * v["inv_std"],
    "y": lambda v: v["gamma"] * v["x_hat"] + v["beta"],
}

#: gradient of a node: how it is computed from the values and the gradients so far
BACKWARD: Mapping[str, Rule] = {
    "beta": lambda v: v["dy"].sum(axis=0),
    "gamma": lambda v: (v["dy"] * v["x_hat"]).sum(axis=0),
    "x_hat": lambda v: v["gamma"] * v["dy"],
    "inv_std": lambda v: (v["dx_hat"] * v["xmu"]).sum(axis=0),
    "std": lambda v: -v["dinv_std"] / v["std"] ** 2,
    "var": lambda v: v["dstd"] / (2 * v["std"]),
    "sq": lambda v: np.ones_like(v["sq"]) * v["dvar"] / len(v["sq"]),
    "xmu": lambda v: v["dx_hat"] * v["inv_std"] + v["dsq"] * 2 * v["xmu"],
    "mu": lambda v: -v["dxmu"].sum(axis=0),
    "x": lambda v: v["dxmu"] + v["dmu"] / len(v["x"]),
}

#: slip: the rules it puts in the place of the right ones
SLIPS: Mapping[str, Mapping[str, Rule]] = {
    "no slip": {},
    "variance path forgotten": {"xmu": lambda v: v["dx_hat"] * v["inv_std"]},
    "direct path from x_hat to xmu forgotten": {
        "xmu": lambda v: v["dsq"] * 2 * v["xmu"]
    },
    "mean path forgotten": {"x": lambda v: v["dxmu"]},
    "both statistics taken as constants": {
        "xmu": lambda v: v["dx_hat"] * v["inv_std"],
        "x": lambda v: v["dxmu"],
    },
    "gamma forgotten": {"x_hat": lambda v: v["dy"]},
    "1/N of the variance forgotten": {
        "sq": lambda v: np.ones_like(v["sq"]) * v["dvar"]
    },
    "1/N of the mean forgotten": {"x": lambda v: v["dxmu"] + v["dmu"]},
    "factor 2 of the square forgotten": {
        "xmu": lambda v: v["dx_hat"] * v["inv_std"] + v["dsq"] * v["xmu"]
    },
    "minus sign of 1/std forgotten": {"std": lambda v: v["dinv_std"] / v["std"] ** 2},
    "eps forgotten on the way back": {
        "var": lambda v: v["dstd"] / (2 * np.sqrt(v["var"]))
    },
    "gradient of gamma taken with y": {
        "gamma": lambda v: (v["dy"] * v["y"]).sum(axis=0)
    },
}


@dataclass(frozen=True)
class Config:
    """``n`` random samples of ``d`` features, a slip, and when a node counts as right.

    ``tolerance`` is the largest relative error that passes, no unit.
    """

    slip: str = "no slip"
    n: int = 5
    d: int = 2
    eps: float = 1e-5
    tolerance: float = 1e-5
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """What came out at each node, in the order of the backward pass.

    Attributes
    ----------
    gradients, expected : dict of ndarray
        Of every node by its name: the backward pass, and central differences.
    errors : dict of float
        Largest difference over the largest entry expected; no unit.
    wrong : tuple of str
        The nodes whose error is above the tolerance.
    """

    gradients: Mapping[str, np.ndarray]
    expected: Mapping[str, np.ndarray]
    errors: Mapping[str, float]
    wrong: tuple[str, ...]


def values_of(config: Config) -> dict[str, np.ndarray]:
    """Return the inputs and every node of the graph for a config."""
    rng = np.random.default_rng(config.seed)
    x = rng.normal(1.0, 1.0, size=(config.n, config.d))
    dy = rng.normal(size=x.shape)
    gamma, beta = rng.uniform(0.5, 2.0, size=(2, config.d)) * [[1.0], [-1.0]]
    given = {"x": x, "dy": dy, "gamma": gamma, "beta": beta, "eps": config.eps}
    return forward_from("x", given)


def forward_from(node: str, values: Values) -> dict[str, np.ndarray]:
    """Compute everything after ``node`` again and return all values.

    Parameters
    ----------
    node : str
        "x", "gamma", "beta" or a name in `FORWARD`; its own value is kept.
    values : dict of ndarray
        With ``x``, ``gamma``, ``beta``, ``eps``, and the nodes up to ``node``.
    """
    values, names = dict(values), list(FORWARD)
    start = names.index(node) + 1 if node in FORWARD else 0
    for name in names[start:]:
        values[name] = FORWARD[name](values)
    return values


def backward(values: Values, slip: str = "no slip") -> dict[str, np.ndarray]:
    """Return the gradient of every node, with one slip on the way.

    Raises
    ------
    ValueError
        If the slip is not one of `SLIPS`.
    """
    one_of("gradient_inspection.run", "slip", slip, SLIPS)
    found = dict(values)
    for name, rule in (BACKWARD | SLIPS[slip]).items():
        found[f"d{name}"] = rule(found)
    return {name: found[f"d{name}"] for name in BACKWARD}


def expected_gradients(values: Values) -> dict[str, np.ndarray]:
    """Return the gradient of every node by central differences."""

    def moved(name: str) -> Callable[[np.ndarray], np.ndarray]:
        return lambda value: forward_from(name, {**values, name: value})["y"]

    return {
        name: numerical_gradient(moved(name), values[name], values["dy"])
        for name in BACKWARD
    }


def compare(
    gradients: Values, expected: Values, tolerance: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the error of every node, and the names of those above the tolerance."""
    errors = {
        name: float(np.abs(gradients[name] - right).max() / np.abs(right).max())
        for name, right in expected.items()
    }
    return errors, tuple(name for name, error in errors.items() if error > tolerance)


def run(config: Config) -> Result:
    """Run the backward pass with its slip and check every node.

    Raises
    ------
    ValueError
        If the slip is unknown, ``n`` is below 3 (with two samples every ``dx`` is 0 but
        for eps), ``d`` below 1, or ``eps`` or the tolerance not above 0.

    Examples
    --------
    >>> run(Config(slip="mean path forgotten")).wrong
    ('x',)
    """
    at_least("gradient_inspection.run", "n", config.n, 3)
    at_least("gradient_inspection.run", "d", config.d, 1)
    at_least("gradient_inspection.run", "eps", config.eps, 1e-12)
    at_least("gradient_inspection.run", "tolerance", config.tolerance, 1e-12)
    values = values_of(config)
    gradients = backward(values, config.slip)
    expected = expected_gradients(values)
    return Result(gradients, expected, *compare(gradients, expected, config.tolerance))
