"""Instance normalization: forward pass and hand-derived gradients."""

import numpy as np

from coursekit.reference.channels import all_but_channels, per_channel, positions
from coursekit.reference.checks import Array, check_channels, check_gradient
from coursekit.reference.standardize import (
    NormCache,
    moments,
    standardize,
    standardize_backward,
)


def instance_norm_forward(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> tuple[Array, NormCache]:
    r"""Normalize each channel of each sample by itself, then scale and shift.

    .. math:: y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    with one mean and one biased variance for each sample and channel, over the
    positions: ``L`` or ``H * W`` values.

    Parameters
    ----------
    x : ndarray of shape (N, C, L) or (N, C, H, W)
        ``N`` samples with ``C`` channels. Any unit; the output has none.
    gamma, beta : ndarray of shape (C,)
        Learned scale and shift (``weight`` and ``bias`` in `torch.nn.InstanceNorm2d`
        with ``affine=True``; without, ones and zeros).
    eps : float, default=1e-5
        Added to the variance, inside the root. Same unit as ``x`` squared.

    Returns
    -------
    y : ndarray of the shape of ``x``
        Same dtype as ``x``.
    cache : NormCache
        ``(x_hat, inv_std, gamma)`` for `instance_norm_backward`: the shape of ``x``,
        (N, C, 1, ...) and (C,).

    Raises
    ------
    ValueError
        If a channel has a single position, which would turn every input into ``beta``
        (torch refuses it too); if an array has the wrong shape or is not floating, or
        ``eps`` is negative.

    Notes
    -----
    Samples and channels do not see each other: a NaN stays in its own channel of its
    own sample. A constant channel becomes ``beta``; an empty batch gives an empty
    result, as in torch.

    References
    ----------
    .. [1] Ulyanov, Vedaldi, Lempitsky, "Instance Normalization", 2016,
       arXiv:1607.08022, Section 2.
    .. [2] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Eq. 5.

    Examples
    --------
    >>> x = np.array([[[1.0, 3.0], [30.0, 10.0]]])
    >>> y, cache = instance_norm_forward(x, np.ones(2), np.zeros(2), eps=0.0)
    >>> y
    array([[[-1.,  1.],
            [ 1., -1.]]])
    """
    check_channels("instance_norm_forward", x, eps, gamma=gamma, beta=beta)
    if all(length == 1 for length in x.shape[2:]):
        raise ValueError(
            "instance_norm_forward: x must have shape (N, C, L) or (N, C, H, W) with "
            f"more than one position per channel; got {x.shape}."
        )
    mean, var = moments(x, axes=positions(x))
    x_hat, inv_std = standardize(x, mean, var, eps)
    y = per_channel(gamma, x) * x_hat + per_channel(beta, x)
    cache = NormCache(x_hat.astype(x.dtype), inv_std.astype(x.dtype), gamma)
    return y.astype(x.dtype), cache


def instance_norm_backward(dy: Array, cache: NormCache) -> tuple[Array, Array, Array]:
    r"""Return the gradients of instance norm with respect to its input and parameters.

    With :math:`d\hat x = \gamma \, dy` and bars for means over the positions,

    .. math::

        dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
             \left( d\hat x - \overline{d\hat x}
                    - \hat x \; \overline{d\hat x \, \hat x} \right)

    while :math:`d\gamma = \sum dy \, \hat x` and :math:`d\beta = \sum dy` run over the
    samples and positions of a channel.

    Parameters
    ----------
    dy : ndarray of shape (N, C, L) or (N, C, H, W)
        Gradient of the loss with respect to the output ``y``.
    cache : NormCache or tuple
        ``(x_hat, inv_std, gamma)`` from `instance_norm_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``dy``
        Sums to 0 over each channel of each sample. Same dtype as ``x``.
    dgamma, dbeta : ndarray of shape (C,)
        Same dtype as ``gamma``.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Eq. 5,
       differentiated.

    Examples
    --------
    Push the first of four outputs up; the channel's other positions answer too:

    >>> x, dy = np.array([[[1.0, 2.0, 3.0, 6.0]]]), np.array([[[1.0, 0.0, 0.0, 0.0]]])
    >>> y, cache = instance_norm_forward(x, np.ones(1), np.zeros(1), eps=0.0)
    >>> dx, dgamma, dbeta = instance_norm_backward(dy, cache)
    >>> print(dx.round(4))
    [[[ 0.2482 -0.21   -0.1336  0.0955]]]
    """
    x_hat, inv_std, gamma = cache
    check_gradient("instance_norm_backward", "dy", dy, like=x_hat)
    dy = dy.astype(np.float64)  # so that the sums below run in double precision
    dx_hat = per_channel(gamma, dy) * dy
    dx = standardize_backward(dx_hat, x_hat, inv_std, axes=positions(dy))
    axes = all_but_channels(dy)
    dgamma = (dy * x_hat).sum(axis=axes)
    dbeta = dy.sum(axis=axes)
    return dx.astype(x_hat.dtype), dgamma.astype(gamma.dtype), dbeta.astype(gamma.dtype)
