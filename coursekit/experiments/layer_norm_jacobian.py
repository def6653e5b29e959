r"""The Jacobian of layer norm: which changes of the input can reach the output.

Autograd's Jacobian is held against the derived one,
``inv_std * (I - 11'/d - x_hat x_hat'/d)``. At eps = 0 it sends two directions to zero:
(1, ..., 1), because a shift disappears, and x_hat, because a scale disappears.

Sources: Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, Eq. 3 for
the layer; Xu et al., "Understanding and Improving Layer Normalization", 2019,
arXiv:1911.07013, for the gradient through the mean and the variance.
"""

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.experiments.checks import at_least


@dataclass(frozen=True)
class Config:
    """One normal vector of ``d`` features, no gamma and beta."""

    d: int = 64
    eps: float = 0.0
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """The Jacobian at one vector.

    Attributes
    ----------
    x_hat : ndarray of shape (d,)
        The normalized vector, no unit.
    inv_std : float
        ``1 / sqrt(var + eps)``, unit of 1 / x.
    jacobian : ndarray of shape (d, d)
        Autograd's; row i holds the derivatives of output i.
    derived : ndarray of shape (d, d)
        The formula's.
    singular_values : ndarray of shape (d,)
        Of ``jacobian``, largest first.
    rank : int
        How many of them exceed 1e-10 of the largest.
    """

    x_hat: np.ndarray
    inv_std: float
    jacobian: np.ndarray
    derived: np.ndarray
    singular_values: np.ndarray
    rank: int


def derived_jacobian(x_hat: np.ndarray, inv_std: float) -> np.ndarray:
    """Return ``inv_std * (I - 11'/d - x_hat x_hat'/d)``.

    Parameters
    ----------
    x_hat : ndarray of shape (d,)
        The normalized vector.
    inv_std : float
        One over the root of variance plus eps.

    Returns
    -------
    ndarray of shape (d, d)
        Symmetric.

    Examples
    --------
    >>> derived_jacobian(np.array([-1.0, 1.0]), 1.0)
    array([[0., 0.],
           [0., 0.]])
    """
    d = len(x_hat)
    along_ones, along_x_hat = np.ones((d, d)) / d, np.outer(x_hat, x_hat) / d
    return inv_std * (np.eye(d) - along_ones - along_x_hat)


def run(config: Config) -> Result:
    """Take autograd's Jacobian at one seeded vector, in float64, and its spectrum.

    Raises
    ------
    ValueError
        If ``config.d`` is below 1 or ``config.eps`` below 0.
    """
    at_least("layer_norm_jacobian.run", "d", config.d, 1)
    at_least("layer_norm_jacobian.run", "eps", config.eps, 0)
    x = np.random.default_rng(config.seed).normal(2.0, 3.0, size=config.d)
    inv_std = 1 / np.sqrt(x.var() + config.eps)
    x_hat = (x - x.mean()) * inv_std

    def normalize(vector: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.layer_norm(vector, (config.d,), eps=config.eps)

    vector = torch.from_numpy(x).to(config.device)
    jacobian = torch.autograd.functional.jacobian(normalize, vector).cpu()
    singular_values = torch.linalg.svdvals(jacobian).numpy()
    return Result(
        x_hat=x_hat,
        inv_std=float(inv_std),
        jacobian=jacobian.numpy(),
        derived=derived_jacobian(x_hat, inv_std),
        singular_values=singular_values,
        rank=int((singular_values > 1e-10 * singular_values[0]).sum()),
    )
