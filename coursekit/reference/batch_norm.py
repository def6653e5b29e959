"""Batch normalization: forward pass, hand-derived gradients and folding."""

from typing import NamedTuple

import numpy as np

from coursekit.reference.channels import all_but_channels, per_channel
from coursekit.reference.checks import (
    Array,
    check_channels,
    check_eps,
    check_floating,
    check_gradient,
    check_shape,
)
from coursekit.reference.standardize import (
    moments,
    standardize,
    standardize_backward,
)


class RunningStats(NamedTuple):
    """What batch norm remembers of the batches it was trained on.

    Start with zeros and ones. A plain tuple ``(mean, var)`` does as well.

    Attributes
    ----------
    mean : ndarray of shape (C,)
        Running mean of each channel (``running_mean`` in torch). Unit of ``x``.
    var : ndarray of shape (C,)
        Running variance of each channel, unbiased: each batch enters divided by
        ``n - 1`` (``running_var`` in torch). Unit of ``x`` squared.
    """

    mean: Array
    var: Array


class BatchNormCache(NamedTuple):
    """What the backward pass of batch norm needs from its forward pass.

    Attributes
    ----------
    x_hat : ndarray of the shape of ``x``
        The standardized input, before gamma and beta; no unit.
    inv_std : ndarray of shape (1, C, 1, ...)
        ``1 / sqrt(var + eps)`` of each channel. Unit: one over that of ``x``.
    gamma : ndarray of shape (C,)
        The scale that was used.
    training : bool, default=True
        Whether mean and variance came from this batch, so that they depend on ``x``.
    """

    x_hat: Array
    inv_std: Array
    gamma: Array
    training: bool = True


def batch_norm_forward(
    x: Array,
    gamma: Array,
    beta: Array,
    running: RunningStats,
    *,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, RunningStats, BatchNormCache]:
    r"""Normalize each channel over the batch, then scale and shift.

    .. math:: y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    In training, :math:`\mu` and :math:`\sigma^2` are the mean and the biased variance
    (divide by ``n``) of the channel's ``n`` values in this batch. In evaluation they
    are the running statistics: constants, whatever else is in the batch.

    Parameters
    ----------
    x : ndarray of shape (N, D), (N, C, L) or (N, C, H, W)
        ``N`` samples; axis 1 holds the channels (of which ``D`` features are a special
        case), so that a channel has ``n = N``, ``N * L`` or ``N * H * W`` values. Any
        unit; the output has none.
    gamma, beta : ndarray of shape (C,)
        Learned scale and shift (``weight`` and ``bias`` in torch).
    running : RunningStats
        Mean and variance of shape (C,); never changed in place.
    training : bool
        Whether to use, and to remember, the statistics of this batch.
    momentum : float, default=0.1
        Weight of the new batch, as in torch: ``new = (1 - m) * old + m * batch``. No
        unit. (Keras gives this name to the weight of the old.)
    eps : float, default=1e-5
        Added to the variance, inside the root. Same unit as ``x`` squared.

    Returns
    -------
    y : ndarray of the shape of ``x``
        Same dtype as ``x``.
    running : RunningStats
        In training, new statistics, to which the batch's variance contributes unbiased
        (divided by ``n - 1``), as in torch. In evaluation, the ones that came in.
    cache : BatchNormCache
        ``(x_hat, inv_std, gamma, training)`` for `batch_norm_backward`.

    Raises
    ------
    ValueError
        If a channel has a single value in training, which would turn every input into
        ``beta`` (torch refuses it too); if an array has the wrong shape or is not
        floating; if ``momentum`` is not in [0, 1] or ``eps`` is negative.

    Notes
    -----
    A sequence of shape (B, T, d) has its features last: pass ``x.reshape(-1, d)``.
    Channels do not see each other: a NaN stays in its own. A constant channel becomes
    ``beta``. An empty batch has no statistics: it gives an empty result and leaves
    ``running`` as it was, as in torch.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Algorithm 1
       (training) and Algorithm 2 (evaluation).

    Examples
    --------
    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]])
    >>> gamma, beta = np.ones(2), np.zeros(2)
    >>> start = RunningStats(mean=np.zeros(2), var=np.ones(2))
    >>> y, running, cache = batch_norm_forward(
    ...     x, gamma, beta, start, training=True, momentum=0.5, eps=0.0
    ... )
    >>> y
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> running
    RunningStats(mean=array([ 1., 10.]), var=array([  1.5, 100.5]))
    """
    check_channels(
        "batch_norm_forward", x, eps, gamma=gamma, beta=beta, **_named(running)
    )
    if not 0 <= momentum <= 1:
        raise ValueError(
            f"batch_norm_forward: momentum must lie in [0, 1]; got {momentum}."
        )
    use_batch = bool(training) and len(x) > 0
    if use_batch:
        n = x.size // x.shape[1]
        if n == 1:
            raise ValueError(
                "batch_norm_forward: x must have more than one value per channel in "
                f"training; got shape {x.shape}."
            )
        mean, var = moments(x, axes=all_but_channels(x))
        running = _remember(running, mean, var * n / (n - 1), momentum)
    else:
        mean, var = (per_channel(statistic, x) for statistic in running)
    x_hat, inv_std = standardize(x, mean, var, eps)
    y = per_channel(gamma, x) * x_hat + per_channel(beta, x)
    cache = BatchNormCache(
        x_hat.astype(x.dtype), inv_std.astype(x.dtype), gamma, use_batch
    )
    return y.astype(x.dtype), running, cache


def batch_norm_backward(dy: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    r"""Return the gradients of batch norm with respect to its input and parameters.

    With :math:`d\hat x = \gamma \, dy` and bars for means over the ``n`` values of the
    channel, in training

    .. math::

        dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
             \left( d\hat x - \overline{d\hat x}
                    - \hat x \; \overline{d\hat x \, \hat x} \right)

    and in evaluation, where the statistics are constants, only the first of the three
    terms. In both, :math:`d\gamma = \sum dy \, \hat x` and :math:`d\beta = \sum dy`
    over the values of the channel.

    Parameters
    ----------
    dy : ndarray of shape (N, D), (N, C, L) or (N, C, H, W)
        Gradient of the loss with respect to the output ``y``.
    cache : BatchNormCache or tuple
        From `batch_norm_forward`. A plain ``(x_hat, inv_std, gamma)`` means training.

    Returns
    -------
    dx : ndarray of the shape of ``dy``
        In training it sums to 0 over each channel. Same dtype as ``x``.
    dgamma, dbeta : ndarray of shape (C,)
        Same dtype as ``gamma``.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Section 3
       (there in six steps; put into one another they give the line above).

    Examples
    --------
    Push one of four outputs up; the other samples of the batch answer too:

    >>> x, dy = np.array([[1.0], [2.0], [3.0], [6.0]]), np.array([[1.0], [0], [0], [0]])
    >>> running = RunningStats(mean=np.zeros(1), var=np.ones(1))
    >>> y, running, cache = batch_norm_forward(
    ...     x, np.ones(1), np.zeros(1), running, training=True, eps=0.0
    ... )
    >>> dx, dgamma, dbeta = batch_norm_backward(dy, cache)
    >>> print(dx.round(4).T)
    [[ 0.2482 -0.21   -0.1336  0.0955]]
    """
    x_hat, inv_std, gamma, training = BatchNormCache(*cache)
    check_gradient("batch_norm_backward", "dy", dy, like=x_hat)
    dy = dy.astype(np.float64)  # so that the sums below run in double precision
    axes = all_but_channels(dy)
    dx_hat = per_channel(gamma, dy) * dy
    if training:
        dx = standardize_backward(dx_hat, x_hat, inv_std, axes)
    else:
        dx = inv_std * dx_hat
    dgamma = (dy * x_hat).sum(axis=axes)
    dbeta = dy.sum(axis=axes)
    return dx.astype(x_hat.dtype), dgamma.astype(gamma.dtype), dbeta.astype(gamma.dtype)


def fold_batch_norm(
    W: Array,
    b: Array | None,
    gamma: Array,
    beta: Array,
    running: RunningStats,
    eps: float = 1e-5,
) -> tuple[Array, Array]:
    r"""Put a batch norm in evaluation mode into the linear layer before it.

    The layer ``a @ W + b`` followed by batch norm is again a linear layer, with

    .. math::

        W' = W s \qquad b' = (b - \mu) \, s + \beta \qquad
        s = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}

    where each column of ``W`` has its own factor ``s`` and :math:`\mu, \sigma^2` are
    the running statistics.

    Parameters
    ----------
    W : ndarray of shape (d_in, C)
        Weight of ``a @ W + b``; torch's ``Linear.weight`` is its transpose.
    b : ndarray of shape (C,) or None
        Bias; None counts as zeros.
    gamma, beta : ndarray of shape (C,)
        Scale and shift of the batch norm.
    running : RunningStats
        Mean and variance of shape (C,) that the batch norm uses in evaluation.
    eps : float, default=1e-5
        The batch norm's own ``eps``. Same unit as the variance.

    Returns
    -------
    W, b : ndarray of shape (d_in, C) and (C,)
        Weight and bias of the one layer that replaces the two. Same dtype as ``W``.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not floating, or ``eps`` is negative.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Algorithm 2,
       step 11, applied to a linear layer.

    Examples
    --------
    >>> running = RunningStats(mean=np.array([1.0]), var=np.array([4.0]))
    >>> fold_batch_norm(
    ...     np.array([[3.0]]), None, np.array([2.0]), np.array([5.0]), running, eps=0.0
    ... )
    (array([[3.]]), array([4.]))
    """
    vectors = {"gamma": gamma, "beta": beta, **_named(running)}
    if b is not None:
        vectors["b"] = b
    check_floating("fold_batch_norm", W=W, **vectors)
    if W.ndim != 2:
        raise ValueError(
            f"fold_batch_norm: W must have shape (d_in, C); got {W.shape}."
        )
    check_shape("fold_batch_norm", "shape (C,)", W.shape[1:], **vectors)
    check_eps("fold_batch_norm", eps)
    mean, var = running
    scale = gamma / np.sqrt(var.astype(np.float64) + eps)
    bias = 0.0 if b is None else b
    return (W * scale).astype(W.dtype), ((bias - mean) * scale + beta).astype(W.dtype)


def _remember(
    running: RunningStats, mean: Array, unbiased_var: Array, momentum: float
) -> RunningStats:
    """Move the running statistics towards those of one batch, of shape (1, C, ...)."""
    return RunningStats(
        *(
            ((1 - momentum) * old + momentum * new.ravel()).astype(old.dtype)
            for old, new in zip(running, (mean, unbiased_var), strict=True)
        )
    )


def _named(running: RunningStats) -> dict[str, Array]:
    """Return the running statistics by the names that messages call them."""
    mean, var = running
    return {"running.mean": mean, "running.var": var}
