r"""What changes when eps stands outside the square root instead of inside.

A vector of variance v leaves layer norm with standard deviation

- ``sqrt(v / (v + eps))`` when eps is inside, as in ``torch.nn.LayerNorm``;
- ``sqrt(v) / (sqrt(v) + eps)`` when eps is outside.

Both formulas are also run as code, forward and through autograd, which is where the
second one fails: the square root has no derivative at zero.
"""

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.experiments.checks import one_of

PLACEMENTS = ("inside", "outside")


@dataclass(frozen=True)
class Config:
    """Vectors of ``d`` features with variances on a grid of powers of ten (no unit)."""

    d: int = 64
    eps: float = 1e-5
    lowest: int = -10
    highest: int = 2
    points_per_decade: int = 4
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Standard deviations of the output, no unit, and gradients at the zero vector.

    ``variances``, ``inside`` and ``outside`` have shape (points,);
    ``gradient_inside`` and ``gradient_outside``, of the first output, shape (d,).
    """

    eps: float
    variances: np.ndarray
    inside: np.ndarray
    outside: np.ndarray
    gradient_inside: np.ndarray
    gradient_outside: np.ndarray


def normalize(x: torch.Tensor, *, eps: float, placement: str) -> torch.Tensor:
    """Standardize the last axis of ``x`` with eps inside or outside the root.

    Parameters
    ----------
    x : Tensor of shape (..., d)
        Vectors in any unit.
    eps : float
        Inside: unit of ``x`` squared. Outside: unit of ``x``.
    placement : {"inside", "outside"}
        Whether to divide by ``sqrt(var + eps)`` or by ``sqrt(var) + eps``; the
        variance is the biased one.

    Returns
    -------
    Tensor of shape (..., d)
        No unit.

    Raises
    ------
    ValueError
        If ``placement`` is neither of the two.

    Examples
    --------
    >>> normalize(torch.tensor([1.0, 3.0]), eps=1.0, placement="outside")
    tensor([-0.5000,  0.5000])
    """
    one_of("normalize", "placement", placement, PLACEMENTS)
    centred = x - x.mean(-1, keepdim=True)
    var = centred.square().mean(-1, keepdim=True)
    root = (var + eps).sqrt() if placement == "inside" else var.sqrt() + eps
    return centred / root


def output_std(variance: np.ndarray, *, eps: float, placement: str) -> np.ndarray:
    """Return the standard deviation of a normalized vector of this variance.

    Parameters
    ----------
    variance : ndarray of any shape
        Biased variances of the input, zero or more.
    eps : float
        Zero or more; where both are zero the result is NaN.
    placement : {"inside", "outside"}
        Where eps stands.

    Returns
    -------
    ndarray of the same shape
        No unit, between 0 and 1.

    Raises
    ------
    ValueError
        If ``placement`` is neither of the two.

    Examples
    --------
    >>> output_std(np.array([1e-6]), eps=1e-5, placement="inside").round(2)
    array([0.3])
    """
    one_of("output_std", "placement", placement, PLACEMENTS)
    std = np.sqrt(variance)
    root = np.sqrt(variance + eps) if placement == "inside" else std + eps
    return std / root


def jacobian(
    x: np.ndarray, *, eps: float, placement: str, device: str = "cpu"
) -> np.ndarray:
    """Return autograd's Jacobian of `normalize` at one vector.

    Parameters
    ----------
    x : ndarray of shape (d,)
        One vector.
    eps : float
        As in `normalize`.
    placement : {"inside", "outside"}
        As in `normalize`.
    device : str, default="cpu"
        Where torch computes.

    Returns
    -------
    ndarray of shape (d, d)
        Row i holds the derivatives of output i, in the unit of 1 / ``x``; NaN where
        autograd says NaN.

    Raises
    ------
    ValueError
        If ``placement`` is neither of the two.

    Examples
    --------
    >>> jacobian(np.zeros(4), eps=1e-5, placement="inside")[0].round()
    array([237., -79., -79., -79.])
    """

    def forward(vector: torch.Tensor) -> torch.Tensor:
        return normalize(vector, eps=eps, placement=placement)

    vector = torch.tensor(x, dtype=torch.float64, device=device)
    return torch.autograd.functional.jacobian(forward, vector).cpu().numpy()


def largest_slope(x: np.ndarray, *, eps: float, placement: str) -> float:
    """Return the largest singular value of the `jacobian`: what a gradient can grow by.

    Parameters
    ----------
    x : ndarray of shape (d,)
        One vector.
    eps : float
        As in `normalize`.
    placement : {"inside", "outside"}
        As in `normalize`.

    Returns
    -------
    float
        Unit of 1 / ``x``; NaN where the Jacobian has one.

    Examples
    --------
    >>> largest_slope(np.zeros(4), eps=1e-5, placement="outside")
    nan
    """
    slopes = jacobian(x, eps=eps, placement=placement)
    if np.isnan(slopes).any():
        return float("nan")
    return float(np.linalg.norm(slopes, ord=2))


def run(config: Config) -> Result:
    """Normalize vectors of every variance both ways; ask for gradients at a constant.

    Float64 throughout, so that what is seen belongs to the formulas, not to rounding.
    """
    decades = config.highest - config.lowest
    points = decades * config.points_per_decade + 1
    variances = np.logspace(config.lowest, config.highest, points)
    x = np.random.default_rng(config.seed).normal(size=config.d)
    x = (x - x.mean()) / x.std()
    vectors = torch.from_numpy(np.sqrt(variances)[:, None] * x).to(config.device)
    constant = np.zeros(config.d)

    def gradient(placement: str) -> np.ndarray:
        where = {"placement": placement, "device": config.device}
        return jacobian(constant, eps=config.eps, **where)[0]

    def measured_std(placement: str) -> np.ndarray:
        y = normalize(vectors, eps=config.eps, placement=placement)
        return y.std(-1, correction=0).cpu().numpy()

    return Result(
        eps=config.eps,
        variances=variances,
        inside=measured_std("inside"),
        outside=measured_std("outside"),
        gradient_inside=gradient("inside"),
        gradient_outside=gradient("outside"),
    )
