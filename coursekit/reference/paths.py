"""The gradient of a residual network, sorted by the length of its paths."""

from collections.abc import Sequence

import numpy as np

from coursekit.reference.checks import Array, check_floating, check_shape


def gradient_by_path_length(jacobians: Sequence[Array], g: Array) -> Array:
    r"""Split a gradient by how many residual branches it came through.

    In a chain of ``L`` blocks :math:`a_l = a_{l-1} + f_l(a_{l-1})` the gradient at the
    input is a product over the blocks, from the last to the first,

    .. math:: (I + J_1^T) \, (I + J_2^T) \cdots (I + J_L^T) \; g

    Multiplied out it has :math:`2^L` terms, one for each path: at every block a path
    takes either the skip (:math:`I`) or the branch (:math:`J_l^T`). ``terms[k]`` is the
    sum over all paths that take exactly ``k`` branches.

    Parameters
    ----------
    jacobians : sequence of ``L`` ndarrays of shape (d, d)
        ``jacobians[l][i, j]`` is the derivative of the branch's output ``i`` with
        respect to its input ``j``; the first block comes first. For a branch that is a
        single layer ``a @ W`` this is ``W.T``. No unit.
    g : ndarray of shape (d,)
        Gradient of the loss with respect to the output of the last block.

    Returns
    -------
    terms : ndarray of shape (L + 1, d)
        Its rows add up to the gradient at the input; row 0 is ``g``. Unit and dtype of
        ``g``.

    Raises
    ------
    ValueError
        If ``g`` is not 1-D, a Jacobian does not have shape (d, d), or an array is not
        floating.

    Notes
    -----
    Going back through one more block, paths of length ``k`` are those that had length
    ``k`` and skip it, and those that had length ``k - 1`` and take its branch:

    .. math:: P_k \leftarrow P_k + J_l^T P_{k-1}

    That is exact, and takes about :math:`L^2 / 2` products with a vector in place of
    :math:`2^L`. With every :math:`J_l = I`, row ``k`` counts the paths:
    :math:`\binom{L}{k}` times ``g``.

    References
    ----------
    .. [1] Veit, Wilber, Belongie, "Residual Networks Behave Like Ensembles of
       Relatively Shallow Networks", 2016, arXiv:1605.06431, Section 3 (the paths).

    Examples
    --------
    Of the eight paths through three blocks, 1, 3, 3 and 1 take 0, 1, 2 and 3 branches:

    >>> gradient_by_path_length([np.eye(1)] * 3, np.array([1.0]))
    array([[1.],
           [3.],
           [3.],
           [1.]])
    """
    check_floating("gradient_by_path_length", g=g)
    if g.ndim != 1:
        raise ValueError(
            f"gradient_by_path_length: g must have shape (d,); got {g.shape}."
        )
    for block, jacobian in enumerate(jacobians):
        named = {f"jacobians[{block}]": jacobian}
        check_floating("gradient_by_path_length", **named)
        check_shape("gradient_by_path_length", "shape (d, d)", g.shape * 2, **named)
    terms = np.zeros((len(jacobians) + 1, len(g)))
    terms[0] = g
    for jacobian in reversed(jacobians):
        # Each row is one P_k, so that J^T stands on the right, as J.
        terms[1:] += terms[:-1] @ jacobian
    return terms.astype(g.dtype)
