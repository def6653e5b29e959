"""Right answers to `variance_after`, in the styles that people write."""

import math

import numpy as np


def by_a_table(depth, kind):
    forms = {
        "plain-he": lambda l: 1,  # noqa: E741
        "residual": lambda l: 2**l,  # noqa: E741
        "pre-norm": lambda l: 1 + l,  # noqa: E741
        "scaled": lambda l: (1 + 1 / max(l, 1)) ** l,  # noqa: E741
        "zero-init": lambda l: 1,  # noqa: E741
    }
    return forms[kind](depth)


def block_by_block(depth, kind):
    """Walk through the net; a whole number for "residual", however large."""
    variance = 1
    for _ in range(depth):
        match kind:
            case "residual":
                variance += variance
            case "pre-norm":
                variance += 1
            case "scaled":
                variance += variance / depth
    return variance


def by_exp_and_log(depth, kind):
    if kind == "residual":
        return np.exp2(depth)
    if kind == "pre-norm":
        return np.float64(1 + depth)
    if kind == "scaled" and depth:
        return math.exp(depth * math.log1p(1 / depth))
    return np.ones(())


def by_products(depth, kind):
    places = np.arange(1, depth + 1)
    shares = {
        "residual": np.ones(depth),
        "pre-norm": 1 / places,
        "scaled": np.full(depth, 1 / depth if depth else 0),
    }
    return np.prod(1.0 + shares.get(kind, np.zeros(depth)))


def by_torch(depth, kind):
    import torch

    share = {"residual": 1.0, "scaled": 1.0 / (depth or 1)}.get(kind, 0.0)
    grown = torch.tensor(1.0 + share, dtype=torch.float64) ** depth
    return grown + depth if kind == "pre-norm" else grown
