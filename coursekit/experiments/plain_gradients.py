r"""How long the gradient is at every layer of a plain net, and what theory predicts.

The digits go through a fresh plain net (linear, activation, ... without norms), the
gradient of the cross-entropy comes back. Beside its length at every layer stands the
prediction for wide nets,

    E ||delta^l||^2 = gain^2 E[g'(z^(l+1))^2] ||delta^(l+1)||^2,

where z is normal with the variance that the forward pass predicts for it.

Sources: He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852,
Section 2.2, for ReLU; Schoenholz, Gilmer, Ganguli, Sohl-Dickstein, "Deep Information
Propagation", 2017, arXiv:1611.01232, for any activation.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import digits
from coursekit.nets import PlainNet
from coursekit.nets.drawing import HE
from coursekit.nets.parts import ACTIVATIONS

#: torch's own linear layers start with this gain: uniform within 1 / sqrt(fan_in).
TORCH_DEFAULT = 1 / math.sqrt(3)
#: Points of the Gauss-Hermite rule: even, so that none lies on the kink of ReLU.
POINTS = 200


@dataclass(frozen=True)
class Config:
    """A plain net of ``depth`` equal layers between stem and head, in float64."""

    activation: str = "relu"
    gain: float = HE
    depth: int = 50
    width: int = 64
    batch: int = 64
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """Lengths of the gradient on its way back.

    Attributes
    ----------
    lengths : ndarray of shape (seeds, depth + 1)
        Length of the gradient at the input of the first of the equal layers (index 0),
        ..., at the output of the last (index ``depth``), over that at the output of
        the last; no unit.
    predicted : ndarray of shape (depth + 1,)
        The same as theory has it for wide nets.
    """

    lengths: np.ndarray
    predicted: np.ndarray

    @property
    def reached(self) -> float:
        """Share of the length that reaches the first layer, median over seeds."""
        return float(np.median(self.lengths[:, 0]))


@cache
def _rule() -> tuple[torch.Tensor, torch.Tensor]:
    """Return nodes and weights, each (POINTS,), of averages over a normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    return torch.from_numpy(nodes), torch.from_numpy(weights / weights.sum())


def moments(activation: str, variance: float) -> tuple[float, float]:
    """Return ``E[g(z)^2]`` and ``E[g'(z)^2]`` for normal z of mean 0.

    Parameters
    ----------
    activation : str
        A name in `coursekit.nets.parts.ACTIVATIONS`.
    variance : float
        Of z, no unit.

    Raises
    ------
    ValueError
        If the activation is unknown.

    Examples
    --------
    >>> [round(moment, 6) for moment in moments("relu", 3.0)]
    [1.5, 0.5]
    """
    one_of("plain_gradients.run", "activation", activation, ACTIVATIONS)
    nodes, weights = _rule()
    z = (math.sqrt(variance) * nodes).requires_grad_()
    a = ACTIVATIONS[activation]()(z)
    (slopes,) = torch.autograd.grad(a.sum(), z)
    return float(weights @ a.detach() ** 2), float(weights @ slopes**2)


def predict_lengths(
    activation: str, *, gain: float, depth: int, mean_square: float = 1.0
) -> np.ndarray:
    """Return the predicted lengths of the gradient, shape (depth + 1,).

    Parameters
    ----------
    activation : str
        As in `moments`.
    gain : float
        Of the weights.
    depth : int
        Equal layers between stem and head.
    mean_square : float, default=1.0
        Of the entries of the data, in their unit squared.

    Examples
    --------
    >>> predict_lengths("relu", gain=1.0, depth=4).round(6)
    array([0.25    , 0.353553, 0.5     , 0.707107, 1.      ])
    """
    variance, factors = gain**2 * mean_square, []
    for _ in range(depth):
        variance = gain**2 * moments(activation, variance)[0]
        factors.append(gain**2 * moments(activation, variance)[1])
    return np.sqrt(np.cumprod([1.0, *reversed(factors)]))[::-1]


def one_net(config: Config, *, seed: int) -> np.ndarray:
    """Return the measured lengths in one net, shape (depth + 1,)."""
    net = PlainNet(
        64,
        10,
        depth=config.depth,
        width=config.width,
        activation=config.activation,
        gain=config.gain,
        generator=torch.Generator().manual_seed(seed),
        device=config.device,
        dtype=torch.float64,
    )
    data = digits(config.device)
    x, y = data.train_x[: config.batch].double(), data.train_y[: config.batch]
    activations = net.activations(x)
    loss = nn.functional.cross_entropy(net.head(activations[-1]), y)
    gradients = torch.autograd.grad(loss, activations)
    lengths = np.array([float(gradient.norm()) for gradient in gradients])
    return lengths / lengths[-1]


def run(config: Config) -> Result:
    """Measure one net for every seed, and predict.

    Raises
    ------
    ValueError
        If the activation is unknown, the gain is negative or not finite, or there is
        no layer or no sample.
    """
    at_least("plain_gradients.run", "depth", config.depth, 1)
    at_least("plain_gradients.run", "batch", config.batch, 1)
    x = digits().train_x[: config.batch].double()
    predicted = predict_lengths(
        config.activation,
        gain=config.gain,
        depth=config.depth,
        mean_square=float((x**2).mean()),
    )
    lengths = np.array([one_net(config, seed=seed) for seed in config.seeds])
    return Result(lengths, predicted)
