"""Layer normalization and its variant without centring, from tensor operations."""

from collections.abc import Sequence
from numbers import Integral

import torch
from torch import Tensor, nn

from coursekit.nets.affine import apply_affine, register_affine


class _OverTrailingAxes(nn.Module):
    """What layer norm and RMS norm share: the shape they normalize over."""

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None):
        super().__init__()
        if isinstance(normalized_shape, Integral):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        if not self.normalized_shape or min(self.normalized_shape) < 1:
            raise ValueError(
                f"{type(self).__name__}: normalized_shape must hold sizes of at least "
                f"1; got {self.normalized_shape}."
            )
        self.eps = eps
        self.axes = tuple(range(-len(self.normalized_shape), 0))

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless ``x`` ends in the normalized shape."""
        if x.shape[-len(self.axes) :] != self.normalized_shape:
            raise ValueError(
                f"{type(self).__name__}: x must end in normalized_shape = "
                f"{self.normalized_shape}; got {tuple(x.shape)}."
            )


class LayerNorm(_OverTrailingAxes):
    r"""Normalize each sample over its own features, then rescale.

    Computes ``weight * (x - mean) / sqrt(var + eps) + bias`` with one mean and one
    biased variance (divide by the number of features) for each vector, in training
    and evaluation alike [1]_.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The trailing axes to normalize over; an int d means the last axis.
    eps : float, default=1e-5
        Added to the variance, inside the root. Unit of ``x`` squared.
    elementwise_affine : bool, default=True
        Whether there are a weight and a bias.
    bias : bool, default=True
        False leaves out the bias alone.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight, bias : Parameter of shape normalized_shape, or None
        Named as in `torch.nn.LayerNorm`, so that state dicts go both ways. The
        papers write gamma and beta.

    Raises
    ------
    ValueError
        If ``x`` does not end in ``normalized_shape``.

    Notes
    -----
    The variance takes a second pass over the centred values. ``E[x**2] - E[x]**2``
    cancels: in float32, at a mean of 1e4, it can come out negative.

    References
    ----------
    .. [1] Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, Eq. 3-4.

    Examples
    --------
    >>> LayerNorm(2, eps=0.0)(torch.tensor([[1.0, 3.0], [50.0, 10.0]]))
    tensor([[-1.,  1.],
            [ 1., -1.]], grad_fn=<AddBackward0>)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps)
        self.elementwise_affine = elementwise_affine
        register_affine(
            self,
            self.normalized_shape,
            weight=elementwise_affine,
            bias=elementwise_affine and bias,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``x`` of shape (*, *normalized_shape); the shape stays."""
        self.check(x)
        centred = x - x.mean(self.axes, keepdim=True)
        var = centred.square().mean(self.axes, keepdim=True)
        x_hat = centred * torch.rsqrt(var + self.eps)
        return apply_affine(x_hat, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the settings as torch prints them."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_OverTrailingAxes):
    r"""Divide each sample by its root mean square; nothing is centred.

    Computes ``weight * x / sqrt(mean(x**2) + eps)`` [1]_. On an input whose mean is
    zero this is layer norm without a bias; on any other it is not, and adding a
    constant to ``x`` changes the result.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The trailing axes to normalize over; an int d means the last axis.
    eps : float or None, default=None
        Added to the mean square, inside the root. Unit of ``x`` squared. None takes
        the machine epsilon of the dtype of ``x``, as `torch.nn.RMSNorm` does for
        float32 and float64.
    elementwise_affine : bool, default=True
        Whether there is a weight.
    device, dtype
        Of the parameter.

    Attributes
    ----------
    weight : Parameter of shape normalized_shape, or None

    Raises
    ------
    ValueError
        If ``x`` does not end in ``normalized_shape``.

    References
    ----------
    .. [1] Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019,
       arXiv:1910.07467, Eq. 4.

    Examples
    --------
    >>> RMSNorm(2, eps=0.0, elementwise_affine=False)(torch.tensor([[1.0, 7.0]]))
    tensor([[0.2000, 1.4000]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps)
        self.elementwise_affine = elementwise_affine
        register_affine(
            self,
            self.normalized_shape,
            weight=elementwise_affine,
            bias=False,
            device=device,
            dtype=dtype,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``x`` of shape (*, *normalized_shape); the shape stays."""
        self.check(x)
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        mean_square = x.square().mean(self.axes, keepdim=True)
        return apply_affine(x * torch.rsqrt(mean_square + eps), self.weight, None)

    def extra_repr(self) -> str:
        """Return the settings as torch prints them."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}"
        )
