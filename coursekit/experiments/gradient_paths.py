r"""How long the paths are that a residual net's gradient takes back to its input.

Each path takes, at every block, the skip or the branch; its length is how many branches
it takes. `coursekit.reference.gradient_by_path_length` sorts the gradient by length,
here for branches drawn at random and for the branches of a net on real data.

Source: Veit, Wilber, Belongie, "Residual Networks Behave Like Ensembles of Relatively
Shallow Networks", 2016, arXiv:1605.06431, Section 5. They sample paths of a trained
net; the recursion takes all of them.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments.checks import at_least
from coursekit.nets import BlockStack
from coursekit.reference import gradient_by_path_length


@dataclass(frozen=True)
class Config:
    r"""Random branches: entries of :math:`J_l` are normal, std ``gain / sqrt(d)``.

    Such a Jacobian multiplies the squared length of a gradient by ``gain ** 2`` on
    average. ``gains`` has one number for each block, the first block first.
    """

    gains: tuple[float, ...] = (1.0,) * 20
    d: int = 64
    seeds: tuple[int, ...] = (0, 1, 2)


@dataclass(frozen=True)
class Result:
    """Which part of the gradient comes by paths of which length.

    Attributes
    ----------
    shares : ndarray of shape (runs, L + 1)
        Squared length of the part that came through k branches, over the sum for all
        k; no unit. A run is a seed, or a sample.
    growth : ndarray of shape (runs,)
        Length of the whole gradient at the input over its length at the output.
    """

    shares: np.ndarray
    growth: np.ndarray

    @property
    def mean_lengths(self) -> np.ndarray:
        """Mean number of branches, weighted by ``shares``; shape (runs,)."""
        return self.shares @ np.arange(self.shares.shape[1])


def expected_shares(gains: Sequence[float]) -> np.ndarray:
    r"""Return the shares for random branches in the limit of many features.

    A path then takes branch l with probability :math:`p_l = s_l^2 / (1 + s_l^2)`, for
    the gain :math:`s_l`, whatever it does elsewhere. With equal gains that is a
    binomial distribution, and with gain 1 it counts the paths.

    Parameters
    ----------
    gains : sequence of L floats
        No unit.

    Returns
    -------
    ndarray of shape (L + 1,)
        They add up to 1.

    Examples
    --------
    >>> expected_shares([1.0, 1.0])
    array([0.25, 0.5 , 0.25])
    """
    shares = np.array([1.0])
    for gain in gains:
        taken = gain**2 / (1 + gain**2)
        shares = np.convolve(shares, [1 - taken, taken])
    return shares


def random_branches(
    gains: Sequence[float], *, d: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Return one random Jacobian of shape (d, d) for each gain."""
    return [gain / np.sqrt(d) * rng.normal(size=(d, d)) for gain in gains]


def sorted_gradient(terms: np.ndarray) -> tuple[np.ndarray, float]:
    """Return shares (L + 1,) and growth for the rows of `gradient_by_path_length`."""
    squares = np.square(terms).sum(axis=1)
    whole = np.linalg.norm(terms.sum(axis=0))
    return squares / squares.sum(), float(whole / np.linalg.norm(terms[0]))


def run(config: Config) -> Result:
    """Sort the gradient of a random output gradient through random branches.

    Raises
    ------
    ValueError
        If there is no block, or ``d`` is below 1.
    """
    at_least("gradient_paths.run", "the number of gains", len(config.gains), 1)
    at_least("gradient_paths.run", "d", config.d, 1)
    found = []
    for seed in config.seeds:
        rng = np.random.default_rng(seed)
        branches = random_branches(config.gains, d=config.d, rng=rng)
        terms = gradient_by_path_length(branches, rng.normal(size=config.d))
        found.append(sorted_gradient(terms))
    shares, growth = zip(*found, strict=True)
    return Result(np.array(shares), np.array(growth))


def terms_of(net: BlockStack, x: Tensor, y: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Sort the gradients of a net's losses on N samples; all in float64.

    Parameters
    ----------
    net : BlockStack
        Of blocks that add ``branch`` to their input and do nothing after. It is used
        in evaluation mode, where samples do not meet, and stays as it is.
    x, y : Tensor of shape (N, d_in) and (N,)
        The samples and their classes.

    Returns
    -------
    terms : ndarray of shape (N, L + 1, width)
        From `gradient_by_path_length`, for each sample.
    gradient : ndarray of shape (N, width)
        What autograd gives for the gradient at the first block's input.

    Raises
    ------
    ValueError
        If a block does something after the sum or to the skip.
    """
    for block in net.blocks:
        if not all(isinstance(m, nn.Identity) for m in (block.after, block.shortcut)):
            raise ValueError(
                "terms_of: net must have pre-activation blocks with identity skips, so "
                f"that the gradient is a sum over paths; got {block}."
            )
    net = deepcopy(net).double().eval()
    activations = net.activations(x.double())
    losses = nn.functional.cross_entropy(net.head(activations[-1]), y, reduction="sum")
    ends = activations[0], activations[-1]
    first, last = (g.cpu().numpy() for g in torch.autograd.grad(losses, ends))
    # row j of every sample's Jacobian at once: samples do not meet
    rows = torch.eye(last.shape[1]).to(activations[0])[:, None].expand(-1, len(x), -1)
    branches = []
    for block, a in zip(net.blocks, activations, strict=False):
        a = a.detach().requires_grad_()
        branches += torch.autograd.grad(block.branch(a), a, rows, is_grads_batched=True)
    jacobians = torch.stack(branches).movedim(2, 0).cpu().numpy()  # (N, L, d, d)
    pairs = zip(jacobians, last, strict=True)
    return np.array([gradient_by_path_length(list(j), g) for j, g in pairs]), first


def of_net(net: BlockStack, x: Tensor, y: Tensor) -> Result:
    """Return a `Result` with one run for each of the samples ``x``, ``y``.

    Parameters are those of `terms_of`. The shares of a sample without any gradient are
    NaN.
    """
    terms, _ = terms_of(net, x, y)
    shares, growth = zip(*map(sorted_gradient, terms), strict=True)
    return Result(np.array(shares), np.array(growth))
