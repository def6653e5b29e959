"""Input checks that the layers share, so that every message has the same form."""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]

FLOATING = (np.float64, np.float32, np.float16)


def check_floating(function: str, **arrays: Array) -> None:
    """Refuse lists, tensors and integers: in integers every result would be cut off.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    **arrays : ndarray
        The inputs by the names their caller gives them, of any shape.

    Raises
    ------
    ValueError
        If one is not a NumPy array of float64, float32 or float16.

    Examples
    --------
    >>> check_floating("layer_norm_forward", x=np.array([1, 3]))
    Traceback (most recent call last):
    ValueError: layer_norm_forward: x must be a NumPy array of float64, float32 or \
float16; got int64.
    """
    for name, array in arrays.items():
        got = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        if got not in FLOATING:
            raise ValueError(
                f"{function}: {name} must be a NumPy array of float64, float32 or "
                f"float16; got {got}."
            )


def check_shape(
    function: str, rule: str, expected: tuple[int, ...], **arrays: Array
) -> None:
    """Refuse an array of another shape, even if it would broadcast.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    rule : str
        The shape in the letters of the caller's docstring, such as ``"shape (d,)"``.
    expected : tuple of int
        The shape in numbers.
    **arrays : ndarray
        The inputs by the names their caller gives them.

    Raises
    ------
    ValueError
        If one has another shape.

    Examples
    --------
    >>> check_shape("layer_norm_forward", "shape (d,)", (3,), gamma=np.ones((1, 3)))
    Traceback (most recent call last):
    ValueError: layer_norm_forward: gamma must have shape (d,) = (3,); got (1, 3).
    """
    for name, array in arrays.items():
        if array.shape != expected:
            raise ValueError(
                f"{function}: {name} must have {rule} = {expected}; got {array.shape}."
            )


def check_dtype(function: str, name: str, like: Array, **arrays: Array) -> None:
    """Refuse to mix precisions, which would raise a result to the higher one.

    Parameters
    ----------
    function, name : str
        Name of the caller and of the array that sets the dtype, for the message.
    like : ndarray
        The array that sets the dtype.
    **arrays : ndarray
        The inputs by the names their caller gives them.

    Raises
    ------
    ValueError
        If one has another dtype.

    Examples
    --------
    >>> check_dtype("residual_forward", "a", np.zeros(2), b1=np.zeros(2, np.float32))
    Traceback (most recent call last):
    ValueError: residual_forward: b1 must have the dtype of a = float64; got float32.
    """
    for array_name, array in arrays.items():
        if array.dtype != like.dtype:
            raise ValueError(
                f"{function}: {array_name} must have the dtype of {name} = "
                f"{like.dtype}; got {array.dtype}."
            )


def check_eps(function: str, eps: float) -> None:
    """Refuse an ``eps`` that is negative, infinite or NaN.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    eps : float
        What will be added under the root. Same unit as ``x`` squared.

    Raises
    ------
    ValueError
        If ``eps`` is not a finite number of at least 0.
    """
    if not 0 <= eps < math.inf:
        raise ValueError(f"{function}: eps must be finite and at least 0; got {eps}.")


def check_vectors(function: str, x: Array, eps: float, **parameters: Array) -> None:
    """Check the inputs of a norm over the last axis.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    x : ndarray of shape (..., d)
        The vectors to normalize.
    eps : float
        What will be added under the root.
    **parameters : ndarray of shape (d,)
        ``gamma``, and ``beta`` where the norm has one.

    Raises
    ------
    ValueError
        If an array is not floating, has another shape, or ``d`` is 0; or if ``eps``
        is negative.
    """
    check_floating(function, x=x, **parameters)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(
            f"{function}: x must have shape (..., d) with d at least 1; got {x.shape}."
        )
    check_shape(function, "shape (d,)", x.shape[-1:], **parameters)
    check_eps(function, eps)


def check_channels(function: str, x: Array, eps: float, **parameters: Array) -> None:
    """Check the inputs of a norm whose channels are axis 1.

    Parameters
    ----------
    function : str
        Name of the caller, for the message.
    x : ndarray of shape (N, C, ...)
        ``N`` samples with ``C`` channels, each of any number of positions.
    eps : float
        What will be added under the root.
    **parameters : ndarray of shape (C,)
        Everything that has one number per channel.

    Raises
    ------
    ValueError
        If an array is not floating or has another shape, if any axis of ``x`` but the
        first is empty, or if ``eps`` is negative.
    """
    check_floating(function, x=x, **parameters)
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise ValueError(
            f"{function}: x must have shape (N, C, ...) with only N allowed to be 0; "
            f"got {x.shape}."
        )
    check_shape(function, "shape (C,)", x.shape[1:2], **parameters)
    check_eps(function, eps)


def check_gradient(function: str, name: str, gradient: Array, like: Array) -> None:
    """Check that an upstream gradient fits what the forward pass returned.

    Parameters
    ----------
    function, name : str
        Name of the caller and of the gradient, for the message.
    gradient : ndarray
        The gradient of the loss with respect to the layer's output.
    like : ndarray
        An array of the cache that has the output's shape.

    Raises
    ------
    ValueError
        If ``gradient`` is not floating or has another shape than ``like``.
    """
    check_floating(function, **{name: gradient})
    check_shape(function, "the shape of the output", like.shape, **{name: gradient})
