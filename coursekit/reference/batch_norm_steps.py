"""Batch normalization one operation at a time: every intermediate, every gradient.

`coursekit.reference.batch_norm` computes the same in a few lines. Here each step does
one thing, so that each can be checked by itself.
"""

from typing import NamedTuple

import numpy as np

from coursekit.reference.checks import (
    Array,
    check_channels,
    check_gradient,
)


class BatchNormSteps(NamedTuple):
    """Every intermediate value of a batch norm of ``x`` of shape (N, D), in order.

    Attributes
    ----------
    mu : ndarray of shape (D,)
        Mean over the batch. Unit of ``x``.
    xmu : ndarray of shape (N, D)
        ``x`` minus its mean. It has two consumers: ``sq`` and ``x_hat``.
    sq : ndarray of shape (N, D)
        Its square.
    var : ndarray of shape (D,)
        The mean of the squares: the biased variance.
    std : ndarray of shape (D,)
        ``sqrt(var + eps)``.
    inv_std : ndarray of shape (D,)
        One over that.
    x_hat : ndarray of shape (N, D)
        The normalized input, no unit.
    gamma : ndarray of shape (D,)
        The scale that was used.
    """

    mu: Array
    xmu: Array
    sq: Array
    var: Array
    std: Array
    inv_std: Array
    x_hat: Array
    gamma: Array


class BatchNormStepGradients(NamedTuple):
    """The gradient with respect to every intermediate value, in the order found.

    Each has the shape of what it belongs to, see `BatchNormSteps`; ``dx`` that of x,
    ``dgamma`` and ``dbeta`` have shape (D,).
    """

    dbeta: Array
    dgamma: Array
    dx_hat: Array
    dinv_std: Array
    dstd: Array
    dvar: Array
    dsq: Array
    dxmu: Array
    dmu: Array
    dx: Array


def batch_norm_forward_steps(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> tuple[Array, BatchNormSteps]:
    """Normalize each feature over the batch, in training, and keep every step.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        ``N`` samples with ``D`` features; any unit, the output has none.
    gamma, beta : ndarray of shape (D,)
        Scale and shift.
    eps : float, default=1e-5
        Added to the biased variance, inside the root. Unit of ``x`` squared.

    Returns
    -------
    y : ndarray of shape (N, D)
        No unit.
    steps : BatchNormSteps
        What `batch_norm_backward_steps` needs, and more.

    Raises
    ------
    ValueError
        If ``x`` is not of shape (N, D), or gamma or beta not of shape (D,), if one of
        them is not floating, or ``eps`` is negative.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Algorithm 1.

    Examples
    --------
    >>> x = np.array([[1.0], [3.0]])
    >>> y, steps = batch_norm_forward_steps(x, np.ones(1), np.zeros(1), eps=0.0)
    >>> steps.xmu.ravel(), steps.var, y.ravel()
    (array([-1.,  1.]), array([1.]), array([-1.,  1.]))
    """
    check_channels("batch_norm_forward_steps", x, eps, gamma=gamma, beta=beta)
    if x.ndim != 2:
        raise ValueError(
            f"batch_norm_forward_steps: x must have shape (N, D); got {x.shape}."
        )
    mu = x.mean(axis=0)
    xmu = x - mu
    sq = xmu**2
    var = sq.mean(axis=0)
    std = np.sqrt(var + eps)
    inv_std = 1 / std
    x_hat = xmu * inv_std
    y = gamma * x_hat + beta
    return y, BatchNormSteps(mu, xmu, sq, var, std, inv_std, x_hat, gamma)


def batch_norm_backward_steps(
    dy: Array, steps: BatchNormSteps
) -> BatchNormStepGradients:
    """Return the gradient at every step, from the output back to the input.

    Parameters
    ----------
    dy : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    steps : BatchNormSteps
        From `batch_norm_forward_steps`.

    Returns
    -------
    BatchNormStepGradients
        The last of them, ``dx``, sums to 0 over the batch.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Section 3.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0]])
    >>> y, steps = batch_norm_forward_steps(x, np.ones(1), np.zeros(1), eps=0.5)
    >>> gradients = batch_norm_backward_steps(np.array([[1.0], [0], [0]]), steps)
    >>> gradients.dinv_std, gradients.dx.sum(axis=0).round(12)
    (array([-1.]), array([0.]))
    """
    check_gradient("batch_norm_backward_steps", "dy", dy, like=steps.x_hat)
    _, xmu, sq, _, std, inv_std, x_hat, gamma = steps
    n = len(dy)
    dbeta = dy.sum(axis=0)  # y = gamma * x_hat + beta
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = gamma * dy
    dinv_std = (dx_hat * xmu).sum(axis=0)  # x_hat = xmu * inv_std
    dstd = -dinv_std / std**2  # inv_std = 1 / std
    dvar = dstd / (2 * std)  # std = sqrt(var + eps)
    dsq = np.ones_like(sq) * dvar / n  # var = mean(sq)
    dxmu = dx_hat * inv_std + dsq * 2 * xmu  # two consumers: x_hat and sq
    dmu = -dxmu.sum(axis=0)  # xmu = x - mu
    dx = dxmu + dmu / n  # two consumers: xmu and mu
    return BatchNormStepGradients(
        dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx
    )
