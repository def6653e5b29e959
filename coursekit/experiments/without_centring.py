r"""A Pre-LN net turned into a Pre-RMSNorm net that computes the same.

Layer norm is RMS norm of a centred vector. If everything that writes onto the trunk
(the stem and each branch's last layer) writes vectors of mean 0, the trunk has mean 0,
and every layer norm on it can be an RMS norm.

Source: Jiang, Gu, Zhu, Pan, "Pre-RMSNorm and Pre-CRMSNorm Transformers", 2023,
arXiv:2305.14858; RMS norm is from Zhang, Sennrich, 2019, arXiv:1910.07467.
"""

import copy

import torch
from torch import nn

from coursekit.nets import LayerNorm, ResidualNet, RMSNorm


@torch.no_grad()
def centre_output(layer: nn.Linear) -> None:
    """Change a linear layer in place so that its output has mean 0 for every input.

    The mean of the outputs is itself linear in the input: the mean of the weight's
    rows times the input, plus the mean of the biases. Both are taken away.

    Examples
    --------
    >>> layer = nn.Linear(3, 5)
    >>> centre_output(layer)
    >>> bool(layer(torch.ones(2, 3)).mean(-1).abs().max() < 1e-6)
    True
    """
    layer.weight -= layer.weight.mean(dim=0)
    layer.bias -= layer.bias.mean()


def rms_in_place_of(norm: LayerNorm) -> RMSNorm:
    """Return the RMS norm with the weight and eps of ``norm``, which may have no bias.

    Raises
    ------
    ValueError
        If the layer norm has a bias other than 0, for which RMS norm has no place.
    """
    largest = norm.bias.detach().abs().max().item()
    if largest > 0:
        raise ValueError(
            "rms_in_place_of: bias must be 0 (fold it into the next linear layer "
            f"first); got one of size {largest:.3g}."
        )
    rms = RMSNorm(norm.normalized_shape, eps=norm.eps)
    rms.weight = nn.Parameter(norm.weight.detach().clone())
    return rms


def without_centring(net: ResidualNet) -> ResidualNet:
    """Return a Pre-RMSNorm net that computes what a Pre-LN net does.

    Parameters
    ----------
    net : ResidualNet
        Of mode "pre-norm" with norm "layer", biases of the norms 0. Left as it is.

    Raises
    ------
    ValueError
        If a norm has a bias, see `rms_in_place_of`.
    """
    changed = copy.deepcopy(net)
    for writer in (changed.stem.linear, *(b.branch.linear2 for b in changed.blocks)):
        centre_output(writer)
    for chain in (changed.head, *(block.branch for block in changed.blocks)):
        chain.norm = rms_in_place_of(chain.norm)
    return changed
