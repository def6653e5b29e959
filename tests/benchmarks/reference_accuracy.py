"""How exact the norms are in float32 on data far from zero, beside torch.

Usage: python tests/benchmarks/reference_accuracy.py

The oracle is torch in float64 on the same float32 numbers. Each row gives the largest
absolute error of the output ``y`` or of the gradient ``dx`` over all shapes and seeds,
for data of standard deviation 1 about the offset; the ratio is the worst of any single
run, and at most 2 is what the tests ask for.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.reference import (
    RunningStats,
    batch_norm_backward,
    batch_norm_forward,
    group_norm_backward,
    group_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
)

OFFSETS = (1e2, 1e3, 1e4, 1e5)
SEEDS = range(3)
GROUPS = 4
SHAPES = {
    "layer": [(32, 64), (4, 10, 512), (3, 4096)],
    "batch": [(64, 32), (5, 8), (4096, 8), (8, 16, 9, 9)],
    "group": [(6, 32), (4, 16, 25), (2, 8, 16, 16)],
}

Pair = tuple[np.ndarray, np.ndarray]


def ours(
    norm: str, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dy: np.ndarray
) -> Pair:
    """Return ``y`` and ``dx`` of the reference, in the dtype of ``x``."""
    if norm == "layer":
        y, cache = layer_norm_forward(x, gamma, beta)
        return y, layer_norm_backward(dy, cache)[0]
    if norm == "group":
        y, cache = group_norm_forward(x, GROUPS, gamma, beta)
        return y, group_norm_backward(dy, cache)[0]
    running = RunningStats(np.zeros_like(gamma), np.ones_like(gamma))
    y, _, cache = batch_norm_forward(x, gamma, beta, running, training=True)
    return y, batch_norm_backward(dy, cache)[0]


def theirs(
    norm: str, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dy: np.ndarray
) -> Pair:
    """Return ``y`` and ``dx`` of torch, in the dtype of ``x``."""
    leaf = torch.tensor(x, requires_grad=True)
    scale, shift, upstream = map(torch.tensor, (gamma, beta, dy))
    call: dict[str, Callable[[], torch.Tensor]] = {
        "layer": lambda: F.layer_norm(leaf, leaf.shape[-1:], scale, shift),
        "group": lambda: F.group_norm(leaf, GROUPS, scale, shift),
        "batch": lambda: F.batch_norm(leaf, None, None, scale, shift, training=True),
    }
    y = call[norm]()
    y.backward(upstream)
    return y.detach().numpy(), leaf.grad.numpy()


def errors(norm: str, shape: tuple[int, ...], offset: float, seed: int) -> np.ndarray:
    """Return the largest errors in float32: rows ours and torch's, columns y and dx."""
    rng = np.random.default_rng(seed)
    features = shape[-1] if norm == "layer" else shape[1]
    arrays = [
        part.astype(np.float32)
        for part in (
            rng.normal(offset, 1.0, size=shape),
            rng.uniform(-2, 2, size=features),
            rng.uniform(-2, 2, size=features),
            rng.normal(size=shape),
        )
    ]
    truth = theirs(norm, *(part.astype(np.float64) for part in arrays))
    return np.array(
        [
            [np.abs(got - true).max() for got, true in zip(pair, truth, strict=True)]
            for pair in (ours(norm, *arrays), theirs(norm, *arrays))
        ]
    )


def rows() -> Iterator[tuple[str, str, float, float, float, float]]:
    """Yield norm, value, offset, our error, torch's error and the worst ratio."""
    for norm, shapes in SHAPES.items():
        for offset in OFFSETS:
            runs = np.array(
                [errors(norm, s, offset, seed) for s in shapes for seed in SEEDS]
            )
            worst, ratios = runs.max(axis=0), (runs[:, 0] / runs[:, 1]).max(axis=0)
            for column, value in enumerate(("y", "dx")):
                yield norm, value, offset, *worst[:, column], ratios[column]


def main() -> None:
    """Print the table."""
    print("norm   value   offset      ours     torch  ratio (worst run)")
    for norm, value, offset, our, their, ratio in rows():
        print(
            f"{norm:6} {value:5} {offset:8.0e}  {our:8.1e}  {their:8.1e}  {ratio:8.0e}"
        )


if __name__ == "__main__":
    main()
