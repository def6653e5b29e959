"""Group normalization, from tensor operations."""

import torch
from torch import Tensor, nn

from coursekit.nets.affine import apply_affine, register_affine


class GroupNorm(nn.Module):
    r"""Normalize each sample over groups of channels, then rescale each channel.

    One mean and one biased variance for each sample and group, over the group's
    channels and all positions; computed from the sample alone, in training and
    evaluation alike [1]_. One group is layer norm over ``(C, *)``; one channel per
    group is instance norm.

    Parameters
    ----------
    num_groups : int
        How many groups; divides ``num_channels``.
    num_channels : int
        C, the channels of the input.
    eps : float, default=1e-5
        Added to the variance, inside the root. Unit of ``x`` squared.
    affine : bool, default=True
        Whether each channel has a weight and a bias.
    device, dtype
        Of the parameters.
    bias : bool, default=True
        False leaves out the bias alone.

    Attributes
    ----------
    weight, bias : Parameter of shape (C,), or None
        Named as in `torch.nn.GroupNorm`.

    Raises
    ------
    ValueError
        If ``num_groups`` does not divide ``num_channels``, or ``x`` is not of shape
        (N, C, *).

    Notes
    -----
    A group of one value equals its mean, so it becomes the bias, as in layer norm
    with d = 1.

    References
    ----------
    .. [1] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Eq. 1-2 and 7.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 3.0, 20.0, 10.0]])
    >>> GroupNorm(2, 4, eps=0.0, affine=False)(x)
    tensor([[-1.,  1.,  1., -1.]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels < 1 or num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_groups must divide num_channels = {num_channels}; "
                f"got {num_groups}."
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        register_affine(
            self,
            (num_channels,),
            weight=affine,
            bias=affine and bias,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``x`` of shape (N, C, *); the shape stays."""
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            raise ValueError(
                f"GroupNorm: x must have shape (N, C, *) with C = "
                f"{self.num_channels}; got {tuple(x.shape)}."
            )
        # (N, G, C / G, *): the axes of one group stand together behind G
        groups = x.unflatten(1, (self.num_groups, -1))
        axes = tuple(range(2, groups.ndim))
        centred = groups - groups.mean(axes, keepdim=True)
        var = centred.square().mean(axes, keepdim=True)
        x_hat = (centred * torch.rsqrt(var + self.eps)).flatten(1, 2)
        return apply_affine(x_hat, self.weight, self.bias, ndim=x.ndim - 2)

    def extra_repr(self) -> str:
        """Return the settings as torch prints them."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, "
            f"affine={self.affine}, bias={self.bias is not None}"
        )
