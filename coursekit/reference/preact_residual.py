"""A residual block with the activations inside the branch.

Samples are rows: a layer is ``a @ W + b`` with ``W`` of shape (d_in, d_out).
"""

from typing import NamedTuple

from coursekit.reference.branch import branch, branch_backward, check_block, relu
from coursekit.reference.checks import Array, check_dtype, check_gradient


class PreactResidualCache(NamedTuple):
    """What the backward pass of a pre-activation block needs from its forward pass.

    Attributes
    ----------
    a : ndarray of shape (N, d)
        The block's input.
    z1 : ndarray of shape (N, m)
        The inner layer's output, before its ReLU.
    W1, W2 : ndarray of shape (d, m) and (m, d)
        The weights that were used.
    """

    a: Array
    z1: Array
    W1: Array
    W2: Array


def preact_residual_forward(
    a: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> tuple[Array, PreactResidualCache]:
    r"""Compute one residual block with the activations inside the branch.

    .. math:: out = a + z \qquad z = g(g(a) \, W_1 + b_1) \, W_2 + b_2

    Nothing stands on the skip path: if ``z`` is 0, the block is the identity for every
    ``a`` and every ``g``.

    Parameters
    ----------
    a : ndarray of shape (N, d)
        ``N`` samples with ``d`` features; no unit.
    W1 : ndarray of shape (d, m)
        Weight of the branch's inner layer, of any width ``m``.
    b1 : ndarray of shape (m,)
        Its bias.
    W2 : ndarray of shape (m, d)
        Weight of the branch's outer layer, back to the width of ``a``.
    b2 : ndarray of shape (d,)
        Its bias.

    Returns
    -------
    out : ndarray of shape (N, d)
        Same dtype as ``a``.
    cache : PreactResidualCache
        ``(a, z1, W1, W2)`` for `preact_residual_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the arrays are not floating and of one dtype.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", 2016,
       arXiv:1603.05027, Fig. 4(e), here without batch norm.

    Examples
    --------
    >>> import numpy as np
    >>> a, W, b = np.array([[2.0, -3.0]]), np.zeros((2, 2)), np.zeros(2)
    >>> out, cache = preact_residual_forward(a, W, b, W, b)
    >>> out
    array([[ 2., -3.]])
    """
    check_block("preact_residual_forward", a, W1, b1, W2, b2)
    z, z1 = branch(relu(a), W1, b1, W2, b2)
    return a + z, PreactResidualCache(a, z1, W1, W2)


def preact_residual_backward(
    dout: Array, cache: PreactResidualCache
) -> tuple[Array, Array, Array, Array, Array]:
    r"""Return the gradients of `preact_residual_forward` for its five inputs.

    .. math:: da = dout + dout \, \frac{\partial z}{\partial a}

    The first term is the gradient itself, with nothing multiplied to it.

    Parameters
    ----------
    dout : ndarray of shape (N, d)
        Gradient of the loss with respect to the block's output.
    cache : PreactResidualCache or tuple
        ``(a, z1, W1, W2)`` from `preact_residual_forward`.

    Returns
    -------
    da, dW1, db1, dW2, db2 : ndarray
        Each of the shape and dtype of what it is the gradient of; those of the
        parameters are summed over the samples.

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of the output and the dtype of ``a``.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", 2016,
       arXiv:1603.05027, Eq. 5, for one block.

    Examples
    --------
    >>> import numpy as np
    >>> a, W, b = np.array([[2.0, -3.0]]), np.zeros((2, 2)), np.zeros(2)
    >>> out, cache = preact_residual_forward(a, W, b, W, b)
    >>> da, *_ = preact_residual_backward(np.array([[5.0, 7.0]]), cache)
    >>> da
    array([[5., 7.]])
    """
    a, z1, W1, W2 = cache
    check_gradient("preact_residual_backward", "dout", dout, like=a)
    check_dtype("preact_residual_backward", "a", a, dout=dout)
    da_branch, *parameters = branch_backward(dout, relu(a), z1, W1, W2)
    return dout + da_branch * (a > 0), *parameters
