"""The step that all norms share: subtract a mean, divide by a standard deviation.

The norms differ in which entries share one mean and one variance (the ``axes``). What
follows from that choice, here, is the same for all of them.
"""

from typing import NamedTuple

import numpy as np

from coursekit.reference.checks import Array


class NormCache(NamedTuple):
    """What the backward pass of a norm needs from its forward pass.

    A plain tuple ``(x_hat, inv_std, gamma)`` does as well.

    Attributes
    ----------
    x_hat : ndarray of the shape of ``x``
        The standardized input, before gamma and beta; no unit.
    inv_std : ndarray
        ``1 / sqrt(var + eps)``, one number for each mean, with the averaged axes kept
        at length 1 so that it broadcasts. Unit: one over that of ``x``.
    gamma : ndarray of shape (d,) or (C,)
        The scale that was used.
    """

    x_hat: Array
    inv_std: Array
    gamma: Array


def moments(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    r"""Return one mean and one biased variance for all entries along ``axes``.

    .. math:: \mu = \frac1n \sum_i x_i \qquad \sigma^2 = \frac1n \sum_i (x_i - \mu)^2

    Parameters
    ----------
    x : ndarray of any shape
        Any unit.
    axes : tuple of int
        The axes to average over; at least one entry must lie along them.

    Returns
    -------
    mean, var : ndarray of float64, shape of ``x`` with ``axes`` of length 1
        The mean, in the unit of ``x``; the variance divided by ``n``, in that unit
        squared.

    Notes
    -----
    Everything is summed in float64 and in two passes. One pass, ``E[x**2] - E[x]**2``,
    cancels: float32 numbers near 1e8 are 8 apart, so that on float32 data of mean 1e4
    and variance 1 it returns a multiple of 8. And NumPy adds float32 numbers along
    axis 0 one after the other, which makes the error grow with the batch.

    Examples
    --------
    >>> mean, var = moments(np.array([[1.0, 3.0], [5.0, 5.0]]), axes=(1,))
    >>> mean
    array([[2.],
           [5.]])
    >>> var
    array([[1.],
           [0.]])
    """
    x = x.astype(np.float64)
    mean = x.mean(axis=axes, keepdims=True)
    var = np.square(x - mean).mean(axis=axes, keepdims=True)
    return mean, var


def standardize(x: Array, mean: Array, var: Array, eps: float) -> tuple[Array, Array]:
    r"""Subtract the mean and divide by the standard deviation.

    .. math:: \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Parameters
    ----------
    x : ndarray of any shape
        Any unit.
    mean, var : ndarray that broadcasts to the shape of ``x``
        From `moments`, or running statistics.
    eps : float
        Added to the variance, inside the root. Same unit as ``x`` squared.

    Returns
    -------
    x_hat : ndarray of float64, shape of ``x``
        No unit.
    inv_std : ndarray of float64, shape of ``var``
        ``1 / sqrt(var + eps)``.

    Examples
    --------
    >>> x_hat, inv_std = standardize(
    ...     np.array([1.0, 3.0]), mean=np.array([2.0]), var=np.array([0.25]), eps=0.0
    ... )
    >>> x_hat, inv_std
    (array([-2.,  2.]), array([2.]))
    """
    inv_std = 1.0 / np.sqrt(var.astype(np.float64) + eps)
    return (x.astype(np.float64) - mean) * inv_std, inv_std


def standardize_backward(
    dx_hat: Array, x_hat: Array, inv_std: Array, axes: tuple[int, ...]
) -> Array:
    r"""Return the gradient with respect to ``x`` of standardizing ``x`` by its moments.

    The mean and the variance depend on ``x`` too. Following all three ways gives

    .. math::

        dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
             \left( d\hat x - \overline{d\hat x}
                    - \hat x \; \overline{d\hat x \, \hat x} \right)

    where a bar is a mean over ``axes``: what the gradient has along the constant
    vector and along ``x_hat`` is taken out of it. This is exact for every ``eps``.

    Parameters
    ----------
    dx_hat, x_hat : ndarray of the shape of ``x``
        The gradient with respect to the standardized input, and that input.
    inv_std : ndarray, shape of ``x`` with ``axes`` of length 1
        ``1 / sqrt(var + eps)``.
    axes : tuple of int
        The axes that were averaged over.

    Returns
    -------
    dx : ndarray of the shape of ``x``
        Sums to 0 along ``axes``.

    References
    ----------
    .. [1] Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, Section 3
       (there in six steps; put into one another they give the line above).

    Examples
    --------
    Two entries always become -1 and 1, so no gradient can pass:

    >>> x_hat = np.array([-1.0, 1.0])
    >>> dx = standardize_backward(np.array([3.0, 5.0]), x_hat, np.array([2.0]), (0,))
    >>> dx
    array([0., 0.])
    """
    along_ones = dx_hat.mean(axis=axes, keepdims=True)
    along_x_hat = (dx_hat * x_hat).mean(axis=axes, keepdims=True)
    return inv_std * (dx_hat - along_ones - x_hat * along_x_hat)
