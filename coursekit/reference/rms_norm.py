"""Root mean square normalization: forward pass and hand-derived gradients."""

from typing import NamedTuple

import numpy as np

from coursekit.reference.checks import Array, check_gradient, check_vectors


class RMSNormCache(NamedTuple):
    """What the backward pass of RMS norm needs from its forward pass.

    Attributes
    ----------
    x_hat : ndarray of shape (..., d)
        The input over its root mean square, before gamma; no unit.
    inv_rms : ndarray of shape (..., 1)
        ``1 / sqrt(mean(x**2) + eps)``. Unit: one over that of ``x``.
    gamma : ndarray of shape (d,)
        The scale that was used.
    """

    x_hat: Array
    inv_rms: Array
    gamma: Array


def rms_norm_forward(
    x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, RMSNormCache]:
    r"""Divide each vector by its root mean square, then scale.

    .. math:: y = \gamma \, \frac{x}{\sqrt{\frac1d \sum_i x_i^2 + \epsilon}}

    No mean is subtracted, and there is no shift. On vectors of mean 0 this is layer
    norm without ``beta``.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Any number of vectors with ``d`` features each. Any unit; the output has none.
    gamma : ndarray of shape (d,)
        Learned scale, shared by all vectors (``weight`` in `torch.nn.RMSNorm`).
    eps : float, default=1e-5
        Added to the mean square, inside the root, as torch does. Same unit as ``x``
        squared. Torch's own default is the machine epsilon of the dtype of ``x``.

    Returns
    -------
    y : ndarray of shape (..., d)
        Same dtype as ``x``.
    cache : RMSNormCache
        ``(x_hat, inv_rms, gamma)`` of shapes (..., d), (..., 1) and (d,), for
        `rms_norm_backward`.

    Raises
    ------
    ValueError
        If ``x`` has no features, ``gamma`` does not have shape ``(d,)``, an array is
        not floating, or ``eps`` is negative.

    Notes
    -----
    Vectors do not see each other: a NaN stays in its own vector, and an empty batch
    gives an empty result, as in torch. A vector of zeros stays zero; with ``eps=0`` it
    becomes NaN (0 divided by 0).

    References
    ----------
    .. [1] Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019,
       arXiv:1910.07467, Eq. 4 (there without eps).

    Examples
    --------
    >>> y, cache = rms_norm_forward(np.array([[1.0, 7.0]]), np.ones(2), eps=0.0)
    >>> y
    array([[0.2, 1.4]])
    """
    check_vectors("rms_norm_forward", x, eps, gamma=gamma)
    mean_square = np.square(x.astype(np.float64)).mean(axis=-1, keepdims=True)
    inv_rms = 1.0 / np.sqrt(mean_square + eps)
    x_hat = x * inv_rms
    y = gamma * x_hat
    cache = RMSNormCache(x_hat.astype(x.dtype), inv_rms.astype(x.dtype), gamma)
    return y.astype(x.dtype), cache


def rms_norm_backward(dy: Array, cache: RMSNormCache) -> tuple[Array, Array]:
    r"""Return the gradients of RMS norm with respect to its input and its scale.

    With :math:`d\hat x = \gamma \, dy` and a bar for the mean over the ``d`` features,

    .. math::

        dx = \frac{1}{\sqrt{\frac1d \sum_i x_i^2 + \epsilon}}
             \left( d\hat x - \hat x \; \overline{d\hat x \, \hat x} \right) \qquad
        d\gamma = \sum_{\text{vectors}} dy \, \hat x

    Layer norm's gradient without the term that comes from the mean.

    Parameters
    ----------
    dy : ndarray of shape (..., d)
        Gradient of the loss with respect to the output ``y``.
    cache : RMSNormCache or tuple
        ``(x_hat, inv_rms, gamma)`` from `rms_norm_forward`.

    Returns
    -------
    dx : ndarray of shape (..., d)
        Same dtype as ``x``.
    dgamma : ndarray of shape (d,)
        Summed over everything but the features. Same dtype as ``gamma``.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019,
       arXiv:1910.07467, Eq. 4, differentiated.

    Examples
    --------
    >>> y, cache = rms_norm_forward(np.array([[3.0, 4.0]]), np.ones(2), eps=0.0)
    >>> dx, dgamma = rms_norm_backward(np.array([[1.0, 0.0]]), cache)
    >>> print(dx.round(4), dgamma.round(4))
    [[ 0.181  -0.1358]] [0.8485 0.    ]
    """
    x_hat, inv_rms, gamma = cache
    check_gradient("rms_norm_backward", "dy", dy, like=x_hat)
    dy = dy.astype(np.float64)  # so that the sums below run in double precision
    dx_hat = gamma * dy
    along_x_hat = (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    dx = inv_rms * (dx_hat - x_hat * along_x_hat)
    dgamma = (dy * x_hat).sum(axis=tuple(range(dy.ndim - 1)))
    return dx.astype(x_hat.dtype), dgamma.astype(gamma.dtype)
