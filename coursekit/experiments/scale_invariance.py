r"""Batch norm cannot see the scale of the weights before it, and their gradient knows.

A linear layer, batch norm without gamma and beta, and a fixed random gradient at its
output. With eps = 0 and any a > 0

    BN(x (a W)) = BN(x W)      gradient at a W = (gradient at W) / a      w . dw = 0

for the weights w of each unit. All in float64. Then gradient descent without weight
decay: each step is perpendicular to w, so that w can only grow.

Sources: Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Section 3.3;
van Laarhoven, "L2 Regularization versus Batch and Weight Normalization", 2017,
arXiv:1706.05350, for the effective learning rate.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from coursekit.experiments.checks import at_least


@dataclass(frozen=True)
class Config:
    """``units`` units with ``d_in`` inputs, ``n`` samples, factors on the weights."""

    factors: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0, 100.0)
    epses: tuple[float, ...] = (0.0, 1e-5)
    n: int = 64
    d_in: int = 10
    units: int = 5
    steps: int = 60
    lr: float = 3.0
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """What the factors do, and how the weights grow; no units.

    Attributes
    ----------
    factors, epses : tuple of float
    differences : ndarray of shape (epses, factors)
        Largest difference between BN(x (a W)) and BN(x W).
    ratios : ndarray of shape (epses, factors)
        Length of the gradient at a W, times a, over that at W: 1 if it goes as 1/a.
    cosines : ndarray of shape (epses, factors)
        Largest absolute cosine between a unit's weights and their gradient.
    norms : ndarray of shape (steps + 1, units)
        Length of each unit's weights through gradient descent, with the first eps.
    pythagoras : ndarray of shape (steps + 1, units)
        What it must be if all steps are perpendicular: the root of the sum of the
        squares of the start and of all steps.
    """

    factors: tuple[float, ...]
    epses: tuple[float, ...]
    differences: np.ndarray
    ratios: np.ndarray
    cosines: np.ndarray
    norms: np.ndarray
    pythagoras: np.ndarray


def normalize(z: Tensor, eps: float) -> Tensor:
    """Return batch norm of ``z`` of shape (n, units), in training, without affine."""
    var, mean = torch.var_mean(z, dim=0, correction=0)
    return (z - mean) / torch.sqrt(var + eps)


def problem(config: Config) -> tuple[Tensor, Tensor, Tensor]:
    """Return random data (n, d_in), weights (d_in, units) and a target (n, units)."""
    generator = torch.Generator().manual_seed(config.seed)
    shapes = (
        (config.n, config.d_in),
        (config.d_in, config.units),
        (config.n, config.units),
    )
    x, weight, target = (
        torch.randn(shape, generator=generator, dtype=torch.float64).to(config.device)
        for shape in shapes
    )
    return x, weight, target


def output_and_gradient(
    x: Tensor, weight: Tensor, target: Tensor, eps: float
) -> tuple[Tensor, Tensor]:
    """Return BN(x W) and the gradient at W of its mean squared distance to a target.

    Parameters
    ----------
    x : Tensor of shape (n, d_in)
    weight : Tensor of shape (d_in, units)
    target : Tensor of shape (n, units)
    eps : float
        Inside the root.

    Returns
    -------
    y, gradient : Tensor of shape (n, units) and (d_in, units)
    """
    weight = weight.detach().requires_grad_()
    y = normalize(x @ weight, eps)
    (gradient,) = torch.autograd.grad((y - target).square().mean(), weight)
    return y.detach(), gradient


def run(config: Config) -> Result:
    """Compare outputs and gradients at a W and at W; then descend.

    Raises
    ------
    ValueError
        If a factor or ``lr`` is not positive, or there are fewer than three samples.
    """
    at_least("scale_invariance.run", "n", config.n, 3)
    at_least("scale_invariance.run", "lr", config.lr, 1e-12)
    at_least("scale_invariance.run", "each factor", min(config.factors), 1e-12)
    x, weight, target = problem(config)
    rows = [_factor_rows(config, x, weight, target, eps) for eps in config.epses]
    differences, ratios, cosines = np.moveaxis(np.array(rows), -1, 0)
    weights, moves = descend(
        x, weight, target, lr=config.lr, steps=config.steps, eps=config.epses[0]
    )
    squares = torch.stack([weight, *moves]).square().sum(dim=1).cumsum(dim=0)
    return Result(
        factors=config.factors,
        epses=config.epses,
        differences=differences,
        ratios=ratios,
        cosines=cosines,
        norms=torch.stack(weights).norm(dim=1).cpu().numpy(),
        pythagoras=squares.sqrt().cpu().numpy(),
    )


def _factor_rows(
    config: Config, x: Tensor, weight: Tensor, target: Tensor, eps: float
) -> list[tuple[float, float, float]]:
    """Return (difference, ratio, cosine) for every factor."""
    y, gradient = output_and_gradient(x, weight, target, eps)
    rows = []
    for factor in config.factors:
        scaled, scaled_gradient = output_and_gradient(x, factor * weight, target, eps)
        dots = (weight * scaled_gradient).sum(dim=0).abs()
        lengths = weight.norm(dim=0) * scaled_gradient.norm(dim=0)
        ratio = factor * scaled_gradient.norm() / gradient.norm()
        difference = (scaled - y).abs().max()
        rows.append((float(difference), float(ratio), float((dots / lengths).max())))
    return rows


def descend(
    x: Tensor, weight: Tensor, target: Tensor, *, lr: float, steps: int, eps: float
) -> tuple[list[Tensor], list[Tensor]]:
    """Return the weights before each step of gradient descent and after the last.

    Parameters
    ----------
    x, weight, target : Tensor
        As in `output_and_gradient`.
    lr : float
        Learning rate, in the unit of the weights squared.
    steps : int
        How many steps.
    eps : float
        Inside the root.

    Returns
    -------
    weights, moves : list of Tensor of shape (d_in, units)
        ``steps + 1`` weights, and the ``steps`` moves between them.
    """
    weights, moves = [weight], []
    for _ in range(steps):
        _, gradient = output_and_gradient(x, weights[-1], target, eps)
        moves.append(-lr * gradient)
        weights.append(weights[-1] + moves[-1])
    return weights, moves
