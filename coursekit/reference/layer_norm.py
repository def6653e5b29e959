"""Layer normalization: forward pass and hand-derived gradients."""

import numpy as np

from coursekit.reference.checks import Array, check_gradient, check_vectors
from coursekit.reference.standardize import (
    NormCache,
    moments,
    standardize,
    standardize_backward,
)


def layer_norm_forward(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> tuple[Array, NormCache]:
    r"""Normalize each vector over its own features, then scale and shift.

    .. math:: y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    with one mean and one biased variance (divide by ``d``) per vector.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Any number of vectors with ``d`` features each: (d,), (N, d), (B, T, d). Any
        unit; the output has none.
    gamma, beta : ndarray of shape (d,)
        Learned scale and shift, shared by all vectors (``weight`` and ``bias`` in
        `torch.nn.LayerNorm`).
    eps : float, default=1e-5
        Added to the variance, inside the root. Same unit as ``x`` squared.

    Returns
    -------
    y : ndarray of shape (..., d)
        Same dtype as ``x``.
    cache : NormCache
        ``(x_hat, inv_std, gamma)`` of shapes (..., d), (..., 1) and (d,), for
        `layer_norm_backward`.

    Raises
    ------
    ValueError
        If ``x`` has no features, ``gamma`` or ``beta`` does not have shape ``(d,)``, an
        array is not floating, or ``eps`` is negative.

    Notes
    -----
    Vectors do not see each other: a NaN stays in its own vector, and an empty batch
    gives an empty result, as in torch. A constant vector, and so every vector with
    ``d = 1``, becomes ``beta``; with ``eps=0`` it becomes NaN (0 divided by 0).

    References
    ----------
    .. [1] Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, Eq. 3-4.

    Examples
    --------
    >>> x = np.array([[1.0, 3.0], [20.0, 10.0]])
    >>> y, cache = layer_norm_forward(x, np.ones(2), np.zeros(2), eps=0.0)
    >>> y
    array([[-1.,  1.],
           [ 1., -1.]])
    >>> cache.inv_std
    array([[1. ],
           [0.2]])
    """
    check_vectors("layer_norm_forward", x, eps, gamma=gamma, beta=beta)
    mean, var = moments(x, axes=(-1,))
    x_hat, inv_std = standardize(x, mean, var, eps)
    y = gamma * x_hat + beta
    cache = NormCache(x_hat.astype(x.dtype), inv_std.astype(x.dtype), gamma)
    return y.astype(x.dtype), cache


def layer_norm_backward(dy: Array, cache: NormCache) -> tuple[Array, Array, Array]:
    r"""Return the gradients of layer norm with respect to its input and parameters.

    With :math:`d\hat x = \gamma \, dy` and bars for means over the ``d`` features,

    .. math::

        dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
             \left( d\hat x - \overline{d\hat x}
                    - \hat x \; \overline{d\hat x \, \hat x} \right) \qquad
        d\gamma = \sum_{\text{vectors}} dy \, \hat x \qquad
        d\beta = \sum_{\text{vectors}} dy

    Parameters
    ----------
    dy : ndarray of shape (..., d)
        Gradient of the loss with respect to the output ``y``.
    cache : NormCache or tuple
        ``(x_hat, inv_std, gamma)`` from `layer_norm_forward`.

    Returns
    -------
    dx : ndarray of shape (..., d)
        Sums to 0 over the features of each vector. Same dtype as ``x``.
    dgamma, dbeta : ndarray of shape (d,)
        Summed over everything but the features. Same dtype as ``gamma``.

    Raises
    ------
    ValueError
        If ``dy`` is not a floating array of the shape of ``x``.

    References
    ----------
    .. [1] Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, Eq. 3-4,
       differentiated as in Ioffe, Szegedy, 2015, arXiv:1502.03167, Section 3.

    Examples
    --------
    Push the first of four outputs up; the other inputs answer too, and all sum to 0:

    >>> x, dy = np.array([[1.0, 2.0, 3.0, 6.0]]), np.array([[1.0, 0.0, 0.0, 0.0]])
    >>> y, cache = layer_norm_forward(x, np.ones(4), np.zeros(4), eps=0.0)
    >>> dx, dgamma, dbeta = layer_norm_backward(dy, cache)
    >>> print(dx.round(4))
    [[ 0.2482 -0.21   -0.1336  0.0955]]
    >>> dbeta
    array([1., 0., 0., 0.])
    """
    x_hat, inv_std, gamma = cache
    check_gradient("layer_norm_backward", "dy", dy, like=x_hat)
    dy = dy.astype(np.float64)  # so that the sums below run in double precision
    dx = standardize_backward(gamma * dy, x_hat, inv_std, axes=(-1,))
    all_but_features = tuple(range(dy.ndim - 1))
    dgamma = (dy * x_hat).sum(axis=all_but_features)
    dbeta = dy.sum(axis=all_but_features)
    return dx.astype(x_hat.dtype), dgamma.astype(gamma.dtype), dbeta.astype(gamma.dtype)
