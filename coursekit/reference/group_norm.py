"""Group normalization: forward pass and hand-derived gradients."""

import numpy as np

from coursekit.reference.channels import all_but_channels, per_channel, positions
from coursekit.reference.checks import Array, check_channels, check_gradient
from coursekit.reference.standardize import (
    NormCache,
    moments,
    standardize,
    standardize_backward,
)


def group_norm_forward(
    x: Array, num_groups: int, gamma: Array, beta: Array, eps: float = 1e-5
) -> tuple[Array, NormCache]:
    r"""Normalize each sample within groups of channels, then scale and shift.

    .. math:: y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    with one mean and one biased variance for each sample and group: over ``C / G``
    neighbouring channels and all their positions. One group is layer norm over
    (C, H, W); as many groups as channels is instance norm.

    Parameters
    ----------
    x : ndarray of shape (N, C), (N, C, L) or (N, C, H, W)
        ``N`` samples with ``C`` channels. Any unit; the output has none.
    num_groups : int
        The number of groups ``G``; it divides ``C``. No unit.
    gamma, beta : ndarray of shape (C,)
        Learned scale and shift: one for each channel, not one for each group
        (``weight`` and ``bias`` in `torch.nn.GroupNorm`).
    eps : float, default=1e-5
        Added to the variance, inside the root. Same unit as ``x`` squared.

    Returns
    -------
    y : ndarray of the shape of ``x``
        Same dtype as ``x``.
    cache : NormCache
        ``(x_hat, inv_std, gamma)`` for `group_norm_backward`: the shape of ``x``,
        (N, G, 1, ...) with one axis more than ``x``, and (C,).

    Raises
    ------
    ValueError
        If ``num_groups`` does not divide ``C``, an array has the wrong shape or is not
        floating, or ``eps`` is negative.

    Notes
    -----
    Groups do not see each other: a NaN stays in its own group of its own sample. An
    empty batch gives an empty result. A constant group, and so every group of a single
    value, becomes ``beta``; torch refuses the single value if the batch is one sample.

    References
    ----------
    .. [1] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Eq. 7.

    Examples
    --------
    >>> x = np.array([[1.0, 3.0, 10.0, 30.0]])
    >>> y, cache = group_norm_forward(x, 2, np.ones(4), np.zeros(4), eps=0.0)
    >>> y
    array([[-1.,  1., -1.,  1.]])
    """
    check_channels("group_norm_forward", x, eps, gamma=gamma, beta=beta)
    channels = x.shape[1]
    if not (
        isinstance(num_groups, int | np.integer)
        and num_groups >= 1
        and channels % num_groups == 0
    ):
        raise ValueError(
            "group_norm_forward: num_groups must be a whole number that divides the "
            f"number of channels = {channels}; got {num_groups!r}."
        )
    grouped = _split(x, num_groups)
    mean, var = moments(grouped, axes=positions(grouped))
    x_hat, inv_std = standardize(grouped, mean, var, eps)
    x_hat = x_hat.reshape(x.shape)
    y = per_channel(gamma, x) * x_hat + per_channel(beta, x)
    cache = NormCache(x_hat.astype(x.dtype), inv_std.astype(x.dtype), gamma)
    return y.astype(x.dtype), cache


def group_norm_backward(dy: Array, cache: NormCache) -> tuple[Array, Array, Array]:
    r"""Return the gradients of group norm with respect to its input and parameters.

    With :math:`d\hat x = \gamma \, dy` and bars for means over the values of a group,

    .. math::

        dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
             \left( d\hat x - \overline{d\hat x}
                    - \hat x \; \overline{d\hat x \, \hat x} \right)

    while :math:`d\gamma = \sum dy \, \hat x` and :math:`d\beta = \sum dy` run over the
    samples and positions of a channel.

    Parameters
    ----------
    dy : ndarray of shape (N, C), (N, C, L) or (N, C, H, W)
        Gradient of the loss with respect to the output ``y``.
    cache : NormCache or tuple
        ``(x_hat, inv_std, gamma)`` from `group_norm_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``dy``
        Sums to 0 over each group of each sample. Same dtype as ``x``.
    dgamma, dbeta : ndarray of shape (C,)
        Same dtype as ``gamma``.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Wu, He, "Group Normalization", 2018, arXiv:1803.08494, Eq. 7,
       differentiated.

    Examples
    --------
    Push the first of four outputs up; with one group, all inputs answer:

    >>> x, dy = np.array([[1.0, 2.0, 3.0, 6.0]]), np.array([[1.0, 0.0, 0.0, 0.0]])
    >>> y, cache = group_norm_forward(x, 1, np.ones(4), np.zeros(4), eps=0.0)
    >>> dx, dgamma, dbeta = group_norm_backward(dy, cache)
    >>> print(dx.round(4))
    [[ 0.2482 -0.21   -0.1336  0.0955]]
    """
    x_hat, inv_std, gamma = cache
    check_gradient("group_norm_backward", "dy", dy, like=x_hat)
    dy = dy.astype(np.float64)  # so that the sums below run in double precision
    num_groups = inv_std.shape[1]
    dx_hat = _split(per_channel(gamma, dy) * dy, num_groups)
    dx = standardize_backward(
        dx_hat, _split(x_hat, num_groups), inv_std, axes=positions(dx_hat)
    ).reshape(dy.shape)
    axes = all_but_channels(dy)
    dgamma = (dy * x_hat).sum(axis=axes)
    dbeta = dy.sum(axis=axes)
    return dx.astype(x_hat.dtype), dgamma.astype(gamma.dtype), dbeta.astype(gamma.dtype)


def _split(x: Array, num_groups: int) -> Array:
    """Give the channels of a group an axis of their own: (N, G, C / G, ...)."""
    n, channels, *positions = x.shape
    return x.reshape(n, num_groups, channels // num_groups, *positions)
