r"""Put every batch norm of a trained net into the linear layer before it.

In evaluation batch norm is a fixed affine map of each feature, and two affine maps in a
row are one: ``W' = W s``, ``b' = (b - mean) s + beta``. Ioffe, Szegedy, "Batch
Normalization", 2015, arXiv:1502.03167, Algorithm 2, step 11.
"""

import copy
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn

from coursekit.experiments.train_eval_gap import Training, trained_net
from coursekit.experiments.training import digits
from coursekit.nets import PlainNet
from coursekit.reference import RunningStats, fold_batch_norm


@dataclass(frozen=True)
class Config:
    """Which net is folded; it is asked about the 500 test digits."""

    training: Training = field(default_factory=Training)
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Result:
    """A net with batch norm and the same net folded.

    Attributes
    ----------
    norms : tuple of int
        Batch norms before and after.
    logits : Tensor of shape (500, 10)
        Of the net in evaluation mode, no unit.
    folded : Tensor of shape (500, 10)
        Of the folded net.
    training : Tensor of shape (500, 10)
        Of the net in training mode, all test digits in one batch of their own.
    """

    norms: tuple[int, int]
    logits: Tensor
    folded: Tensor
    training: Tensor


def fold(linear: nn.Linear, norm: nn.BatchNorm1d) -> nn.Linear:
    """Return the one linear layer that does what the two do in evaluation mode.

    Parameters
    ----------
    linear : nn.Linear
        With or without bias.
    norm : nn.BatchNorm1d
        In evaluation mode.

    Returns
    -------
    nn.Linear
        New, with a bias.

    Raises
    ------
    ValueError
        If ``norm`` is in training mode: its statistics are still those of each batch.

    Examples
    --------
    >>> linear, norm = nn.Linear(2, 3), nn.BatchNorm1d(3).eval()
    >>> x = torch.ones(4, 2)
    >>> torch.allclose(fold(linear, norm)(x), norm(linear(x)), atol=1e-6)
    True
    """
    if norm.training:
        raise ValueError(
            "fold: norm must be in evaluation mode, where its statistics are fixed; "
            "got one in training mode. Call .eval() first."
        )
    bias = None if linear.bias is None else linear.bias.detach().cpu().numpy()
    found = fold_batch_norm(
        linear.weight.detach().cpu().numpy().T,
        bias,
        norm.weight.detach().cpu().numpy(),
        norm.bias.detach().cpu().numpy(),
        RunningStats(norm.running_mean.cpu().numpy(), norm.running_var.cpu().numpy()),
        norm.eps,
    )
    W, b = (torch.as_tensor(array) for array in found)
    one = nn.Linear(linear.in_features, linear.out_features)
    one.load_state_dict({"weight": W.T, "bias": b})
    return one.to(linear.weight.device)


def fold_net(net: PlainNet) -> PlainNet:
    """Return a copy in which each linear layer has taken in the norm behind it."""
    folded = copy.deepcopy(net)
    for part in (folded.stem, *folded.blocks):
        layers = list(part.named_children())
        for (name, layer), (_, after) in pairwise(layers):
            if isinstance(layer, nn.Linear) and isinstance(after, nn.BatchNorm1d):
                setattr(part, name, fold(layer, after))
        for name, layer in layers:
            if isinstance(layer, nn.BatchNorm1d):
                delattr(part, name)
    return folded


def count_norms(net: nn.Module) -> int:
    """Return how many batch norms ``net`` has."""
    return sum(isinstance(module, nn.BatchNorm1d) for module in net.modules())


def run(config: Config) -> Result:
    """Train, fold, and ask both nets about the test digits."""
    net = trained_net(config.training, config.seed, config.device)
    folded, x = fold_net(net), digits(config.device).test_x
    with torch.no_grad():
        return Result(
            norms=(count_norms(net), count_norms(folded)),
            logits=net(x).cpu(),
            folded=folded(x).cpu(),
            training=copy.deepcopy(net).train()(x).cpu(),
        )
