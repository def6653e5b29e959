"""The residual branch of two fully connected layers that all residual blocks share."""

import numpy as np

from coursekit.reference.checks import Array, check_dtype, check_floating, check_shape


def relu(x: Array) -> Array:
    """Return the larger of ``x`` and 0; its slope at 0 is taken as 0, as in torch.

    Parameters
    ----------
    x : ndarray of any shape
        Any unit.

    Returns
    -------
    ndarray of the shape and dtype of ``x``
        NaN stays NaN.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return np.maximum(x, 0)


def branch(a: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> tuple[Array, Array]:
    r"""Compute the branch :math:`z = g(a W_1 + b_1) \, W_2 + b_2` with ReLU for g.

    Parameters
    ----------
    a : ndarray of shape (N, d_in)
        ``N`` samples; no unit.
    W1, b1 : ndarray of shape (d_in, m) and (m,)
        Weight and bias of the inner layer.
    W2, b2 : ndarray of shape (m, d_out) and (d_out,)
        Weight and bias of the outer layer.

    Returns
    -------
    z : ndarray of shape (N, d_out)
        The branch's output.
    z1 : ndarray of shape (N, m)
        The inner layer's output, before its ReLU.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> branch(3 * one, 2 * one, one[0], one, one[0])
    (array([[8.]]), array([[7.]]))
    """
    z1 = a @ W1 + b1
    return relu(z1) @ W2 + b2, z1


def branch_backward(
    dz: Array, a: Array, z1: Array, W1: Array, W2: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return the gradients of `branch` with respect to its five inputs.

    Parameters
    ----------
    dz : ndarray of shape (N, d_out)
        Gradient of the loss with respect to the branch's output.
    a, z1, W1, W2 : ndarray
        The inputs and the inner layer of the forward pass.

    Returns
    -------
    da, dW1, db1, dW2, db2 : ndarray
        Each of the shape of what it is the gradient of; those of the parameters are
        summed over the samples.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> da, dW1, db1, dW2, db2 = branch_backward(
    ...     one, a=3 * one, z1=7 * one, W1=2 * one, W2=5 * one
    ... )
    >>> print(da, dW1, db1, dW2, db2)
    [[10.]] [[15.]] [5.] [[7.]] [1.]
    """
    dz1 = (dz @ W2.T) * (z1 > 0)
    return dz1 @ W1.T, a.T @ dz1, dz1.sum(axis=0), relu(z1).T @ dz, dz.sum(axis=0)


def check_block(
    function: str,
    a: Array,
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    Ws: Array | None = None,
) -> None:
    """Check that each layer takes what the one before it gives, in one dtype.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    a, W1, b1, W2, b2 : ndarray
        As in `branch`.
    Ws : ndarray of shape (d_in, d_out), optional
        The projection shortcut; without it ``d_in`` and ``d_out`` are one ``d``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the arrays are not floating and of one dtype.
    """
    weights = {"W1": W1, "W2": W2} | ({} if Ws is None else {"Ws": Ws})
    arrays = {"a": a, "b1": b1, "b2": b2, **weights}
    check_floating(function, **arrays)
    for name, matrix in {"a": a, **weights}.items():
        if matrix.ndim != 2:
            raise ValueError(f"{function}: {name} must be 2-D; got {matrix.shape}.")
    d_in, m = a.shape[1], W1.shape[1]
    d_out = d_in if Ws is None else Ws.shape[1]
    left, right = ("d", "d") if Ws is None else ("d_in", "d_out")
    check_shape(function, f"shape ({left}, m)", (d_in, m), W1=W1)
    check_shape(function, "shape (m,)", (m,), b1=b1)
    check_shape(function, f"shape (m, {right})", (m, d_out), W2=W2)
    check_shape(function, f"shape ({right},)", (d_out,), b2=b2)
    if Ws is not None:
        check_shape(function, "shape (d_in, d_out)", (d_in, d_out), Ws=Ws)
    check_dtype(function, "a", a, **arrays)
