"""Batch normalization with running statistics, from tensor operations."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from coursekit.nets.affine import apply_affine, register_affine


class _BatchNorm(nn.Module):
    """The layer for any number of positions; subclasses say which shapes they take."""

    #: how many axes the input may have, and how to say so
    ndims: ClassVar[tuple[int, ...]]
    shapes: ClassVar[str]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_features < 1:
            raise ValueError(
                f"{type(self).__name__}: num_features must be at least 1; "
                f"got {num_features}."
            )
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        factory = {"device": device, "dtype": dtype}
        register_affine(
            self, (num_features,), weight=affine, bias=affine and bias, **factory
        )
        mean = var = count = None
        if track_running_stats:
            mean = torch.zeros(num_features, **factory)
            var = torch.ones(num_features, **factory)
            count = torch.tensor(0, dtype=torch.long, device=device)
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``x`` of shape (N, C) or (N, C, *); the shape stays."""
        self._check_shape(x)
        if self.training or not self.track_running_stats:
            mean, var, count = self._batch_statistics(x)
            if self.track_running_stats:
                self._update_running(mean, var, count)
        else:
            mean, var = self.running_mean, self.running_var
        positions = (1,) * (x.ndim - 2)
        mean, var = (s.reshape(-1, *positions) for s in (mean, var))
        x_hat = (x - mean) * torch.rsqrt(var + self.eps)
        return apply_affine(x_hat, self.weight, self.bias, ndim=x.ndim - 2)

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor, int]:
        """Return mean (C,), biased variance (C,) and how many values made each."""
        axes = (0, *range(2, x.ndim))
        count = x.numel() // self.num_features
        if count < 2:
            raise ValueError(
                f"{type(self).__name__}: x must have at least two values per channel "
                f"to take statistics from the batch; got {count} in shape "
                f"{tuple(x.shape)}. Use a larger batch, or call .eval()."
            )
        mean = x.mean(axes, keepdim=True)
        var = (x - mean).square().mean(axes)
        return mean.flatten(), var, count

    @torch.no_grad()
    def _update_running(self, mean: Tensor, var: Tensor, count: int) -> None:
        """Move the buffers towards the batch; they never join the graph."""
        self.num_batches_tracked += 1
        step = self.momentum
        if step is None:  # the plain average over all batches so far
            step = 1.0 / float(self.num_batches_tracked)
        unbiased = var * (count / (count - 1))
        self.running_mean.mul_(1 - step).add_(mean, alpha=step)
        self.running_var.mul_(1 - step).add_(unbiased, alpha=step)

    def _check_shape(self, x: Tensor) -> None:
        if x.ndim not in self.ndims or x.shape[1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: x must have shape {self.shapes} with C = "
                f"{self.num_features}; got {tuple(x.shape)}."
            )

    def extra_repr(self) -> str:
        """Return the settings as torch prints them."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    r"""Normalize each feature over the batch, then rescale it.

    In training it computes ``weight * (x - mean) / sqrt(var + eps) + bias`` with each
    feature's mean and biased variance over the batch and all positions, and moves the
    running statistics towards the batch's. In evaluation it uses the running
    statistics instead: another function, in which samples no longer meet [1]_.

    Parameters
    ----------
    num_features : int
        C, the features of a vector or the channels of a sequence.
    eps : float, default=1e-5
        Added to the variance, inside the root. Unit of ``x`` squared.
    momentum : float or None, default=0.1
        The weight of the new batch: new = (1 - momentum) old + momentum batch (some
        libraries and papers call the other factor by this name). None keeps the
        plain average over all batches.
    affine : bool, default=True
        Whether each feature has a weight and a bias.
    track_running_stats : bool, default=True
        False keeps no buffers; evaluation then uses the batch too.
    device, dtype
        Of parameters and buffers.
    bias : bool, default=True
        False leaves out the bias alone.

    Attributes
    ----------
    weight, bias : Parameter of shape (C,), or None
    running_mean, running_var : Tensor of shape (C,), or None
        Buffers without a graph. ``running_var`` averages the *unbiased* variance
        (divide by the count minus one), though the batch itself is normalized with
        the biased one: torch's convention and the paper's (Algorithm 2, line 10).
    num_batches_tracked : Tensor of shape (), int64, or None
        Named, like the others, as in `torch.nn.BatchNorm1d`.

    Raises
    ------
    ValueError
        If ``x`` is not of shape (N, C) or (N, C, L), or if statistics are to be taken
        from fewer than two values per feature. (Torch refuses one value but lets an
        empty batch through.)

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization: Accelerating Deep Network Training by
       Reducing Internal Covariate Shift", 2015, arXiv:1502.03167, Algorithms 1-2.

    Examples
    --------
    >>> layer = BatchNorm1d(2, eps=0.0)
    >>> layer(torch.tensor([[1.0, 30.0], [3.0, 10.0]])).detach()
    tensor([[-1.,  1.],
            [ 1., -1.]])
    >>> layer.running_mean  # a tenth of the way from 0 to the batch's mean (2, 20)
    tensor([0.2000, 2.0000])
    """

    ndims = (2, 3)
    shapes = "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    r"""Normalize each channel over the batch, rows and columns, then rescale it.

    `BatchNorm1d` for images: one mean and one variance per channel, over N, H and W
    [1]_. Parameters, attributes and errors are those of `BatchNorm1d`, for ``x`` of
    shape (N, C, H, W).

    References
    ----------
    .. [1] Ioffe, Szegedy, 2015, arXiv:1502.03167, Section 3.2.

    Examples
    --------
    >>> layer = BatchNorm2d(1, eps=0.0, affine=False)
    >>> layer(torch.tensor([[[[1.0, 3.0]]], [[[3.0, 1.0]]]])).flatten()
    tensor([-1.,  1.,  1., -1.])
    """

    ndims = (4,)
    shapes = "(N, C, H, W)"
