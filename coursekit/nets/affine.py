"""The learnable weight and bias that end every normalization layer."""

import torch
from torch import Tensor, nn


def register_affine(
    module: nn.Module,
    shape: tuple[int, ...],
    *,
    weight: bool,
    bias: bool,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> None:
    """Give ``module`` a weight of ones and a bias of zeros, under torch's names.

    Ones and zeros leave the standardized values as they are, so a fresh layer only
    normalizes; training moves both.

    Parameters
    ----------
    module : nn.Module
        The layer; ``module.weight`` and ``module.bias`` are set.
    shape : tuple of int
        Shape of both parameters.
    weight, bias : bool
        False registers None in the parameter's place, as torch does.
    device, dtype
        Where the parameters live and their type; torch's defaults if None.
    """
    factory = {"device": device, "dtype": dtype}
    ones = nn.Parameter(torch.ones(shape, **factory)) if weight else None
    zeros = nn.Parameter(torch.zeros(shape, **factory)) if bias else None
    module.register_parameter("weight", ones)
    module.register_parameter("bias", zeros)


def apply_affine(
    x_hat: Tensor, weight: Tensor | None, bias: Tensor | None, *, ndim: int = 0
) -> Tensor:
    """Return ``weight * x_hat + bias``; a parameter that is None is left out.

    Parameters
    ----------
    x_hat : Tensor of shape (N, C, *) or (*, *normalized_shape)
        Standardized values, no unit.
    weight, bias : Tensor or None
        Shape (C,) with ``ndim`` given, else the trailing shape of ``x_hat``.
    ndim : int, default=0
        For one value per channel: how many axes follow the channels in ``x_hat``.

    Returns
    -------
    Tensor of the shape of ``x_hat``
    """
    ones = (1,) * ndim
    if weight is not None:
        x_hat = x_hat * weight.reshape(*weight.shape, *ones)
    if bias is not None:
        x_hat = x_hat + bias.reshape(*bias.shape, *ones)
    return x_hat
