r"""Where the norm stands in a residual net: what reaches which layer at the start.

Five placements of layer norm in the same residual net of two-layer branches. At
initialization the gradient of every branch's last weight is measured, the spread of
the trunk, and the gradient that is left when it may take the trunk alone.

Source: Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020,
arXiv:2002.04745, who compare Post-LN and Pre-LN Transformers; this is the version
with residual MLPs, on the digits. "sandwich" is from Ding et al., "CogView", 2021,
arXiv:2105.13290.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments.checks import at_least, one_of
from coursekit.experiments.training import Split, digits
from coursekit.nets import ResidualNet

#: placement: one block, and whether a norm stands before the head
PLACEMENTS = {
    "post": "norm(x + f(x))",
    "pre": "x + f(norm(x)), final norm",
    "pre without final norm": "x + f(norm(x))",
    "sandwich": "x + norm(f(norm(x))), final norm",
    "none": "x + f(x)",
}


@dataclass(frozen=True)
class Config:
    """Nets of every depth and seed with one placement, at initialization."""

    placement: str = "pre"
    depths: tuple[int, ...] = (2, 6, 12, 24, 48)
    width: int = 64
    activation: str = "relu"
    samples: int = 128
    seeds: tuple[int, ...] = tuple(range(10))
    device: str = "cpu"


@dataclass(frozen=True)
class Start:
    """One net at initialization; no units.

    Attributes
    ----------
    gradients : ndarray of shape (depth,)
        Norm of the loss's gradient with respect to each branch's last weight.
    stds : ndarray of shape (depth + 1,)
        Standard deviation of the stem's output and of each block's.
    by_trunk : float
        Norm of the gradient at the stem's output over that at the last block's, where
        the branches pass none: what the trunk alone carries.
    loss : float
        Cross-entropy in nats.
    """

    gradients: np.ndarray
    stds: np.ndarray
    by_trunk: float
    loss: float


@dataclass(frozen=True)
class Result:
    """One number for each depth and seed, shape (depths, seeds); no units.

    ``first`` and ``last`` are the gradients of the first and the last block;
    ``by_trunk`` and ``loss`` as in `Start`.
    """

    depths: np.ndarray
    first: np.ndarray
    last: np.ndarray
    by_trunk: np.ndarray
    loss: np.ndarray

    def median(self, what: str, depth: int) -> float:
        """Return the median over seeds of "first", "last", ... at one depth."""
        row = list(self.depths).index(depth)
        return float(np.median(getattr(self, what)[row]))


def new_net(
    placement: str, *, depth: int, width: int, activation: str, seed: int
) -> ResidualNet:
    """Return a residual net for the digits with its norms at one placement.

    Raises
    ------
    ValueError
        If ``placement`` is not one of `PLACEMENTS`, or ``depth`` is below 1.

    Examples
    --------
    >>> shape = {"depth": 2, "width": 8, "activation": "relu", "seed": 0}
    >>> net = new_net("sandwich", **shape)
    >>> list(dict(net.blocks[0].branch.named_children()))
    ['norm', 'linear1', 'activation', 'linear2', 'norm2']
    """
    one_of("norm_placement.run", "placement", placement, PLACEMENTS)
    at_least("norm_placement.run", "depth", depth, 1)
    net = ResidualNet(
        64,
        10,
        depth=depth,
        width=width,
        mode="post-norm" if placement == "post" else "pre-norm",
        norm=(lambda _: nn.Identity()) if placement == "none" else nn.LayerNorm,
        activation=activation,
        generator=torch.Generator().manual_seed(seed),
    )
    if placement == "pre without final norm":
        net.head.norm = nn.Identity()
    if placement == "sandwich":
        for block in net.blocks:
            block.branch.add_module("norm2", nn.LayerNorm(width))
    return net


def trunk_alone(net: ResidualNet, x: Tensor, y: Tensor) -> float:
    """Return the share of the gradient that the trunk carries back to the stem.

    The branches compute what they always do, but pass no gradient back.

    Parameters
    ----------
    net : ResidualNet
    x : Tensor of shape (N, 64)
    y : Tensor of shape (N,)
        The digits, int64.

    Returns
    -------
    float
        Norm of the gradient at the stem's output over that at the last block's output.
    """
    hooks = [
        block.branch.register_forward_hook(lambda _module, _inputs, z: z.detach())
        for block in net.blocks
    ]
    trunk = net.activations(x)
    loss = nn.functional.cross_entropy(net.head(trunk[-1]), y)
    stem, last = torch.autograd.grad(loss, [trunk[0], trunk[-1]])
    for hook in hooks:
        hook.remove()
    return float(stem.norm() / last.norm())


def at_start(net: ResidualNet, x: Tensor, y: Tensor) -> Start:
    """Measure one net on one batch, see `Start`; ``x`` (N, 64), ``y`` (N,)."""
    trunk = net.activations(x)
    loss = nn.functional.cross_entropy(net.head(trunk[-1]), y)
    weights = [block.branch.linear2.weight for block in net.blocks]
    gradients = torch.stack([g.norm() for g in torch.autograd.grad(loss, weights)])
    stds = torch.stack([a.detach().std() for a in trunk])
    return Start(
        gradients=gradients.cpu().numpy(),
        stds=stds.cpu().numpy(),
        by_trunk=trunk_alone(net, x, y),
        loss=loss.item(),
    )


def start(config: Config, data: Split, *, depth: int, seed: int) -> Start:
    """Return `Start` for one depth and seed on the first samples of the digits."""
    net = new_net(
        config.placement,
        depth=depth,
        width=config.width,
        activation=config.activation,
        seed=seed,
    ).to(config.device)
    return at_start(net, data.train_x[: config.samples], data.train_y[: config.samples])


def run(config: Config) -> Result:
    """Measure a net at initialization for every depth and seed."""
    data = digits(config.device)
    table = [
        [start(config, data, depth=depth, seed=seed) for seed in config.seeds]
        for depth in config.depths
    ]
    return Result(
        depths=np.array(config.depths),
        first=np.array([[one.gradients[0] for one in row] for row in table]),
        last=np.array([[one.gradients[-1] for one in row] for row in table]),
        by_trunk=np.array([[one.by_trunk for one in row] for row in table]),
        loss=np.array([[one.loss for one in row] for row in table]),
    )


def side_by_side(
    placements: tuple[str, ...], config: Config, *, depth: int, seed: int
) -> dict[str, Start]:
    """Return `start` for several placements, by name."""
    data = digits(config.device)
    where = {"depth": depth, "seed": seed}
    return {
        name: start(replace(config, placement=name), data, **where)
        for name in placements
    }


def run_placements(config: Config, placements: tuple[str, ...]) -> dict[str, Result]:
    """Return `run` for several placements, by name."""
    return {name: run(replace(config, placement=name)) for name in placements}
