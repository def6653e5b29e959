"""Residual blocks with the activation after the addition, as in the article.

Samples are rows: a layer is ``a @ W + b`` with ``W`` of shape (d_in, d_out), the
transpose of ``torch.nn.Linear.weight``. In the letters of the article, ``z`` is what
the block's weights compute, the residual branch, and ``g`` is ReLU.
"""

from typing import NamedTuple

from coursekit.reference.branch import branch, branch_backward, check_block, relu
from coursekit.reference.checks import Array, check_dtype, check_gradient


class ResidualCache(NamedTuple):
    """What the backward pass of a residual block needs from its forward pass.

    Attributes
    ----------
    a : ndarray of shape (N, d)
        The block's input.
    z1 : ndarray of shape (N, m)
        The inner layer's output, before its ReLU.
    s : ndarray of shape (N, d)
        The sum of branch and skip path, before the last ReLU.
    W1, W2 : ndarray of shape (d, m) and (m, d)
        The weights that were used.
    """

    a: Array
    z1: Array
    s: Array
    W1: Array
    W2: Array


class ProjectedResidualCache(NamedTuple):
    """As `ResidualCache`, with the projection on the skip path.

    Attributes
    ----------
    a : ndarray of shape (N, d_in)
        The block's input.
    z1 : ndarray of shape (N, m)
        The inner layer's output, before its ReLU.
    s : ndarray of shape (N, d_out)
        The sum of branch and skip path, before the last ReLU.
    W1, W2, Ws : ndarray of shape (d_in, m), (m, d_out) and (d_in, d_out)
        The weights that were used.
    """

    a: Array
    z1: Array
    s: Array
    W1: Array
    W2: Array
    Ws: Array


def residual_forward(
    a: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> tuple[Array, ResidualCache]:
    r"""Compute one residual block with the activation after the addition.

    .. math:: out = g(z + a) \qquad z = g(a W_1 + b_1) \, W_2 + b_2

    with ReLU for ``g``. If ``z`` is 0, a block leaves ``a`` as it is where ``a`` is at
    least 0, and only there.

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
    cache : ResidualCache
        ``(a, z1, s, W1, W2)`` for `residual_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the arrays are not floating and of one dtype.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Eq. 1.

    Examples
    --------
    A branch of zeros passes on what is positive:

    >>> import numpy as np
    >>> a, W, b = np.array([[2.0, -3.0]]), np.zeros((2, 2)), np.zeros(2)
    >>> out, cache = residual_forward(a, W, b, W, b)
    >>> out
    array([[2., 0.]])
    """
    check_block("residual_forward", a, W1, b1, W2, b2)
    z, z1 = branch(a, W1, b1, W2, b2)
    s = z + a
    return relu(s), ResidualCache(a, z1, s, W1, W2)


def residual_backward(
    dout: Array, cache: ResidualCache
) -> tuple[Array, Array, Array, Array, Array]:
    r"""Return the gradients of `residual_forward` with respect to its five inputs.

    .. math::

        ds = dout \, g'(z + a) \qquad
        da = ds + ds \, \frac{\partial z}{\partial a}

    The mask :math:`g'` stands before both terms: where the sum is negative, the skip
    path is cut as well. (ReLU's slope at 0 is taken as 0, as in torch.)

    Parameters
    ----------
    dout : ndarray of shape (N, d)
        Gradient of the loss with respect to the block's output.
    cache : ResidualCache or tuple
        ``(a, z1, s, W1, W2)`` from `residual_forward`.

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
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Eq. 1, differentiated.

    Examples
    --------
    With a branch of zeros the gradient takes the skip path alone, where ``a > 0``:

    >>> import numpy as np
    >>> a, W, b = np.array([[2.0, -3.0]]), np.zeros((2, 2)), np.zeros(2)
    >>> out, cache = residual_forward(a, W, b, W, b)
    >>> da, *_ = residual_backward(np.array([[5.0, 7.0]]), cache)
    >>> da
    array([[5., 0.]])
    """
    a, z1, s, W1, W2 = cache
    check_gradient("residual_backward", "dout", dout, like=s)
    check_dtype("residual_backward", "a", a, dout=dout)
    ds = dout * (s > 0)
    da_branch, *parameters = branch_backward(ds, a, z1, W1, W2)
    return ds + da_branch, *parameters


def projected_residual_forward(
    a: Array, W1: Array, b1: Array, W2: Array, b2: Array, Ws: Array
) -> tuple[Array, ProjectedResidualCache]:
    r"""Compute one residual block whose output has another width than its input.

    .. math:: out = g(z + a W_s) \qquad z = g(a W_1 + b_1) \, W_2 + b_2

    The projection shortcut ``Ws`` brings ``a`` to the width of ``z``; otherwise this is
    `residual_forward`.

    Parameters
    ----------
    a : ndarray of shape (N, d_in)
        ``N`` samples with ``d_in`` features; no unit.
    W1 : ndarray of shape (d_in, m)
        Weight of the branch's inner layer.
    b1 : ndarray of shape (m,)
        Its bias.
    W2 : ndarray of shape (m, d_out)
        Weight of the branch's outer layer.
    b2 : ndarray of shape (d_out,)
        Its bias.
    Ws : ndarray of shape (d_in, d_out)
        The projection; it has no bias, since ``b2`` is added to the same sum.

    Returns
    -------
    out : ndarray of shape (N, d_out)
        Same dtype as ``a``.
    cache : ProjectedResidualCache
        ``(a, z1, s, W1, W2, Ws)`` for `projected_residual_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the arrays are not floating and of one dtype.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Eq. 2.

    Examples
    --------
    >>> import numpy as np
    >>> a, Ws = np.array([[2.0, 3.0]]), np.array([[1.0], [10.0]])
    >>> W1, b1, W2, b2 = np.zeros((2, 4)), np.zeros(4), np.zeros((4, 1)), np.zeros(1)
    >>> out, cache = projected_residual_forward(a, W1, b1, W2, b2, Ws)
    >>> out
    array([[32.]])
    """
    check_block("projected_residual_forward", a, W1, b1, W2, b2, Ws)
    z, z1 = branch(a, W1, b1, W2, b2)
    s = z + a @ Ws
    return relu(s), ProjectedResidualCache(a, z1, s, W1, W2, Ws)


def projected_residual_backward(
    dout: Array, cache: ProjectedResidualCache
) -> tuple[Array, Array, Array, Array, Array, Array]:
    r"""Return the gradients of `projected_residual_forward` for its six inputs.

    .. math::

        ds = dout \, g'(z + a W_s) \qquad
        da = ds \, W_s^T + ds \, \frac{\partial z}{\partial a} \qquad
        dW_s = a^T ds

    Parameters
    ----------
    dout : ndarray of shape (N, d_out)
        Gradient of the loss with respect to the block's output.
    cache : ProjectedResidualCache or tuple
        ``(a, z1, s, W1, W2, Ws)`` from `projected_residual_forward`.

    Returns
    -------
    da, dW1, db1, dW2, db2, dWs : ndarray
        Each of the shape and dtype of what it is the gradient of; those of the
        parameters are summed over the samples.

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of the output and the dtype of ``a``.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Eq. 2, differentiated.

    Examples
    --------
    >>> import numpy as np
    >>> a, Ws = np.array([[2.0, 3.0]]), np.array([[1.0], [10.0]])
    >>> W1, b1, W2, b2 = np.zeros((2, 4)), np.zeros(4), np.zeros((4, 1)), np.zeros(1)
    >>> out, cache = projected_residual_forward(a, W1, b1, W2, b2, Ws)
    >>> da, *_, dWs = projected_residual_backward(np.array([[1.0]]), cache)
    >>> da
    array([[ 1., 10.]])
    >>> dWs
    array([[2.],
           [3.]])
    """
    a, z1, s, W1, W2, Ws = cache
    check_gradient("projected_residual_backward", "dout", dout, like=s)
    check_dtype("projected_residual_backward", "a", a, dout=dout)
    ds = dout * (s > 0)
    da_branch, *parameters = branch_backward(ds, a, z1, W1, W2)
    return ds @ Ws.T + da_branch, *parameters, a.T @ ds
